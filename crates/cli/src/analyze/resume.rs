//! What an output file holds already, and mending the end of one that a crash has torn.

use std::collections::{BTreeSet, HashMap};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use aftercall_core::{Call, Metric, MetricType, Provenance};
use serde::Deserialize;

use super::csv;
use crate::terminal;

/// Why an output file cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResumeError {
    #[error("it cannot be read or mended")]
    File(#[from] io::Error),
    #[error("line {line} is no result of aftercall: {reason}")]
    NoResult { line: usize, reason: String },
    #[error("it answers other metrics ({}); choose another file, or --overwrite to begin it anew", .0)]
    OtherMetrics(String),
}

/// How each line of results begins: what a crash has torn is known by it, and no other file is shortened.
const BEGINNING: &[u8] = br#"{"callId":"#;

/// Whether a call has its result already.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Held {
    No,
    Yes,
    /// The result of another transcript under the same id.
    OtherTranscript,
}

/// The results of an output file.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// By callId as it stands in the file; the hash of the transcript where the file has it.
    calls: HashMap<String, Option<String>>,
    /// How they were made, those without a model left out.
    made_with: BTreeSet<String>,
    csv: bool,
}

impl Earlier {
    /// Results in the file.
    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether the file has the call.
    pub(crate) fn holds(&self, call: &Call) -> Held {
        let id = if self.csv {
            csv::cell(&call.call_id)
        } else {
            call.call_id.as_str().into()
        };
        match self.calls.get(id.as_ref()) {
            None => Held::No,
            Some(Some(hash)) if *hash != call.transcript_sha256() => Held::OtherTranscript,
            Some(_) => Held::Yes,
        }
    }

    /// Says so if the earlier results were made in another way.
    pub(crate) fn difference(&self, now: &Provenance) -> Option<String> {
        let now = made_with(
            now.model.as_deref()?,
            now.model_sha256.as_deref(),
            &now.prompt_revision,
            &now.calibration,
        );
        let others: Vec<&str> = self
            .made_with
            .iter()
            .map(String::as_str)
            .filter(|other| *other != now)
            .collect();
        if others.is_empty() {
            return None;
        }
        Some(format!(
            "the file holds results made with {}; those that are added are made with {now}",
            others.join(" and with ")
        ))
    }
}

fn made_with(model: &str, sha256: Option<&str>, prompts: &str, calibration: &str) -> String {
    let sha256 = sha256.map_or("unknown", |hash| hash.get(..12).unwrap_or(hash));
    terminal::printable(&format!(
        "{model} ({sha256}), prompts {prompts}, calibration {calibration}"
    ))
}

/// What is looked at in a line of results.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    call_id: String,
    disposition_metrics: Vec<Asked>,
    provenance: How,
}

