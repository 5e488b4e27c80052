//! `aftercall intake`: an address for a platform is tried before the platform is told of it.

use std::path::Path;
use std::time::Duration;

use aftercall_core::{Call, parse_call_str};
use aftercall_intake::{Source, all, by_name, signed_request};
use anyhow::Context as _;
use jiff::Timestamp;

use crate::exit::{Exit, Failure, OrExit as _};
use crate::server_args::IntakeCommand;
use crate::terminal::{self, printable};

/// A call that is sent where no other is named.
const SAMPLE: &str = r#"{"callId":"aftercall-intake-test","type":"telephony_inbound","status":"completed",
"startedAt":"2026-03-01T09:00:00Z","endedAt":"2026-03-01T09:00:30Z","from":"+4930555010","to":"+4930555020","transcript":[
{"role":"agent","content":"Hello, this is a test of the intake.","start":0.0},
{"role":"user","content":"Then I have nothing to ask for. Goodbye.","start":4.0}]}"#;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs `aftercall intake`.
pub(crate) fn run(command: &IntakeCommand) -> Result<Exit, Failure> {
    match command {
        IntakeCommand::Sources => {
            for source in all() {
                let signs = if source.signs() { "signs" } else { "" };
                println!("{:<20}{signs}", source.name());
            }
            Ok(Exit::Well)
        }
        IntakeCommand::Send {
            source,
            to,
            secret,
            call,
        } => send(known(source)?, to, secret.as_deref(), call.as_deref()),
    }
}

fn known(name: &str) -> Result<&'static dyn Source, Failure> {
    by_name(name).ok_or_else(|| {
        let names: Vec<&str> = all().iter().map(|source| source.name()).collect();
        let text = format!("SOURCE: must be one of {} (got {name:?})", names.join(", "));
        Failure::new(Exit::Input, text)
    })
}

fn send(
    source: &'static dyn Source,
    to: &str,
    secret: Option<&str>,
    call: Option<&Path>,
) -> Result<Exit, Failure> {
    let call = read(call)?;
    let now = Timestamp::now();
    let (sample, signed) = signed_request(source, &call, to, secret.unwrap_or_default(), now);
    // Unsigned there is only the type of the body to say.
    let headers = signed.headers.into_iter();
    let headers = headers.filter(|(name, _)| secret.is_some() || name == "content-type");
    let url = if secret.is_some() {
        signed.url
    } else {
        sample.address(to)
    };
    let client = reqwest::blocking::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .context("cannot send")
        .or_exit(Exit::Input)?;
    let mut request = client.post(&url).body(sample.body);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request
        .send()
        .map_err(reqwest::Error::without_url)
        .context("the address does not answer")
        .or_exit(Exit::Input)?;
    let status = answer.status();
    let text = answer.text().unwrap_or_default();
    println!("{status}\n{}", printable(&text));
    if status.is_success() {
        return Ok(Exit::Well);
    }
    terminal::note(
        "a 401 means that the secret is not the one that is set for the source and the agent",
    );
    Ok(Exit::Input)
}

fn read(path: Option<&Path>) -> Result<Call, Failure> {
    let text = match path {
        None => SAMPLE.to_owned(),
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| path.display().to_string())
            .or_exit(Exit::Input)?,
    };
    parse_call_str(&text).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Input, lines.join("\n"))
    })
}
