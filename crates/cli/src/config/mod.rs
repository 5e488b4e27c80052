//! The configuration of the server: defaults, then the file, then the environment, then flags.

mod endpoints;
mod environment;
mod exports;
mod keys;
mod reference;
mod shown;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aftercall_server::Settings;
use aftercall_server::settings::{
    AtomsSettings, Budget, DeliverySettings, HttpSettings, IntakeSettings, Limits, LogSettings,
    RateSettings, WorkerSettings,
};
use aftercall_store::Store;
use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use self::endpoints::SlotsConfig;
pub(crate) use self::endpoints::{EMBEDDED, EndpointConfig, EndpointKind};
pub(crate) use self::environment::Variables;
pub(crate) use self::exports::ExportConfig;
pub(crate) use self::keys::set;
pub(crate) use self::reference::reference;
use self::shown::{shown_database, shown_url};
use crate::args::ReasonsArg;

/// The file that is looked for in the data folder.
const FILE: &str = "aftercall.toml";

/// All that can be set. Names are those of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) model: String,
    pub(crate) timezone: String,
    pub(crate) database: DatabaseConfig,
    pub(crate) engine: EngineConfig,
    pub(crate) slots: SlotsConfig,
    pub(crate) endpoints: BTreeMap<String, EndpointConfig>,
    pub(crate) exports: BTreeMap<String, ExportConfig>,
    pub(crate) budget: Budget,
    pub(crate) delivery: DeliverySettings,
    pub(crate) intake: IntakeSettings,
    pub(crate) secrets: SecretsConfig,
    pub(crate) worker: WorkerSettings,
    pub(crate) limits: Limits,
    pub(crate) rate: RateSettings,
    pub(crate) http: HttpSettings,
    pub(crate) log: LogSettings,
    pub(crate) atoms: AtomsSettings,
}

/// Where everything is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DatabaseConfig {
    pub(crate) url: Option<String>,
    pub(crate) connections: Option<u32>,
}

/// What secrets at rest are sealed with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SecretsConfig {
    pub(crate) key_file: Option<PathBuf>,
}

/// The model inside the program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct EngineConfig {
    pub(crate) context_tokens: Option<u32>,
    pub(crate) threads: Option<u32>,
    pub(crate) language: String,
    pub(crate) reasons: ReasonsArg,
    pub(crate) calibration: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        let settings = Settings::default();
        Self {
            listen: "127.0.0.1:8080".into(),
            data_dir: PathBuf::new(),
            model: aftercall_models::DEFAULT_MODEL.into(),
            timezone: settings.timezone,
            database: DatabaseConfig::default(),
            engine: EngineConfig::default(),
            slots: SlotsConfig::default(),
            endpoints: BTreeMap::new(),
            exports: BTreeMap::new(),
            budget: Budget::default(),
            delivery: settings.delivery,
            intake: settings.intake,
            secrets: SecretsConfig::default(),
            worker: settings.worker,
            limits: settings.limits,
            rate: settings.rate,
            http: settings.http,
            log: settings.log,
            atoms: settings.atoms,
        }
    }
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            context_tokens: None,
            threads: None,
            language: "English".into(),
            reasons: ReasonsArg::Quoted,
            calibration: None,
        }
    }
}

impl Config {
    /// The effective configuration. `file` is that of the flag or of `AFTERCALL_CONFIG`; without one `aftercall.toml`
    /// in the data folder is read if it is there. `flags` are keys and their values, which win.
    ///
    /// # Errors
    /// When a file cannot be read, or a value breaks a rule; the message names the key.
    pub(crate) fn load(
        file: Option<&Path>,
        flags: &[(&str, Value)],
        variables: &Variables,
    ) -> anyhow::Result<Self> {
        let mut above = Table::new();
        variables.apply(&mut above)?;
        for (key, value) in flags {
            set(&mut above, key, value.clone());
        }
        let mut table = match file {
            Some(path) => read(path)?,
            None => {
                let path = data_dir(&above, variables)?.join(FILE);
                if path.is_file() {
                    read(&path)?
                } else {
                    Table::new()
                }
            }
        };
        merge(&mut table, above);
        let data_dir = data_dir(&table, variables)?;
        let mut config = Self::deserialize(table).context("the configuration is wrong")?;
        config.data_dir = data_dir;
        config.check()?;
        Ok(config)
    }