#[derive(Deserialize)]
struct Asked {
    identifier: String,
    #[serde(rename = "dispositionMetricPrompt")]
    prompt: String,
    #[serde(rename = "dispositionMetricType")]
    kind: MetricType,
    #[serde(default)]
    choices: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct How {
    model: Option<String>,
    model_sha256: Option<String>,
    prompt_revision: String,
    calibration: String,
    transcript_sha256: String,
}

/// Reads results, one a line. What follows the last end of line was torn by a crash and is cut off.
///
/// # Errors
/// A line that is no result, results of other metrics, or a file that cannot be read.
pub(crate) fn from_lines(path: &Path, metrics: &[Metric]) -> Result<Earlier, ResumeError> {
    let mut earlier = Earlier::default();
    let mut reader = BufReader::new(File::open(path)?);
    let (mut whole, mut number) = (0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader.read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        number += 1;
        if !line.ends_with(b"\n") {
            if !line.starts_with(BEGINNING) && !BEGINNING.starts_with(&line) {
                return Err(ResumeError::NoResult {
                    line: number,
                    reason: "it is something else, and without an end of line".into(),
                });
            }
            cut(path, whole)?;
            break;
        }
        whole += length as u64;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let result: Line =
            serde_json::from_slice(&line).map_err(|error| ResumeError::NoResult {
                line: number,
                reason: error.to_string(),
            })?;
        same_metrics(&result.disposition_metrics, metrics)?;
        let how = result.provenance;
        if let Some(model) = &how.model {
            let made = made_with(
                model,
                how.model_sha256.as_deref(),
                &how.prompt_revision,
                &how.calibration,
            );
            earlier.made_with.insert(made);
        }
        earlier
            .calls
            .insert(result.call_id, Some(how.transcript_sha256));
    }
    Ok(earlier)
}

fn same_metrics(asked: &[Asked], metrics: &[Metric]) -> Result<(), ResumeError> {
    if asked.len() != metrics.len() {
        let counts = format!("it has {}, the metrics file {}", asked.len(), metrics.len());
        return Err(ResumeError::OtherMetrics(counts));
    }
    let other = asked.iter().zip(metrics).find(|(asked, metric)| {
        asked.identifier != metric.identifier
            || asked.prompt != metric.prompt
            || asked.kind != metric.kind
            || asked.choices != metric.choices
    });
    match other {
        Some((asked, metric)) if asked.identifier == metric.identifier => {
            let text = format!("prompt, type or choices of {} differ", metric.identifier);
            Err(ResumeError::OtherMetrics(text))
        }
        Some((asked, metric)) => {
            let text = format!(
                "{} in place of {}",
                terminal::printable(&asked.identifier),
                metric.identifier
            );
            Err(ResumeError::OtherMetrics(text))
        }
        None => Ok(()),
    }
}

/// Reads the rows of a CSV file. A last row that is not whole is cut off.
///
/// # Errors
/// Other columns than these metrics have, a row in the middle that is not whole, or a file that cannot be read.
pub(crate) fn from_csv(path: &Path, metrics: &[Metric]) -> Result<Earlier, ResumeError> {
    let mut earlier = Earlier {
        csv: true,
        ..Earlier::default()
    };
    let size = path.metadata()?.len();
    let ended = size == 0 || ends_with_line(path)?;
    let header = csv::header(metrics);
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_path(path)
        .map_err(io::Error::from)?;
    let mut record = ::csv::ByteRecord::new();
    let mut torn = None;
    let mut first = true;
    while reader
        .read_byte_record(&mut record)
        .map_err(io::Error::from)?
    {
        let begins = record.position().map_or(0, ::csv::Position::byte);
        let line = record.position().map_or(0, ::csv::Position::line) as usize;
        let last = reader.position().byte() >= size;
        let cells: Vec<String> = record
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).into_owned())
            .collect();
        // A row may be torn after an end of line within its quotes; the header has none.
        let is_torn = if first {
            !ended && last && header.join(",").starts_with(&cells.join(","))
        } else {
            last && (!ended || cells.len() < header.len())
        };
        if is_torn {
            torn = Some(begins);
            break;
        }
        if first && cells != header {
            return Err(ResumeError::OtherMetrics("it has other columns".into()));
        }
        if cells.len() != header.len() {
            return Err(ResumeError::NoResult {
                line,
                reason: format!(
                    "it has {} cells and should have {}",
                    cells.len(),
                    header.len()
                ),
            });
        }
        if !first {
            earlier.calls.insert(cells[0].clone(), None);
        }
        first = false;
    }
    drop(reader);
    if let Some(begins) = torn {
        cut(path, begins)?;
    }
    Ok(earlier)
}

fn ends_with_line(path: &Path) -> io::Result<bool> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    let mut file = File::open(path)?;
    let mut end = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut end)?;
    Ok(end == *b"\n")
}

