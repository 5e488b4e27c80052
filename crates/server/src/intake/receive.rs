//! One payload, from the address that it came to, to the stored call.

use aftercall_core::Problem as Broken;
use aftercall_intake::{Headers, Incoming, Kept, Outcome, Source, merge};
use aftercall_store::StoreError;
use aftercall_store::calls::{self, Accepted, Known, NewCall, Rejected};
use aftercall_store::intake::SecretKind;

use super::Refused;
use super::check::{Secrets, check};
use crate::App;
use crate::api::beyond;

/// A payload and the address that it came to.
pub(crate) struct Sent<'a> {
    /// Where it comes from.
    pub(crate) source: &'static dyn Source,
    /// The agent whose calls it brings.
    pub(crate) agent_id: &'a str,
    /// The secret in the address.
    pub(crate) secret: Option<&'a str>,
    /// The whole address.
    pub(crate) url: &'a str,
    pub(crate) headers: &'a Headers,
    pub(crate) body: &'a [u8],
}

/// What became of a payload.
#[derive(Debug)]
pub(crate) enum Received {
    /// A call, or more of one.
    Call(Box<Accepted>),
    /// An event that is not the end of a call.
    Ignored(String),
}

/// Why a payload was not taken. Nothing of it was stored.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// Nothing shows who sent it.
    Refused(Refused),
    /// It cannot be read.
    Invalid(Vec<Broken>),
    /// The call cannot be stored.
    Rejected(Box<Rejected>),
    /// It is only a notice, and nothing is set up to fetch the call.
    CannotFetch,
    /// The secrets cannot be opened, or the database does not answer.
    Failed(StoreError),
}

/// Takes a payload: the same one again changes nothing, and the order in which those of one call come makes no difference.
///
/// # Errors
/// [`NotTaken`].
pub(crate) async fn receive(app: &App, sent: Sent<'_>) -> Result<Received, NotTaken> {
    let received = take(app, &sent).await;
    count(sent.source, &received);
    received
}

async fn take(app: &App, sent: &Sent<'_>) -> Result<Received, NotTaken> {
    let name = sent.source.name();
    let setup = app.store.intake_source(sent.agent_id, name).await?;
    let setup = setup.ok_or(Refused::NotSetUp)?;
    let opened = |kind| {
        let opened = app.sealed.intake_secrets(&setup, kind);
        opened.map_err(|error| {
            tracing::error!(source = name, agent = setup.agent_id, %error, "a secret cannot be opened");
            NotTaken::Refused(Refused::NotSetUp)
        })
    };
    let secrets = Secrets {
        signing: opened(SecretKind::Signing)?,
        path: opened(SecretKind::Path)?,
    };
    let incoming = Incoming {
        url: sent.url,
        headers: sent.headers,
        body: sent.body,
    };
    check(
        sent.source,
        &incoming,
        sent.secret,
        &secrets,
        app.store.now(),
    )?;
    let outcome = sent.source.read(&incoming).map_err(NotTaken::Invalid)?;
    let received = match outcome {
        Outcome::Ignored { event } => Received::Ignored(event),
        Outcome::Fetch(_) => return Err(NotTaken::CannotFetch),
        Outcome::Call(taken) => {
            let accepted = store(app, sent.agent_id, Kept::from(*taken)).await?;
            Received::Call(Box::new(accepted))
        }
    };
    keep_payload(app, sent, &received).await?;
    Ok(received)
}

async fn store(app: &App, agent_id: &str, kept: Kept) -> Result<Accepted, NotTaken> {
    let new = NewCall {
        call: kept.call,
        agent_id: agent_id.to_owned(),
        revision_id: None,
        extra: kept.extra,
        is_test: false,
    };
    let limits = &app.settings.limits;
    let problems = beyond(limits, new.call.transcript.len(), &new.extra);
    if !problems.is_empty() {
        return Err(NotTaken::Invalid(problems));
    }
    let accepted = app.store.merge_call(new, joined).await?;
    let accepted = accepted.map_err(|rejected| NotTaken::Rejected(Box::new(rejected)))?;
    if accepted.call.finished && accepted.outcome != calls::Outcome::Unchanged {
        app.wake.now();
    }
    Ok(accepted)
}

/// What is known of a call after another event of it.
#[must_use]
pub fn joined(stored: Known, sent: Known) -> Known {
    let kept = |known: Known| Kept {
        call: known.call,
        extra: known.extra,
    };
    let joined = merge(&kept(stored), &kept(sent));
    Known {
        call: joined.call,
        extra: joined.extra,
    }
}

async fn keep_payload(app: &App, sent: &Sent<'_>, received: &Received) -> Result<(), StoreError> {
    if app.settings.intake.keep_payloads_days == 0 {
        return Ok(());
    }
    let call_id = match received {
        Received::Call(accepted) => Some(accepted.call.call_id.as_str()),
        Received::Ignored(_) => None,
    };
    let body = String::from_utf8_lossy(sent.body);
    let (agent, source) = (sent.agent_id, sent.source.name());
    app.store.keep_payload(agent, source, call_id, &body).await
}

fn count(source: &dyn Source, received: &Result<Received, NotTaken>) {
    let outcome = match received {
        Ok(Received::Call(accepted)) => match accepted.outcome {
            calls::Outcome::Created => "created",
            calls::Outcome::Unchanged => "unchanged",
            calls::Outcome::Completed => "completed",
            calls::Outcome::Updated => "updated",
        },
        Ok(Received::Ignored(_)) => "ignored",
        Err(NotTaken::Refused(refused)) => refused.name(),
        Err(NotTaken::Invalid(_)) => "invalid",
        Err(NotTaken::Rejected(_)) => "rejected",
        Err(NotTaken::CannotFetch) => "cannot_fetch",
        Err(NotTaken::Failed(_)) => "failed",
    };
    metrics::counter!("aftercall_intake_total", "source" => source.name(), "outcome" => outcome)
        .increment(1);
}

impl From<Refused> for NotTaken {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<StoreError> for NotTaken {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}
