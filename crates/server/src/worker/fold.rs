//! What commits left to add to the sums that statistics are read from is added.

use aftercall_store::StoreError;
use tokio_util::sync::CancellationToken;

use super::Worker;

/// Changes that are added at once: few enough that nobody waits for it.
const AT_ONCE: u64 = 256;

/// Adds up from time to time. Every node does; one at a time gets to it.
pub(super) async fn run(worker: Worker, stop: CancellationToken) {
    loop {
        match all(&worker, &stop).await {
            Ok(0) => {}
            Ok(folded) => tracing::debug!(changes = folded, "statistics are added up"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "statistics could not be added up"
                );
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(worker.settings.sweep()) => {}
        }
    }
}

/// Adds what there is, a little at a time, so that who stores calls gets between.
async fn all(worker: &Worker, stop: &CancellationToken) -> Result<u64, StoreError> {
    let mut all = 0;
    while !stop.is_cancelled() {
        let folded = worker.store.fold_statistics(AT_ONCE).await?;
        all += folded;
        if folded < AT_ONCE {
            break;
        }
    }
    Ok(all)
}
