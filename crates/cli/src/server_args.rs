//! The part of the command line that is about the server.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use toml::Value;

use crate::args::Report;
use crate::config::{Config, Variables};
use crate::exit::{EXPORT_CODES, Exit, Failure, OrExit as _, PLAIN_CODES, SERVER_CODES};
use crate::terminal;

/// Where the configuration comes from, and what every command of the server may set.
#[derive(Debug, clap::Args)]
pub(crate) struct ConfigArgs {
    /// Read this configuration, instead of aftercall.toml in the data folder
    #[arg(long, value_name = "FILE", env = "AFTERCALL_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The folder with the database and, if there is one, aftercall.toml
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE; by default a file in the data folder
    #[arg(long, value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

/// What `serve` and `worker` may set beside.
#[derive(Debug, clap::Args)]
pub(crate) struct ModelArg {
    /// A model of the catalogue, hf:OWNER/REPO/FILE.gguf, or a path to a GGUF file
    #[arg(long, value_name = "NAME|PATH")]
    pub(crate) model: Option<String>,
}

impl ConfigArgs {
    /// The effective configuration; what is in the environment and means nothing is told.
    pub(crate) fn load(&self, more: &[(&'static str, Value)]) -> Result<Config, Failure> {
        let mut flags = more.to_vec();
        if let Some(folder) = &self.data_dir {
            let folder = text_of(folder)?;
            flags.push(("data_dir", Value::from(folder)));
        }
        if let Some(url) = &self.database_url {
            flags.push(("database.url", Value::from(url.as_str())));
        }
        let variables = Variables::of_process();
        for name in variables.unknown() {
            terminal::warn(format_args!(
                "{name} is set and means nothing; docs/configuration.md has all names"
            ));
        }
        Config::load(self.config.as_deref(), &flags, &variables).or_exit(Exit::Input)
    }
}

fn text_of(path: &Path) -> Result<&str, Failure> {
    path.to_str()
        .context("the data folder's name must be UTF-8")
        .or_exit(Exit::Input)
}

const SERVE_EXAMPLES: &str = "\
Examples:
  aftercall serve                                        on 127.0.0.1:8080, all in one file
  aftercall serve --listen 0.0.0.0:8080 --database-url postgres://aftercall@db/aftercall
  aftercall serve --data-dir try --samples samples       with an agent and calls to look at";

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{SERVE_EXAMPLES}\n\n{SERVER_CODES}"))]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) model: ModelArg,
    /// Address and port to listen on
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
    /// Leave the analyses to `aftercall worker` elsewhere
    #[arg(long)]
    pub(crate) no_worker: bool,
    /// Take in the agent and the calls of this folder, and print a key to look at them with
    ///
    /// DIR has metrics.yaml and the folder calls. Doing it again changes nothing but the key: the one that was printed
    /// before is revoked.
    #[arg(long, value_name = "DIR")]
    pub(crate) samples: Option<PathBuf>,
}

impl ServeArgs {
    pub(crate) fn load(&self) -> Result<Config, Failure> {
        let mut flags = self.model.flags();
        if let Some(listen) = &self.listen {
            flags.push(("listen", Value::from(listen.as_str())));
        }
        if self.no_worker {
            flags.push(("worker.enabled", Value::from(false)));
        }
        self.config.load(&flags)
    }
}

impl ModelArg {
    fn flags(&self) -> Vec<(&'static str, Value)> {
        let model = self.model.as_deref();
        model
            .map(|model| ("model", Value::from(model)))
            .into_iter()
            .collect()
    }
}

/// Arguments of `worker`.
#[derive(Debug, clap::Args)]
#[command(after_help = SERVER_CODES)]
pub(crate) struct WorkerArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) model: ModelArg,
    /// Answer /healthz, /readyz and /metrics at this address and port
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) listen: Option<String>,
}

