//! Running the program in a folder of its own, with an environment of its own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Two questions.
pub(crate) const METRICS: &str = "\
- identifier: solved
  dispositionMetricPrompt: Was the customer's problem solved by the end of the call?
  dispositionMetricType: BOOLEAN
- identifier: outcome
  dispositionMetricPrompt: How did the call end?
  dispositionMetricType: ENUM
  choices: [sale, refusal, other]
";

/// A folder with `metrics.yaml` in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        place.write("metrics.yaml", METRICS);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aftercall"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("AFTERCALL_MODELS", self.path("models"))
            .env("NO_COLOR", "1")
            .env("HOME", self.folder.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("AFTERCALL_LOG")
            .env_remove("AFTERCALL_MODEL_SOURCE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.command(words).output().unwrap().into()
    }

    pub(crate) fn run_with_input(&self, words: &[&str], input: &str) -> Ran {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        // A program that ends early closes its end.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The results of `--format jsonl`.
    pub(crate) fn results(&self) -> Vec<serde_json::Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The ids of the results.
    pub(crate) fn ids(&self) -> Vec<String> {
        let id = |result: &serde_json::Value| result["callId"].as_str().unwrap().to_owned();
        self.results().iter().map(id).collect()
    }
}

/// A call in which nobody says a word, as a line.
pub(crate) fn wordless(id: &str) -> String {
    format!("{{\"callId\": \"{id}\", \"transcript\": []}}\n")
}

/// The small model that `make test` passes, else the one in the default folder.
pub(crate) fn test_model() -> PathBuf {
    pulled("AFTERCALL_TEST_MODEL", "smollm2-135m-instruct-q4_1")
}

/// The model that users get.
pub(crate) fn default_model() -> PathBuf {
    pulled(
        "AFTERCALL_DEFAULT_MODEL",
        "qwen2.5-coder-1.5b-instruct-q4_k_m",
    )
}

fn pulled(variable: &str, name: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let folder = std::env::var_os("AFTERCALL_MODELS")
        .map(PathBuf::from)
        .or_else(|| {
            let home = std::env::var_os("HOME")?;
            let cache = std::env::var_os("XDG_CACHE_HOME")
                .map_or_else(|| Path::new(&home).join(".cache"), PathBuf::from);
            Some(cache.join("aftercall").join("models"))
        });
    let path = folder.unwrap().join(format!("{name}.gguf"));
    assert!(path.is_file(), "aftercall model pull {name}");
    path
}
