//! Exports that are written on a schedule.

use aftercall_export::{Choice, Form, Format};
use aftercall_server::exports::{Destination, Interval, Schedule};
use anyhow::{Context as _, bail};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// Minutes that an export may wait for analyses, at most: a week.
const MAX_DELAY: u32 = 7 * 24 * 60;

/// A section `exports.NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExportConfig {
    /// A folder, or `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`.
    pub(crate) destination: String,
    pub(crate) format: String,
    pub(crate) form: String,
    /// All, where there are none.
    pub(crate) columns: Vec<String>,
    pub(crate) transcripts: bool,
    pub(crate) interval: Interval,
    /// Minutes after the end of an interval.
    pub(crate) delay_minutes: u32,
}

impl Default for ExportConfig {
    fn default() -> Self {
        Self {
            destination: String::new(),
            format: Format::Parquet.name().into(),
            form: Form::Wide.name().into(),
            columns: Vec::new(),
            transcripts: false,
            interval: Interval::Day,
            delay_minutes: 60,
        }
    }
}

impl ExportConfig {
    /// Rules that types do not hold; `key` is the section's name.
    pub(super) fn check(&self, key: &str) -> anyhow::Result<()> {
        if self.destination.trim().is_empty() {
            bail!("{key}.destination: is required, such as /var/lib/aftercall/exports");
        }
        if self.delay_minutes > MAX_DELAY {
            bail!(
                "{key}.delay_minutes: must be at most {MAX_DELAY} (got {})",
                self.delay_minutes
            );
        }
        self.choice(key).map(|_| ())
    }

    /// The export with its destination, which is made if it is a folder.
    ///
    /// # Errors
    /// When the destination cannot be opened.
    pub(crate) fn schedule(&self, name: &str) -> anyhow::Result<Schedule> {
        let key = format!("exports.{name}");
        let (format, form, columns) = self.choice(&key)?;
        let destination =
            Destination::open(&self.destination).with_context(|| format!("{key}.destination"))?;
        Ok(Schedule {
            name: name.to_owned(),
            destination,
            address: self.destination.clone(),
            format,
            form,
            columns,
            transcripts: self.transcripts,
            interval: self.interval,
            delay: SignedDuration::from_mins(self.delay_minutes.into()),
        })
    }

    fn choice(&self, key: &str) -> anyhow::Result<(Format, Form, Option<Choice>)> {
        let Some(format) = Format::from_name(&self.format) else {
            let found = &self.format;
            bail!("{key}.format: must be csv, jsonl or parquet (got {found:?})");
        };
        let Some(form) = Form::from_name(&self.form) else {
            bail!("{key}.form: must be wide or long (got {:?})", self.form);
        };
        if self.transcripts && form == Form::Long {
            bail!("{key}.transcripts: must be false in the long form (got true)");
        }
        if self.columns.is_empty() {
            return Ok((format, form, None));
        }
        let names = self.columns.iter().map(String::as_str);
        match Choice::parse(names, form, self.transcripts) {
            Ok(choice) => Ok((format, form, Some(choice))),
            Err(problems) => {
                let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
                bail!("{key}.{}", told.join("; "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        let of = |text: &str| toml::from_str::<ExportConfig>(text).unwrap();
        assert!(of("destination = 'out'").check("exports.a").is_ok());
        for (text, named) in [
            ("", "exports.a.destination"),
            ("format = 'xlsx'", "exports.a.format"),
            ("form = 'tall'", "exports.a.form"),
            ("columns = ['metric.A']", "exports.a.columns"),
            ("columns = ['transcript']", "transcripts=true"),
            ("form = 'long'\ntranscripts = true", "exports.a.transcripts"),
            ("delay_minutes = 20000", "exports.a.delay_minutes"),
        ] {
            let text = match text {
                "" => String::new(),
                text => format!("destination = 'out'\n{text}"),
            };
            let error = of(&text).check("exports.a").unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