impl WorkerArgs {
    pub(crate) fn load(&self) -> Result<Config, Failure> {
        let mut flags = self.model.flags();
        if let Some(listen) = &self.listen {
            flags.push(("worker.listen", Value::from(listen.as_str())));
        }
        self.config.load(&flags)
    }
}

/// Arguments of `migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = PLAIN_CODES)]
pub(crate) struct MigrateArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Only print what there is to do
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Count all calls and answers anew for statistics; until that is done nothing is stored
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) recount: bool,
}

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
#[command(after_help = PLAIN_CODES)]
pub(crate) struct ConfigCommandArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Print every key with its environment variable, its default and what it means, as Markdown
    #[arg(long)]
    pub(crate) reference: bool,
}

/// Arguments of `key`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it; it is shown this once
    #[command(after_help = PLAIN_CODES)]
    Create {
        #[command(flatten)]
        config: ConfigArgs,
        /// What the key is for, for your own eyes
        #[arg(long)]
        name: String,
        /// What the key may do
        #[arg(long, value_enum)]
        role: RoleArg,
    },
    /// The keys, without their secrets
    #[command(after_help = PLAIN_CODES)]
    List {
        #[command(flatten)]
        config: ConfigArgs,
        /// How the list is printed
        #[arg(long, short, value_enum, default_value = "text")]
        format: Report,
    },
    /// Make a key worthless, at once and for good
    #[command(after_help = PLAIN_CODES)]
    Revoke {
        #[command(flatten)]
        config: ConfigArgs,
        /// Its id, as `key list` prints it
        id: String,
    },
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// Everything, keys and deletion included
    Admin,
    /// Agents, calls and analyses
    Editor,
    /// Reading
    Viewer,
    /// Sending calls, nothing else
    Intake,
}

/// Arguments of `jobs`.
#[derive(Debug, clap::Args)]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    pub(crate) command: JobsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// The jobs, newest first
    #[command(after_help = PLAIN_CODES)]
    List {
        #[command(flatten)]
        config: ConfigArgs,
        /// Only those in this state
        #[arg(long, value_enum)]
        state: Option<StateArg>,
        /// At most so many
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1000))]
        limit: u64,
        /// How the list is printed
        #[arg(long, short, value_enum, default_value = "text")]
        format: Report,
    },
    /// Put jobs that were given up back into the queue; one that failed and waits is begun at once
    #[command(after_help = PLAIN_CODES)]
    Retry {
        #[command(flatten)]
        config: ConfigArgs,
        /// Their ids, as `jobs list` prints them
        #[arg(required_unless_present = "dead")]
        ids: Vec<String>,
        /// All that were given up
        #[arg(long, conflicts_with = "ids")]
        dead: bool,
    },
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateArg {
    /// Waits for a worker
    Queued,
    /// Is being worked on
    Running,
    /// Is done
    Done,
    /// Was given up
    Dead,
    /// Was called off
    Cancelled,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  aftercall import calls history.jsonl --dry-run
      what would be taken of a file of calls, one a line, and what would be refused
  aftercall import vapi exports/ --agent ID --resume vapi.place
      all payloads in a folder, packed (.gz) ones too; run it again to go on where it stopped
  aftercall import whisper *.json --agent ID --hints 'timezone=Europe/Berlin&agent=0' --rate 5
      five a second, with what the files do not say";

/// The codes of `import`.
const IMPORT_CODES: &str = "\
Exit codes:
  0    every payload was taken, or ignored as no call ends by it
  1    some were refused; standard error says which and why, the others are stored
  2    the command line, a file or the database is wrong; what was stored before stays";

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{IMPORT_EXAMPLES}\n\n{IMPORT_CODES}"))]
pub(crate) struct ImportArgs {
    /// What the files hold: calls (the format of POST /v1/calls), or a platform such as vapi, retell, twilio, webvtt
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// Files and folders; .jsonl and .ndjson hold one payload a line, every other file is one; .gz is unpacked
    #[arg(required = true, value_name = "FILES")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// Whose calls they are; only calls of our own format may say it themselves
    #[arg(long, value_name = "ID")]
    pub(crate) agent: Option<String>,
    /// What the payloads do not say, as in the query of an intake address
    #[arg(long, value_name = "NAME=VALUE&…")]
    pub(crate) hints: Option<String>,
    /// Store nothing, and say what would be taken and refused
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// At most so many calls a second
    #[arg(long, value_name = "N")]
    pub(crate) rate: Option<std::num::NonZeroU32>,
    /// Keep in this file how far the import has come, and go on behind what it says
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
}

/// Arguments of `intake`.
#[derive(Debug, clap::Args)]
pub(crate) struct IntakeArgs {
    #[command(subcommand)]
    pub(crate) command: IntakeCommand,
}

const INTAKE_SEND_EXAMPLES: &str = "\
Examples:
  aftercall intake send vapi --to http://127.0.0.1:8080/v1/intake/vapi/AGENT --secret WEBHOOK_SECRET
  aftercall intake send text --to http://127.0.0.1:8080/v1/intake/text/AGENT/PATH_SECRET
  aftercall intake send retell --to … --secret … --call samples/calls/booking.json";

/// What `intake` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum IntakeCommand {
    /// Send a sample call as a platform would, signed, and print what is answered
    #[command(after_help = format!("{INTAKE_SEND_EXAMPLES}\n\n{PLAIN_CODES}"))]
    Send {
        /// The platform, such as vapi
        source: String,
        /// The address
        #[arg(long, value_name = "URL")]
        to: String,
        /// What the platform signs with; without, the address has a secret
        #[arg(
            long,
            value_name = "SECRET",
            env = "AFTERCALL_INTAKE_SECRET",
            hide_env_values = true
        )]
        secret: Option<String>,
        /// The call, in the format of POST /v1/calls; a made-up one without
        #[arg(long, value_name = "FILE")]
        call: Option<PathBuf>,
    },
    /// List the platforms and formats that calls are taken from
    #[command(after_help = PLAIN_CODES)]
    Sources,
}

