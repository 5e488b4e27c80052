//! The environment's part of the configuration: `AFTERCALL_` and a key in capitals, its dots as underscores.

use std::collections::BTreeMap;

use anyhow::bail;
use toml::{Table, Value};

use super::keys::{KEYS, Kind, set};

/// What begins the name of every variable of ours.
const PREFIX: &str = "AFTERCALL_";
/// Variables that other parts of the program read, and the one that the documentation keeps a key in.
const OTHERS: [&str; 5] = [
    "AFTERCALL_CONFIG",
    "AFTERCALL_KEY",
    "AFTERCALL_LOG",
    "AFTERCALL_MODELS",
    "AFTERCALL_MODEL_SOURCE",
];

/// The environment, as far as it is text.
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self(std::env::vars_os().filter_map(text).collect())
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    /// A variable's value; an empty one is the same as none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Puts every variable that sets a key into the table.
    pub(super) fn apply(&self, table: &mut Table) -> anyhow::Result<()> {
        for key in KEYS {
            let name = name_of(key.path);
            if let Some(text) = self.get(&name) {
                set(table, key.path, read(&name, text, key.kind)?);
            }
        }
        Ok(())
    }

    /// Variables with our prefix that set nothing.
    pub(crate) fn unknown(&self) -> Vec<&str> {
        let known =
            |name: &str| OTHERS.contains(&name) || KEYS.iter().any(|key| name_of(key.path) == name);
        self.0
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with(PREFIX) && !known(name))
            .collect()
    }
}

/// The variable that sets a key.
pub(super) fn name_of(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "_").to_uppercase())
}

fn read(name: &str, text: &str, kind: Kind) -> anyhow::Result<Value> {
    Ok(match kind {
        Kind::Text => Value::from(text),
        Kind::Whole => match text.parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => bail!("{name}: must be a whole number (got {text:?})"),
        },
        Kind::Number => match text.parse::<f64>() {
            Ok(number) => Value::from(number),
            Err(_) => bail!("{name}: must be a number (got {text:?})"),
        },
        Kind::Truth => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Value::from(true),
            "false" | "0" | "no" | "off" => Value::from(false),
            _ => bail!("{name}: must be true or false (got {text:?})"),
        },
    })
}