fn cut(path: &Path, length: u64) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.set_len(length)
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use std::fs;

    fn call(id: &str) -> Call {
        let mut call = Call::from_turns(Vec::new());
        call.call_id = id.into();
        call
    }

    fn line(id: &str) -> String {
        let (_, mut analysis) = sample::analysis(id);
        analysis.provenance.transcript_sha256 = call(id).transcript_sha256();
        serde_json::to_string(&analysis).unwrap() + "\n"
    }

    fn file(content: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, content).unwrap();
        file
    }

    #[test]
    fn a_file_torn_anywhere_keeps_its_whole_lines() {
        let (whole, last) = (line("a") + &line("b"), line("c"));
        for torn in 0..last.len() {
            let file = file(&(whole.clone() + &last[..torn]));
            let earlier = from_lines(file.path(), &sample::metrics()).unwrap();
            assert_eq!(earlier.len(), 2);
            assert_eq!(fs::read_to_string(&file).unwrap(), whole);
        }
        let earlier = from_lines(file(&(whole + &last)).path(), &sample::metrics()).unwrap();
        assert_eq!(earlier.holds(&call("c")), Held::Yes);
        assert_eq!(earlier.holds(&call("d")), Held::No);
    }

    #[test]
    fn a_csv_torn_anywhere_keeps_its_whole_rows() {
        let record = |id: &str| {
            let (_, mut analysis) = sample::analysis(id);
            analysis.summary = "two\nlines, \"quoted\"\n".into();
            String::from_utf8(csv::record(&csv::row(&analysis)).unwrap()).unwrap()
        };
        let header =
            String::from_utf8(csv::record(&csv::header(&sample::metrics())).unwrap()).unwrap();
        let whole = header.clone() + &record("a") + &record("=b");
        let last = record("c");
        for torn in 0..last.len() {
            let file = file(&(whole.clone() + &last[..torn]));
            let earlier = from_csv(file.path(), &sample::metrics()).unwrap();
            assert_eq!(earlier.len(), 2, "{torn}");
            assert_eq!(earlier.holds(&call("=b")), Held::Yes);
            assert_eq!(fs::read_to_string(&file).unwrap(), whole, "{torn}");
        }
        for torn in 0..header.len() {
            let file = file(&header[..torn]);
            assert_eq!(from_csv(file.path(), &sample::metrics()).unwrap().len(), 0);
            assert_eq!(fs::read_to_string(&file).unwrap(), "");
        }
        let short = file(&(header + "a,b\n" + &last));
        assert!(matches!(
            from_csv(short.path(), &sample::metrics()),
            Err(ResumeError::NoResult { line: 2, .. })
        ));
    }

    #[test]
    fn other_metrics_are_refused() {
        let lines = file(&line("a"));
        let mut metrics = sample::metrics();
        metrics[1].prompt.push('!');
        let error = from_lines(lines.path(), &metrics).unwrap_err().to_string();
        assert!(error.contains("type or choices of mood differ"), "{error}");
        metrics.truncate(1);
        assert!(matches!(
            from_lines(lines.path(), &metrics),
            Err(ResumeError::OtherMetrics(_))
        ));
        let rows = file("callId,summary\n");
        assert!(matches!(
            from_csv(rows.path(), &metrics),
            Err(ResumeError::OtherMetrics(_))
        ));
    }

    #[test]
    fn another_transcript_and_another_model_are_noticed() {
        let lines = file(&line("a"));
        let earlier = from_lines(lines.path(), &sample::metrics()).unwrap();
        let mut other = call("a");
        other.transcript = aftercall_core::parse_transcript_text("Agent: hi").unwrap();
        assert_eq!(earlier.holds(&other), Held::OtherTranscript);
        let (_, analysis) = sample::analysis("b");
        assert_eq!(earlier.difference(&analysis.provenance), None);
        let mut changed = analysis.provenance;
        changed.model_sha256 = Some("11".into());
        assert!(
            earlier
                .difference(&changed)
                .unwrap()
                .contains("tiny (00ff)")
        );
        changed.model = None;
        assert_eq!(earlier.difference(&changed), None, "no model was asked");
    }

    #[test]
    fn a_file_of_something_else_is_not_touched() {
        for content in ["{\"callId\": 1}\nrest", "my notes", "a,b", "a,b\n", "\"a\n"] {
            let file = file(content);
            from_lines(file.path(), &sample::metrics()).unwrap_err();
            from_csv(file.path(), &sample::metrics()).unwrap_err();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
    }
}