const EXPORT_EXAMPLES: &str = "\
Examples:
  aftercall export --out calls.csv
      every call, one row each, a column for each metric and one for its confidence
  aftercall export --out march.parquet createdFrom=2026-03-01T00:00:00Z createdTo=2026-03-31T23:59:59Z
      those that arrived in March
  aftercall export --out answers.parquet --form long agentId=ID metric.csat.lt=3
      one row an answer, of calls with a low rating
  aftercall export --out - --format jsonl --columns callId,metric.call_outcome,transcript --transcripts | my-import
      three columns, with what was said, to standard output";

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXPORT_EXAMPLES}\n\n{EXPORT_CODES}"))]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The file, or - for standard output. It is there once it is whole; one of that name is replaced
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The format; else by the ending of FILE
    #[arg(long, short, value_enum)]
    pub(crate) format: Option<FormatArg>,
    /// What a row is
    #[arg(long, value_enum, default_value = "wide")]
    pub(crate) form: FormArg,
    /// Columns in their order, with commas between them; all without
    ///
    /// Names are those of GET /v1/calls, and metric.IDENTIFIER, metric.IDENTIFIER.confidence or metric.* for all metrics.
    /// What is asked for and is no column is answered with the list of all.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,
    /// Add a column with what was said; only in the wide form
    #[arg(long)]
    pub(crate) transcripts: bool,
    /// Which calls: filters of GET /v1/calls, such as agentId=ID, status=completed or metric.csat.lt=3; all have to hold
    #[arg(value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) filters: Vec<(String, String)>,
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// For spreadsheets; texts that begin like a formula get an apostrophe
    Csv,
    /// One JSON object a line
    Jsonl,
    /// Typed columns, for DuckDB, ClickHouse, pandas and the like
    Parquet,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormArg {
    /// A call, with a column for each metric
    Wide,
    /// An answer
    Long,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
