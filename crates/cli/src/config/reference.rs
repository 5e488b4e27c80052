//! The reference of all keys, as Markdown.

use std::fmt::Write as _;

use toml::{Table, Value};

use super::Config;
use super::environment::name_of;
use super::keys::{KEYS, Key};

/// A table of every key: its name in the file, its environment variable, its default and what it means.
pub(crate) fn reference() -> String {
    let defaults = Table::try_from(Config::default()).unwrap_or_default();
    let mut text = String::from("| key | environment | default | meaning |\n|---|---|---|---|\n");
    for key in KEYS {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} |",
            key.path,
            name_of(key.path),
            default(key, &defaults),
            key.about.replace('|', "\\|")
        );
    }
    text
}

fn default(key: &Key, defaults: &Table) -> String {
    if let Some(told) = key.default {
        return told.to_owned();
    }
    match at(defaults, key.path) {
        Some(Value::String(text)) => format!("`{text}`"),
        Some(other) => format!("`{other}`"),
        None => "none".to_owned(),
    }
}

fn at<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => table.get(path),
        Some((section, rest)) => at(table.get(section)?.as_table()?, rest),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::{DatabaseConfig, EngineConfig};

    /// A configuration in which every optional key has a value.
    fn full() -> Table {
        let mut config = Config {
            database: DatabaseConfig {
                url: Some("x".into()),
                connections: Some(1),
            },
            engine: EngineConfig {
                context_tokens: Some(512),
                threads: Some(1),
                calibration: Some(PathBuf::from("x")),
                ..EngineConfig::default()
            },
            ..Config::default()
        };
        config.log.otlp_endpoint = Some("x".into());
        config.secrets.key_file = Some("x".into());
        config.worker.listen = Some("x".into());
        config.slots.reasoning = Some("x".into());
        config.slots.agent_default = Some("x".into());
        Table::try_from(config).unwrap()
    }

    fn leaves(prefix: &str, table: &Table, into: &mut Vec<String>) {
        for (name, value) in table {
            let path = format!("{prefix}{name}");
            match value {
                Value::Table(inner) => leaves(&format!("{path}."), inner, into),
                _ => into.push(path),
            }
        }
    }

    #[test]
    fn every_key_is_listed_once_and_none_that_does_not_exist() {
        let mut there = Vec::new();
        leaves("", &full(), &mut there);
        let mut listed: Vec<&str> = KEYS.iter().map(|key| key.path).collect();
        there.sort();
        listed.sort_unstable();
        assert_eq!(listed, there);
    }

    #[test]
    fn kinds_are_those_of_the_values() {
        use super::super::keys::Kind;
        let full = full();
        for key in KEYS {
            let kind = match at(&full, key.path).unwrap() {
                Value::Boolean(_) => Kind::Truth,
                Value::Integer(_) => Kind::Whole,
                Value::Float(_) => Kind::Number,
                _ => Kind::Text,
            };
            assert_eq!(key.kind, kind, "{}", key.path);
        }
    }

    #[test]
    fn the_reference_in_the_documentation_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            text.contains(&reference()),
            "docs/configuration.md is out of date: `aftercall config --reference` prints the table"
        );
    }
}
