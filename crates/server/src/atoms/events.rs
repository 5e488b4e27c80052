//! `GET /events`: what happens in a call that goes on, as a stream of server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use aftercall_store::StoreError;
use axum::Router;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::get;
use futures_util::Stream;
use serde_json::json;

use super::error::AtomsError;
use super::query::Query;
use crate::App;
use crate::text::instant;

/// Between two looks at the call.
const PERIOD: Duration = Duration::from_secs(1);

pub(super) fn routes() -> Router<App> {
    Router::new().route("/events", get(events))
}

async fn events(
    State(app): State<App>,
    Query(params): Query,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, AtomsError> {
    let mut reader = params.read();
    let call_id = reader.text("callId").map(str::to_owned);
    if call_id.is_none() {
        reader.problem("callId", "Required");
    }
    reader.finish()?;
    let call_id = call_id.unwrap_or_default();
    if app.store.is_call_finished(&call_id).await? {
        return Err(AtomsError::bad_request("Call is already completed"));
    }
    let stream = futures_util::stream::unfold(Next::Init, move |next| {
        let (app, call_id) = (app.clone(), call_id.clone());
        async move {
            match next {
                Next::Init => Some((frame(&app, "sse_init"), Next::Close)),
                Next::Close => {
                    until_over(&app, &call_id).await;
                    Some((frame(&app, "sse_close"), Next::Nothing))
                }
                Next::Nothing => None,
            }
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// What the stream says next.
enum Next {
    Init,
    Close,
    Nothing,
}

/// Waits until the call is finished or deleted, or the server is about to stop.
async fn until_over(app: &App, call_id: &str) {
    loop {
        tokio::time::sleep(PERIOD).await;
        match app.store.is_call_finished(call_id).await {
            Ok(true) | Err(StoreError::Missing { .. }) => return,
            // A database that cannot be reached may come back.
            Ok(false) | Err(_) => {}
        }
        if app.is_draining() {
            return;
        }
    }
}

fn frame(app: &App, kind: &str) -> Result<Event, Infallible> {
    let now = instant(app.store.now());
    let event = json!({"event_type": kind, "event_time": now});
    Ok(Event::default().data(event.to_string()))
}
