//! Payloads, and notices of calls that were fetched, go away when they were kept long enough.

use std::time::Duration;

use aftercall_store::StoreError;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::App;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(600);
/// For how long a notice is known again whose call is stored.
const KEEP_NOTICES: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Rows that are deleted at once.
const AT_ONCE: u64 = 500;

/// Deletes from time to time what is old, until `stop`.
pub(crate) async fn purge(app: App, stop: CancellationToken) {
    loop {
        if let Err(error) = all(&app).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "old payloads and notices could not be deleted");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn all(app: &App) -> Result<(), StoreError> {
    let days = app.settings.intake.keep_payloads_days;
    let keep = SignedDuration::from_hours(24 * i64::from(days));
    while app.store.purge_payloads(keep, AT_ONCE).await? == AT_ONCE {}
    while app.store.purge_notices(KEEP_NOTICES, AT_ONCE).await? == AT_ONCE {}
    Ok(())
}
