//! Calls and answers as a file.

use std::sync::Arc;

use aftercall_export::{Choice, Form, Format};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use utoipa::IntoParams;

use super::call_pages::{CallQuery, filter};
use super::problem::Problem;
use super::query::{Query, Reader};
use crate::App;
use crate::exports::{BrokenOff, Extras, Order, Running, start};
use crate::refusal::Refusal;

/// How to export.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct ExportQuery {
    /// `csv` (without), `jsonl` or `parquet`.
    #[param(pattern = "^(csv|jsonl|parquet)$")]
    format: Option<String>,
    /// `wide` (without): one row a call, each metric a column. `long`: one row an answer.
    #[param(pattern = "^(wide|long)$")]
    form: Option<String>,
    /// Names of columns, in the order wanted; all of the form without. `metric.*` is every metric.
    #[param(style = Form, explode = false)]
    columns: Option<Vec<String>>,
    /// Whether there is a column with what was said; only in the wide form.
    transcripts: Option<bool>,
}

/// Export calls
///
/// Every call that passes the filters, which are those of the list of calls, as a file that is written while it is sent. It
/// shows the calls as they were when the request came, the oldest arrival first. Where something goes wrong on the way the
/// answer breaks off without its end: a file whose request did not end well is not whole.
#[utoipa::path(
    get,
    path = "/v1/export",
    tag = "Exports",
    operation_id = "exportCalls",
    params(ExportQuery, CallQuery),
    responses((status = 200, description = "The file. `content-disposition` has a name for it.",
        content((String = "text/csv"), (String = "application/x-ndjson"), (String = "application/vnd.apache.parquet")))),
)]
pub(crate) async fn read(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    let mut read = query.read();
    let order = order(&mut read);
    read.finish()?;
    let Ok(permit) = Arc::clone(&app.exports).try_acquire_owned() else {
        return Err(Refusal::Busy.into());
    };
    let extras = Extras {
        permit: Some(permit),
        ..Extras::default()
    };
    let (form, format) = (order.form, order.format);
    let running = start(&app.store, order, extras).await?;
    let now = app.store.now().strftime("%Y%m%dT%H%M%SZ");
    let name = format!("attachment; filename=\"{}-{now}.{format}\"", form.rows());
    let headers = [
        (header::CONTENT_TYPE, format.media_type()),
        (header::CONTENT_DISPOSITION, &name),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, body(running)).into_response())
}

fn order(read: &mut Reader<'_>) -> Order {
    let format = read.word("format", Format::from_name, "csv, jsonl, parquet");
    let form = read
        .word("form", Form::from_name, "wide, long")
        .unwrap_or(Form::Wide);
    let transcripts = read.flag("transcripts").unwrap_or_default();
    if transcripts && form == Form::Long {
        read.problem("transcripts", "true", "must be false in the long form");
    }
    Order {
        columns: columns(read, form, transcripts),
        filter: filter(read),
        format: format.unwrap_or(Format::Csv),
        form,
        transcripts,
    }
}

fn columns(read: &mut Reader<'_>, form: Form, transcripts: bool) -> Option<Choice> {
    let names = read.given_list("columns")?;
    match Choice::parse(names.iter().map(String::as_str), form, transcripts) {
        Ok(choice) => Some(choice),
        Err(problems) => {
            problems.into_iter().for_each(|problem| read.add(problem));
            None
        }
    }
}

/// The parts as a body. An error ends the connection, so that the file cannot be taken for a whole one.
fn body(running: Running) -> Body {
    Body::from_stream(stream::unfold(running, |mut running| async {
        let part: Result<Bytes, BrokenOff> = match running.next().await? {
            Ok(part) => Ok(part.bytes),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "an export broke off"
                );
                Err(error)
            }
        };
        Some((part, running))
    }))
}

impl From<BrokenOff> for Problem {
    fn from(error: BrokenOff) -> Self {
        match error {
            BrokenOff::Read(error) => error.into(),
            error => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an export could not begin"
                );
                Refusal::Internal.into()
            }
        }
    }
}