    /// Rules that types do not hold.
    fn check(&self) -> anyhow::Result<()> {
        if aftercall_core::time_zone(&self.timezone).is_none() {
            bail!(
                "timezone: must be an IANA time zone such as Europe/Berlin, or an offset such as +02:00 (got {:?})",
                self.timezone
            );
        }
        if let Err(rule) = crate::args::language(&self.engine.language) {
            bail!("engine.language: {rule} (got {:?})", self.engine.language);
        }
        if self.engine.threads.is_some_and(|n| n == 0 || n > 512) {
            bail!(
                "engine.threads: must be from 1 to 512 (got {:?})",
                self.engine.threads
            );
        }
        if self.engine.context_tokens.is_some_and(|n| n < 512) {
            bail!(
                "engine.context_tokens: must be at least 512 (got {:?})",
                self.engine.context_tokens
            );
        }
        if self.worker.lease_seconds == 0 {
            bail!("worker.lease_seconds: must be at least 1 (got 0)");
        }
        for (name, endpoint) in &self.endpoints {
            endpoint.check(&format!("endpoints.{name}"))?;
        }
        for (key, endpoint) in self.slots.named() {
            if endpoint != EMBEDDED && !self.endpoints.contains_key(endpoint) {
                bail!("{key}: there is no section endpoints.{endpoint}");
            }
        }
        let mut places = BTreeMap::new();
        for (name, export) in &self.exports {
            export.check(&format!("exports.{name}"))?;
            // Both would write the same files.
            let place = (&export.destination, &export.form, &export.format);
            if let Some(other) = places.insert(place, name) {
                bail!("exports.{name}.destination: exports.{other} writes the same files there");
            }
        }
        let budgets = self
            .budget
            .agents
            .iter()
            .map(|(id, most)| (id.as_str(), most));
        for (agent, most) in budgets.chain([("", &self.budget.monthly)]) {
            if !most.is_finite() || *most < 0.0 {
                bail!("budget: must be an amount of 0 or more (got {most} {agent})");
            }
        }
        Ok(())
    }

    /// The section of a remote endpoint.
    ///
    /// # Errors
    /// When there is none of that name, with the names that there are.
    pub(crate) fn remote(&self, name: &str) -> anyhow::Result<&EndpointConfig> {
        let remote = |endpoint: &&EndpointConfig| endpoint.kind == EndpointKind::Openai;
        if let Some(endpoint) = self.endpoints.get(name).filter(remote) {
            return Ok(endpoint);
        }
        let names: Vec<&str> = self
            .endpoints
            .iter()
            .filter(|(_, endpoint)| remote(endpoint))
            .map(|(name, _)| name.as_str())
            .collect();
        let known = if names.is_empty() {
            "the configuration has none".to_owned()
        } else {
            format!("there are: {}", names.join(", "))
        };
        bail!("there is no section endpoints.{name} of a remote model; {known}")
    }

    /// The settings of the server among them.
    pub(crate) fn server(&self) -> Settings {
        Settings {
            timezone: self.timezone.clone(),
            limits: self.limits.clone(),
            rate: self.rate.clone(),
            http: self.http.clone(),
            log: self.log.clone(),
            atoms: self.atoms.clone(),
            worker: self.worker.clone(),
            budget: self.budget.clone(),
            delivery: self.delivery.clone(),
            intake: self.intake.clone(),
        }
    }

    /// The address of the database: the one that is set, else a file in the data folder.
    pub(crate) fn database_url(&self) -> String {
        let file = || Store::sqlite_url(&self.data_dir.join("aftercall.sqlite"));
        self.database.url.clone().unwrap_or_else(file)
    }

    /// The file with the keys that seal secrets: the one that is set, else a file in the data folder.
    pub(crate) fn key_file(&self) -> PathBuf {
        let file = || self.data_dir.join("secrets.key");
        self.secrets.key_file.clone().unwrap_or_else(file)
    }

    /// As a file that says the same, with no secret in it.
    pub(crate) fn printed(&self) -> anyhow::Result<String> {
        let mut shown = self.clone();
        shown.database.url = Some(shown_database(&self.database_url()));
        for endpoint in shown.endpoints.values_mut() {
            *endpoint = endpoint.shown();
        }
        shown.log.otlp_endpoint = self.log.otlp_endpoint.as_deref().map(shown_url);
        Ok(toml::to_string(&shown)?)
    }
}

fn read(path: &Path) -> anyhow::Result<Table> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration {}", path.display()))?;
    text.parse::<Table>()
        .with_context(|| format!("{} is not valid TOML", path.display()))
}

