//! Which snapshots are open, for the one thing that has to wait for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The snapshots of this process, and whether SQLite's log has to be emptied after the last of them.
#[derive(Debug, Default)]
pub(crate) struct Snapshots {
    /// Each holds one more.
    open: Arc<()>,
    waits: AtomicBool,
}

/// Held by an open snapshot.
#[derive(Debug)]
pub(super) struct Open(#[expect(dead_code, reason = "counted")] Arc<()>);

impl Snapshots {
    pub(super) fn open(&self) -> Open {
        Open(Arc::clone(&self.open))
    }

    /// Whether the log cannot be emptied now: then it is once nobody reads any more. To try would hold up writers for nothing.
    pub(crate) fn put_off(&self) -> bool {
        let is_read = Arc::strong_count(&self.open) > 1;
        if is_read {
            self.waits.store(true, Ordering::Relaxed);
        }
        is_read
    }

    /// Whether the log was to be emptied while somebody read, and now nobody does.
    pub(super) fn is_awaited(&self) -> bool {
        Arc::strong_count(&self.open) == 1 && self.waits.swap(false, Ordering::Relaxed)
    }
}
