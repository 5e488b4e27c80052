//! A stream of calls, one a line, with an answer a line.
//!
//! Lines are read ahead of the database and stored in groups: as many as came while the last group was stored. Answers are
//! sent as groups are stored. A sender that reads no answer before it has sent everything must not stop the stream, so
//! answers wait in memory; the number of lines is bounded for that.

use std::convert::Infallible;
use std::sync::Arc;

use aftercall_core::Problem as Broken;
use aftercall_store::calls::{NewCall, Outcome};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::call_views::AcceptedCall;
use super::incoming;
use super::lines::{Line, Lines};
use super::problem::{Details, Problem};
use crate::App;
use crate::refusal::Refusal;

/// The media type of answers.
const MEDIA_TYPE: &str = "application/x-ndjson";
/// Media types of streams.
const STREAMS: [&str; 5] = [
    MEDIA_TYPE,
    "application/jsonl",
    "application/jsonlines",
    "application/json-lines",
    "application/x-jsonlines",
];
/// Lines stored in one commit, at most.
const GROUP_LINES: usize = 256;
/// Bytes of the lines of one commit; a longer line goes alone.
const GROUP_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of lines read and not stored yet, in units of [`UNIT`]. A longer line is read alone.
const AHEAD: u32 = 16 * 1024;
/// Bytes.
const UNIT: usize = 1024;

/// Whether a body is a stream of lines.
pub(crate) fn is_stream(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    media_type.is_some_and(|value| {
        let name = value.split(';').next().unwrap_or_default().trim();
        STREAMS
            .iter()
            .any(|stream| name.eq_ignore_ascii_case(stream))
    })
}

/// The answer to one line.
#[derive(Serialize)]
struct Answer {
    line: usize,
    status: u16,
    #[serde(flatten)]
    accepted: Option<AcceptedCall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Details>,
}

/// A line that was read and is not stored yet.
struct Waiting {
    line: usize,
    bytes: usize,
    call: Result<NewCall, Problem>,
    /// Its part of what may be read ahead.
    _room: Option<OwnedSemaphorePermit>,
}

/// Takes the calls of a stream. The answer begins before the stream has ended.
pub(crate) fn answer(app: App, body: Body) -> Response {
    let (read, lines) = mpsc::channel(GROUP_LINES);
    let (answers, out) = mpsc::unbounded_channel();
    tokio::spawn(read_lines(app.clone(), body, read));
    tokio::spawn(store_lines(app, lines, answers));
    let out = UnboundedReceiverStream::new(out).map(Ok::<Bytes, Infallible>);
    let headers = [(header::CONTENT_TYPE, MEDIA_TYPE)];
    (headers, Body::from_stream(out)).into_response()
}

/// Reads line by line until the stream ends, or nobody wants the answers any more.
async fn read_lines(app: App, body: Body, read: mpsc::Sender<Waiting>) {
    let limits = &app.settings.limits;
    let mut lines = Lines::new(body, app.settings.http.pause(), limits.max_call_bytes);
    let ahead = Arc::new(Semaphore::new(AHEAD as usize));
    let mut number = 0;
    loop {
        number += 1;
        let (bytes, call) = match lines.next().await {
            Ok(None) => return,
            Ok(Some(Line::Blank)) => continue,
            Ok(Some(Line::TooLong)) => (0, Err(Refusal::Length(limits.max_call_bytes).into())),
            Ok(Some(Line::Text(text))) => (text.len(), incoming::read(&text, &app.store, limits)),
            Err(refusal) => {
                // What came before is stored and answered; this tells the sender where it broke off.
                let call = Err(refusal.into());
                let last = Waiting {
                    line: number,
                    bytes: 0,
                    call,
                    _room: None,
                };
                if read.send(last).await.is_err() {
                    tracing::debug!("a stream broke off and nobody waits for its answers");
                }
                return;
            }
        };
        let over = number > limits.max_stream_lines;
        let call = if over {
            Err(too_many(limits.max_stream_lines))
        } else {
            call
        };
        let units = u32::try_from(bytes / UNIT).unwrap_or(AHEAD).clamp(1, AHEAD);
        // The semaphore is never closed.
        let room = Arc::clone(&ahead).acquire_many_owned(units).await.ok();
        let waiting = Waiting {
            line: number,
            bytes,
            call,
            _room: room,
        };
        if read.send(waiting).await.is_err() || over {
            return;
        }
    }
}

fn too_many(most: usize) -> Problem {
    let rule = format!("must have at most {most} lines; this line and all after it were not read");
    Problem::field(Broken::told("body", "more lines", rule))
}

/// Stores lines as they come, as many at once as there are, and answers them.
async fn store_lines(
    app: App,
    mut lines: mpsc::Receiver<Waiting>,
    answers: mpsc::UnboundedSender<Bytes>,
) {
    while let Some(first) = lines.recv().await {
        let mut bytes = first.bytes;
        let mut group = vec![first];
        while group.len() < GROUP_LINES && bytes < GROUP_BYTES {
            let Ok(next) = lines.try_recv() else { break };
            bytes += next.bytes;
            group.push(next);
        }
        for answer in store_group(&app, group).await {
            // Numbers, texts and lists: there is nothing in an answer that JSON cannot hold.
            let mut text = serde_json::to_vec(&answer).unwrap_or_default();
            text.push(b'\n');
            if answers.send(text.into()).is_err() {
                return;
            }
        }
    }
}

async fn store_group(app: &App, group: Vec<Waiting>) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(group.len());
    let mut places = Vec::new();
    let mut calls = Vec::new();
    for waiting in group {
        match waiting.call {
            Ok(call) => {
                places.push((answers.len(), waiting.line));
                calls.push(call);
                // Replaced below.
                answers.push(Answer::refused(waiting.line, &Refusal::Internal.into()));
            }
            Err(problem) => answers.push(Answer::refused(waiting.line, &problem)),
        }
    }
    match app.store.accept_calls(calls).await {
        Ok(stored) => {
            let mut new_jobs = false;
            for ((place, line), stored) in places.into_iter().zip(stored) {
                answers[place] = match stored {
                    Ok(accepted) => {
                        new_jobs |=
                            accepted.call.finished && accepted.outcome != Outcome::Unchanged;
                        let status = if accepted.outcome == Outcome::Created {
                            201
                        } else {
                            200
                        };
                        Answer {
                            line,
                            status,
                            accepted: Some(accepted.into()),
                            problem: None,
                        }
                    }
                    Err(rejected) => Answer::refused(line, &rejected.into()),
                };
            }
            if new_jobs {
                app.wake.now();
            }
        }
        Err(error) => {
            let problem = Problem::from(error);
            for (place, line) in places {
                answers[place] = Answer::refused(line, &problem);
            }
        }
    }
    answers
}

impl Answer {
    fn refused(line: usize, problem: &Problem) -> Self {
        Self {
            line,
            status: problem.status(),
            accepted: None,
            problem: Some(problem.details().clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_told_by_their_media_type() {
        for (value, expected) in [
            ("application/x-ndjson", true),
            ("Application/JSONL; charset=utf-8", true),
            ("application/json", false),
            ("text/plain", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            assert_eq!(is_stream(&headers), expected, "{value}");
        }
        assert!(!is_stream(&HeaderMap::new()));
    }
}
