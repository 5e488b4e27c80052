//! Jobs whose worker is gone go back into the queue.

use tokio_util::sync::CancellationToken;

use super::Worker;

/// Looks for leases that ended, from time to time. Every node does; one of them finds it first.
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
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(worker.settings.sweep()) => {}
        }
    }
}
