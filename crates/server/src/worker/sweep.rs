//! Jobs whose worker is gone go back into the queue, and those that ended long ago go away.

use aftercall_store::StoreError;
use tokio_util::sync::CancellationToken;

use super::Worker;

/// Old jobs that are deleted at once: few enough that nobody waits for it.
const AT_ONCE: u64 = 500;

/// Looks for leases that ended, and for old jobs, from time to time. Every node does; one of them finds it first.
pub(super) async fn run(worker: Worker, stop: CancellationToken) {
    loop {
        match worker.store.sweep_expired().await {
            Ok(0) => {}
            Ok(found) => {
                tracing::warn!(jobs = found, "leases ended before their jobs did");
                metrics::counter!("aftercall_leases_expired_total").increment(found);
                worker.wake.now();
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "leases could not be looked through"
                );
            }
        }
        match purge(&worker).await {
            Ok(0) => {}
            Ok(deleted) => tracing::debug!(jobs = deleted, "old jobs are deleted"),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "old jobs could not be deleted"
                );
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(worker.settings.sweep()) => {}
        }
    }
}

async fn purge(worker: &Worker) -> Result<u64, StoreError> {
    let Some(keep) = worker.settings.keep_jobs() else {
        return Ok(0);
    };
    worker.store.purge_jobs(keep, AT_ONCE).await
}