/// The data folder that is set, else where programs of this user keep their data.
fn data_dir(table: &Table, variables: &Variables) -> anyhow::Result<PathBuf> {
    if let Some(Value::String(set)) = table.get("data_dir") {
        return Ok(std::path::absolute(set)?);
    }
    if let Some(data) = variables.get("XDG_DATA_HOME") {
        return Ok(PathBuf::from(data).join("aftercall"));
    }
    let home = variables
        .get("HOME")
        .context("say where data goes: --data-dir DIR (HOME is not set)")?;
    Ok(PathBuf::from(home).join(".local/share/aftercall"))
}

/// Puts the values of `above` over those of `table`.
fn merge(table: &mut Table, above: Table) {
    for (name, value) in above {
        match (table.get_mut(&name), value) {
            (Some(Value::Table(below)), Value::Table(above)) => merge(below, above),
            (_, value) => {
                table.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        Variables::of(pairs)
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        std::fs::write(
            &file,
            "listen = '0.0.0.0:1'\ntimezone = 'Europe/Berlin'\n[worker]\nlease_seconds = 5\npoll_milliseconds = 7\n",
        )
        .unwrap();
        let variables = variables(&[
            ("HOME", "/home/x"),
            ("AFTERCALL_LISTEN", "0.0.0.0:2"),
            ("AFTERCALL_WORKER_LEASE_SECONDS", "6"),
            ("AFTERCALL_WORKER_ENABLED", "false"),
        ]);
        let flags = [("listen", Value::from("0.0.0.0:3"))];
        let config = Config::load(Some(&file), &flags, &variables).unwrap();
        assert_eq!(config.listen, "0.0.0.0:3");
        assert_eq!(config.worker.lease_seconds, 6);
        assert_eq!(config.worker.poll_milliseconds, 7);
        assert!(!config.worker.enabled);
        assert_eq!(config.timezone, "Europe/Berlin");
        assert_eq!(config.data_dir, Path::new("/home/x/.local/share/aftercall"));
        assert_eq!(
            config.database_url(),
            "sqlite:/home/x/.local/share/aftercall/aftercall.sqlite"
        );
    }

    #[test]
    fn the_file_in_the_data_folder_is_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "model = 'x.gguf'").unwrap();
        let dir = folder.path().to_str().unwrap();
        let config = Config::load(None, &[], &variables(&[("AFTERCALL_DATA_DIR", dir)])).unwrap();
        assert_eq!(config.model, "x.gguf");
        assert_eq!(config.data_dir, folder.path());
    }

    #[test]
    fn examples_in_the_documentation_can_be_used() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.toml");
        let blocks: Vec<&str> = include_str!("../../../../docs/models.md")
            .split("```toml")
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap())
            .collect();
        assert!(blocks.len() >= 3);
        let mut names = Vec::new();
        for block in blocks {
            std::fs::write(&file, block).unwrap();
            let config = Config::load(Some(&file), &[], &variables(&[("HOME", "/x")])).unwrap();
            for (name, endpoint) in config.endpoints {
                // Keys are in variables, which are not set here.
                let mut endpoint = EndpointConfig {
                    key_env: None,
                    ..endpoint
                };
                endpoint.headers.clear();
                let settings = endpoint.chat().unwrap();
                let made = aftercall_models::chat::Chat::new(
                    settings,
                    Box::new(aftercall_models::chat::System),
                );
                assert!(made.is_ok(), "{name}: {made:?}");
                names.push(name);
            }
        }
        for recipe in [
            "openai",
            "anthropic",
            "google",
            "vllm",
            "ollama",
            "llama-server",
            "azure",
        ] {
            assert!(names.iter().any(|name| name == recipe), "{recipe}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let home = ("HOME", "/home/x");
        for (text, environment, named) in [
            ("lisen = 'x'", home, "lisen"),
            ("[worker]\nlease_seconds = 'x'", home, "lease_seconds"),
            ("[worker]\nlease_seconds = 0", home, "worker.lease_seconds"),
            ("timezone = 'Mars'", home, "timezone"),
            ("a = ", home, "TOML"),
            (
                "",
                ("AFTERCALL_WORKER_LEASE_SECONDS", "x"),
                "AFTERCALL_WORKER_LEASE_SECONDS",
            ),
            (
                "",
                ("AFTERCALL_WORKER_ENABLED", "maybe"),
                "AFTERCALL_WORKER_ENABLED",
            ),
        ] {
            let file = folder.path().join("b.toml");
            std::fs::write(&file, text).unwrap();
            let error = Config::load(Some(&file), &[], &variables(&[home, environment]));
            let told = format!("{:#}", error.unwrap_err());
            assert!(told.contains(named), "{text}: {told}");
        }
    }
}
