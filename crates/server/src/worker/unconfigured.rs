//! Jobs for slots that are set up nowhere: they fail with a sentence that says so, instead of waiting unseen.

use std::collections::BTreeSet;

use aftercall_store::StoreError;
use aftercall_store::jobs::JobState;
use tokio_util::sync::CancellationToken;

use super::Worker;
use super::held::{release, signed};
use super::job::{Done, Jobs};

/// Jobs that are taken at once.
const AT_ONCE: u64 = 16;

/// Looks for such jobs from time to time, and when one comes in.
pub(super) async fn run(worker: Worker, stop: CancellationToken) {
    // A process without any slot leaves all jobs to those that have some.
    if worker.analysts.is_empty() {
        return;
    }
    loop {
        match fail_them(&worker, &stop).await {
            Ok(()) => {}
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    error,
                    "jobs of slots that are not configured could not be looked for"
                );
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(worker.settings.sweep()) => {}
        }
    }
}

async fn fail_them(worker: &Worker, stop: &CancellationToken) -> Result<(), StoreError> {
    let counts = worker.store.job_counts().await?;
    let others: BTreeSet<String> = counts
        .into_iter()
        .filter(|count| {
            count.state == JobState::Queued && !worker.analysts.is_configured(&count.slot)
        })
        .map(|count| count.slot)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let others: Vec<String> = others.into_iter().collect();
    let jobs = Jobs {
        store: &worker.store,
        analysts: &worker.analysts,
        budget: &worker.budget,
    };
    let lease = signed(worker.settings.lease());
    while !stop.is_cancelled() {
        let leases = worker
            .store
            .claim(&others, &worker.name, AT_ONCE, lease, None)
            .await?;
        if leases.is_empty() {
            break;
        }
        let mut leases = leases.into_iter();
        while let Some(lease) = leases.next() {
            if jobs.run(&lease).await == Done::NotNow {
                // What could not be done now is not asked for again at once.
                for lease in std::iter::once(lease).chain(leases) {
                    release(&worker.store, &lease).await;
                }
                return Ok(());
            }
        }
    }
    Ok(())
}
