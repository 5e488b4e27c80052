//! The operator's models: endpoints, the slots that name them, and where their keys come from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use aftercall_analyst::Prices;
use aftercall_core::Slot;
use aftercall_models::chat::{ChatSettings, Secret};
use aftercall_server::worker::Routes;
use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

/// The endpoint that needs no section: the model inside the program that `model` names.
pub(crate) const EMBEDDED: &str = "embedded";

/// The section `slots`: which endpoint answers in which slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SlotsConfig {
    pub(crate) internal: String,
    pub(crate) reasoning: Option<String>,
    /// For an agent's own model that `agent` does not name.
    pub(crate) agent_default: Option<String>,
    /// By the agent's `slmModel`.
    pub(crate) agent: BTreeMap<String, String>,
    /// By the metric's identifier, whatever the slot.
    pub(crate) metric: BTreeMap<String, String>,
}

impl Default for SlotsConfig {
    fn default() -> Self {
        Self {
            internal: EMBEDDED.into(),
            reasoning: None,
            agent_default: None,
            agent: BTreeMap::new(),
            metric: BTreeMap::new(),
        }
    }
}

/// What an endpoint is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EndpointKind {
    /// A server that speaks OpenAI's chat completions.
    #[default]
    Openai,
    /// A model file inside the program.
    Embedded,
}

/// A section `endpoints.NAME`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EndpointConfig {
    pub(crate) kind: EndpointKind,
    pub(crate) base_url: Option<String>,
    pub(crate) model: String,
    /// The variable that holds the key.
    pub(crate) key_env: Option<String>,
    /// The file that holds the key.
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) headers: BTreeMap<String, HeaderConfig>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) timeout_seconds: u64,
    pub(crate) deadline_seconds: u64,
    pub(crate) attempts: u32,
    /// Jobs at a time, on all nodes of the database together.
    pub(crate) concurrency: u32,
    pub(crate) context_tokens: Option<u32>,
    /// Tokens that the model may think for, beside its answer.
    pub(crate) thinking_tokens: Option<u32>,
    pub(crate) reasoning_effort: Option<String>,
    pub(crate) price_read: f64,
    pub(crate) price_cached: Option<f64>,
    pub(crate) price_written: f64,
    /// Further members of every request's body.
    pub(crate) extra: toml::Table,
}

/// The value of a header, or where it is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum HeaderConfig {
    Value(String),
    From {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        env: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<PathBuf>,
    },
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            kind: EndpointKind::Openai,
            base_url: None,
            model: String::new(),
            key_env: None,
            key_file: None,
            headers: BTreeMap::new(),
            query: BTreeMap::new(),
            timeout_seconds: 120,
            deadline_seconds: 300,
            attempts: 4,
            concurrency: 4,
            context_tokens: None,
            thinking_tokens: None,
            reasoning_effort: None,
            price_read: 0.0,
            price_cached: None,
            price_written: 0.0,
            extra: toml::Table::new(),
        }
    }
}

/// Tokens of a remote model's context, where none are set: every model that is served now has as many.
const CONTEXT: u32 = 32_768;
/// Tokens that a model may think for which is asked to reason.
const THINKING: u32 = 8_192;

impl SlotsConfig {
    /// As the workers need it.
    pub(crate) fn routes(&self) -> Routes {
        let own = self
            .agent
            .iter()
            .map(|(model, to)| (Slot::Agent(model.clone()).name(), to.clone()));
        let reasoning = self.reasoning.clone();
        Routes {
            slots: [(Slot::Internal.name(), self.internal.clone())]
                .into_iter()
                .chain(reasoning.map(|to| (Slot::Reasoning.name(), to)))
                .chain(own)
                .collect(),
            agents: self.agent_default.clone(),
            metrics: self.metric.clone(),
        }
    }

    /// Every place that names an endpoint, with its key.
    pub(crate) fn named(&self) -> Vec<(String, &str)> {
        let mut named = vec![("slots.internal".to_owned(), self.internal.as_str())];
        named.extend(
            self.reasoning
                .iter()
                .map(|to| ("slots.reasoning".to_owned(), to.as_str())),
        );
        let default = self.agent_default.iter();
        named.extend(default.map(|to| ("slots.agent_default".to_owned(), to.as_str())));
        for (section, map) in [("agent", &self.agent), ("metric", &self.metric)] {
            named.extend(
                map.iter()
                    .map(|(name, to)| (format!("slots.{section}.{name}"), to.as_str())),
            );
        }
        named
    }
}

