//! `/analytics/…`: how many calls there were, what became of them, how long they were.
//!
//! A call counts when it began, or when it arrived where that is not known, in days of UTC. Answered is one that was completed;
//! durations are those of answered calls. Rates and shares are percent. Without a period the last 30 days are asked for.

mod agents;
mod attempts;
mod conversation;
mod dashboard;
mod day;
mod durations;
mod figures;
mod log;
mod numbers;
mod question;
mod series;
mod summary;

use axum::Router;

use crate::App;

/// Every route below `/analytics`.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(log::routes())
        .merge(conversation::routes())
        .merge(series::routes())
        .merge(summary::routes())
        .merge(dashboard::routes())
        .merge(numbers::routes())
        .merge(durations::routes())
        .merge(agents::routes())
        .merge(day::routes())
        .merge(attempts::routes())
}
