//! The endpoints that the configuration sets up, as the server's workers use them.

use std::collections::BTreeSet;
use std::sync::Arc;

use aftercall_analyst::{RemoteAnalyst, RemoteSettings, Settings};
use aftercall_models::chat::{Chat, System};
use aftercall_server::worker::{Analyse, Analysts, Endpoint, Maker, NotReady};
use anyhow::{Context as _, anyhow};

use crate::analyst::{self, Choice};
use crate::config::{Config, EMBEDDED, EndpointConfig, EndpointKind};
use crate::exit::{Exit, Failure, OrExit as _};

/// Starts the endpoints that slots name. Models are loaded and servers asked behind it, in threads of their own.
pub(crate) fn start(config: &Config) -> Result<Analysts, Failure> {
    let named: BTreeSet<&str> = config.slots.named().into_iter().map(|(_, to)| to).collect();
    let mut endpoints = Vec::with_capacity(named.len());
    for name in named {
        let endpoint = match config.endpoints.get(name) {
            Some(endpoint) if endpoint.kind == EndpointKind::Openai => {
                remote(config, name, endpoint).or_exit(Exit::Input)?
            }
            section => local(config, name, section),
        };
        endpoints.push(endpoint);
    }
    Analysts::start(endpoints, config.slots.routes(), &config.worker)
        .context("cannot start the thread of a model")
        .or_exit(Exit::Engine)
}

/// The client of a remote endpoint.
///
/// # Errors
/// When its key cannot be found, or a setting breaks a rule.
pub(crate) fn client(
    config: &Config,
    name: &str,
    endpoint: &EndpointConfig,
) -> anyhow::Result<RemoteAnalyst> {
    let chat = endpoint
        .chat()
        .and_then(|settings| Ok(Chat::new(settings, Box::new(System))?))
        .with_context(|| format!("endpoints.{name}"))?;
    let settings = RemoteSettings {
        endpoint: name.to_owned(),
        language: config.engine.language.clone(),
        timezone: config.timezone.clone(),
        context_tokens: endpoint.context(),
        thinking_tokens: endpoint.thinking(),
        prices: endpoint.prices(),
    };
    Ok(RemoteAnalyst::new(chat, settings))
}

/// How the embedded model of a section is started; without a section it is that of the key `model`.
pub(crate) fn choice(config: &Config, section: Option<&EndpointConfig>) -> Choice {
    Choice {
        model: section.map_or_else(|| config.model.clone(), |section| section.model.clone()),
        calibration: match section {
            Some(_) => None,
            None => config.engine.calibration.clone(),
        },
        context_tokens: section
            .and_then(|section| section.context_tokens)
            .or(config.engine.context_tokens),
        threads: config.engine.threads,
        settings: Settings {
            language: config.engine.language.clone(),
            timezone: config.timezone.clone(),
            reasons: config.engine.reasons.into(),
        },
    }
}

fn remote(config: &Config, name: &str, endpoint: &EndpointConfig) -> anyhow::Result<Endpoint> {
    // The client blocks: it must not be made on a thread of the runtime.
    let made = std::thread::scope(|scope| scope.spawn(|| client(config, name, endpoint)).join());
    let client = made.map_err(|_| anyhow!("endpoints.{name}: making its client panicked"))??;
    let maker = || -> Maker {
        let client = client.clone();
        // What the server can do is found out before the first call. If it does not answer, the endpoint is not ready.
        Box::new(move || match client.chat().probe() {
            Ok(_) => Ok(Box::new(client.clone()) as Box<dyn Analyse>),
            Err(error) => Err(NotReady(error.to_string())),
        })
    };
    Ok(Endpoint {
        name: name.to_owned(),
        makers: (0..endpoint.concurrency).map(|_| maker()).collect(),
        share: Some(endpoint.concurrency.into()),
    })
}

fn local(config: &Config, name: &str, section: Option<&EndpointConfig>) -> Endpoint {
    debug_assert!(section.is_some() || name == EMBEDDED);
    let choice = Arc::new(choice(config, section));
    let maker: Maker = Box::new(move || {
        let analyst = analyst::start(&choice, &mut aftercall_models::Silent);
        match analyst {
            Ok(analyst) => Ok(Box::new(analyst) as Box<dyn Analyse>),
            Err(failure) => Err(NotReady(format!("{:#}", failure.error))),
        }
    });
    Endpoint {
        name: name.to_owned(),
        makers: vec![maker],
        share: None,
    }
}