impl EndpointConfig {
    /// Rules that types do not hold; `key` is the section's name.
    pub(super) fn check(&self, key: &str) -> anyhow::Result<()> {
        if self.model.trim().is_empty() {
            bail!("{key}.model: is required");
        }
        if self.concurrency == 0 || self.concurrency > 256 {
            bail!(
                "{key}.concurrency: must be from 1 to 256 (got {})",
                self.concurrency
            );
        }
        for (name, price) in [
            ("price_read", Some(self.price_read)),
            ("price_cached", self.price_cached),
            ("price_written", self.price_written.into()),
        ] {
            if price.is_some_and(|price| !price.is_finite() || price < 0.0) {
                bail!(
                    "{key}.{name}: must be a price for a million tokens, 0 or more (got {price:?})"
                );
            }
        }
        if self.key_env.is_some() && self.key_file.is_some() {
            bail!("{key}: has both key_env and key_file, only one can hold the key");
        }
        if self.context_tokens.is_some_and(|n| n < 2_048) {
            bail!(
                "{key}.context_tokens: must be at least 2048 (got {:?})",
                self.context_tokens
            );
        }
        match self.kind {
            EndpointKind::Openai if self.base_url.is_none() => {
                bail!("{key}.base_url: is required, such as https://api.openai.com/v1")
            }
            EndpointKind::Embedded if self.base_url.is_some() => {
                bail!("{key}.base_url: an embedded model has none")
            }
            _ => Ok(()),
        }
    }

    /// What the client needs; keys are read from where they are kept.
    ///
    /// # Errors
    /// When a key is not where it should be. The message never holds one.
    pub(crate) fn chat(&self) -> anyhow::Result<ChatSettings> {
        let mut chat = ChatSettings::new(self.base_url.clone().unwrap_or_default(), &self.model);
        chat.key = secret(self.key_env.as_deref(), self.key_file.as_ref())?;
        for (name, value) in &self.headers {
            let value = match value {
                HeaderConfig::Value(value) => Secret::new(value),
                HeaderConfig::From { env, file } => secret(env.as_deref(), file.as_ref())?
                    .with_context(|| format!("headers.{name}: needs env or file"))?,
            };
            chat.headers.push((name.clone(), value));
        }
        chat.query = self.query.clone().into_iter().collect();
        chat.timeout = Duration::from_secs(self.timeout_seconds);
        chat.deadline = Duration::from_secs(self.deadline_seconds);
        chat.attempts = self.attempts;
        chat.reasoning_effort = self.reasoning_effort.clone();
        if let serde_json::Value::Object(extra) = serde_json::to_value(&self.extra)? {
            chat.extra = extra;
        }
        Ok(chat)
    }

    /// Tokens of a request and its answer.
    pub(crate) fn context(&self) -> u32 {
        self.context_tokens.unwrap_or(CONTEXT)
    }

    /// Tokens that the model may think for.
    pub(crate) fn thinking(&self) -> u32 {
        let usual = if self.reasoning_effort.is_some() {
            THINKING
        } else if self.context() >= CONTEXT {
            // Many models think without being asked to; a bound that is not reached costs nothing.
            THINKING / 2
        } else {
            0
        };
        self.thinking_tokens.unwrap_or(usual)
    }

    /// `None` where it costs nothing.
    pub(crate) fn prices(&self) -> Option<Prices> {
        let prices = Prices {
            read: self.price_read,
            cached: self.price_cached.unwrap_or(self.price_read),
            written: self.price_written,
        };
        (prices != Prices::default()).then_some(prices)
    }

    /// The same with nothing in it that could be a secret.
    pub(super) fn shown(&self) -> Self {
        let mut shown = self.clone();
        shown.base_url = shown.base_url.as_deref().map(super::shown::shown_url);
        // Some services take their key here.
        for value in shown.query.values_mut() {
            *value = "***".into();
        }
        for (_, value) in shown.extra.iter_mut() {
            if value.is_str() {
                *value = "***".into();
            }
        }
        for value in shown.headers.values_mut() {
            if let HeaderConfig::Value(value) = value {
                *value = "***".into();
            }
        }
        shown
    }
}

fn secret(env: Option<&str>, file: Option<&PathBuf>) -> anyhow::Result<Option<Secret>> {
    if let Some(name) = env {
        return match std::env::var(name) {
            Ok(value) if !value.trim().is_empty() => Ok(Some(Secret::new(&value))),
            _ => bail!("the variable {name}, which is to hold the key, is not set"),
        };
    }
    let Some(path) = file else { return Ok(None) };
    let value = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the key in {}", path.display()))?;
    if value.trim().is_empty() {
        bail!(
            "the file {}, which is to hold the key, is empty",
            path.display()
        );
    }
    Ok(Some(Secret::new(&value)))
}
