//! One payload, from the address that it came to, to the stored call.

use aftercall_core::Problem as Broken;
use aftercall_intake::{
    Headers, Incoming, Kept, Notice, Outcome, Secrets, Source, authenticate, merge,
};
use aftercall_store::StoreError;
use aftercall_store::calls::{self, Accepted, Known, NewCall, Rejected};
use aftercall_store::intake::{IntakeSource, KeptNotice, NewNotice, SecretKind};

use super::Refused;
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
    /// A notice of the call of that id, which is fetched.
    Fetching(String),
    /// A notice of the call of that id, which was fetched already.
    Fetched(String),
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
    /// It is only a notice, and no key is set to fetch the call with.
    CannotFetch,
    /// The secrets cannot be opened.
    Sealed,
    /// The database does not answer.
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
            NotTaken::Sealed
        })
    };
    let secrets = Secrets {
        signing: opened(SecretKind::Signing)?,
        address: opened(SecretKind::Path)?,
    };
    let incoming = Incoming {
        url: sent.url,
        headers: sent.headers,
        body: sent.body,
    };
    let now = app.store.now();
    authenticate(sent.source, &incoming, sent.secret, &secrets, now).map_err(Refused::from)?;
    let outcome = sent.source.read(&incoming).map_err(NotTaken::Invalid)?;
    let received = match outcome {
        Outcome::Ignored { event } => Received::Ignored(event),
        Outcome::Fetch(notice) => keep_notice(app, &setup, &notice).await?,
        Outcome::Call(taken) => {
            let accepted = store(app, sent.agent_id, taken.of_agent(sent.agent_id)).await?;
            Received::Call(Box::new(accepted))
        }
    };
    keep_payload(app, sent, &received).await?;
    Ok(received)
}

/// Keeps a notice, whose call is fetched by and by.
async fn keep_notice(
    app: &App,
    setup: &IntakeSource,
    notice: &Notice,
) -> Result<Received, NotTaken> {
    if setup.of_kind(SecretKind::Fetch).next().is_none() {
        return Err(NotTaken::CannotFetch);
    }
    let new = NewNotice {
        agent_id: setup.agent_id.clone(),
        source: setup.source.clone(),
        call_id: notice.call_id.clone(),
        event: notice.event.clone(),
        // A notice is made of texts and JSON, which always serialise.
        notice: serde_json::to_value(notice).unwrap_or_default(),
    };
    let call_id = notice.call_id.clone();
    Ok(match app.store.keep_notice(new).await? {
        KeptNotice::Done => Received::Fetched(call_id),
        KeptNotice::Waits => {
            app.wake.now();
            Received::Fetching(call_id)
        }
        KeptNotice::Known => Received::Fetching(call_id),
    })
}

/// Stores a call, or what it adds to what is known of one.
///
/// # Errors
/// [`NotTaken`], but for what is about the sender.
pub(super) async fn store(app: &App, agent_id: &str, kept: Kept) -> Result<Accepted, NotTaken> {
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

/// What is known of a call after another event of it; `None` where it is another platform's call.
#[must_use]
pub fn joined(stored: Known, sent: Known) -> Option<Known> {
    let kept = |known: Known| Kept {
        call: known.call,
        extra: known.extra,
    };
    let joined = merge(&kept(stored), &kept(sent))?;
    Some(Known {
        call: joined.call,
        extra: joined.extra,
    })
}

async fn keep_payload(app: &App, sent: &Sent<'_>, received: &Received) -> Result<(), StoreError> {
    if app.settings.intake.keep_payloads_days == 0 {
        return Ok(());
    }
    let call_id = match received {
        Received::Call(accepted) => Some(accepted.call.call_id.as_str()),
        Received::Fetching(call_id) | Received::Fetched(call_id) => Some(call_id.as_str()),
        Received::Ignored(_) => None,
    };
    let body = String::from_utf8_lossy(sent.body);
    let (agent, source) = (sent.agent_id, sent.source.name());
    app.store.keep_payload(agent, source, call_id, &body).await
}

/// What became of a call, in a word for replies and counters.
pub(crate) fn outcome_name(accepted: &Accepted) -> &'static str {
    match accepted.outcome {
        calls::Outcome::Created => "created",
        calls::Outcome::Unchanged => "unchanged",
        calls::Outcome::Completed => "completed",
        calls::Outcome::Updated => "updated",
    }
}

fn count(source: &dyn Source, received: &Result<Received, NotTaken>) {
    let outcome = match received {
        Ok(Received::Call(accepted)) => outcome_name(accepted),
        Ok(Received::Ignored(_)) => "ignored",
        Ok(Received::Fetching(_)) => "fetching",
        Ok(Received::Fetched(_)) => "unchanged",
        Err(NotTaken::Refused(refused)) => refused.name(),
        Err(NotTaken::Invalid(_)) => "invalid",
        Err(NotTaken::Rejected(_)) => "rejected",
        Err(NotTaken::CannotFetch) => "cannot_fetch",
        Err(NotTaken::Failed(_) | NotTaken::Sealed) => "failed",
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
