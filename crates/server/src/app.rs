//! What every handler shares.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aftercall_store::Store;
use tokio::sync::Semaphore;

use crate::deliveries::Sealed;
use crate::key_cache::KeyCache;
use crate::rate::RateLimit;
use crate::settings::Settings;
use crate::telemetry;
use crate::worker::{Analysts, Wake};

/// Exports at once. Each has a connection to the database for as long as it takes, and lists need some too.
const EXPORTS: usize = 4;

/// The server's parts. A clone is the same server.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Limits and choices, fixed at start.
    pub settings: Settings,
    /// The models of this process; none where it only serves.
    pub analysts: Analysts,
    /// Tells the workers of this process that there is a new job.
    pub wake: Wake,
    /// The secrets of receivers.
    pub sealed: Sealed,
    pub(crate) keys: KeyCache,
    pub(crate) rate: RateLimit,
    pub(crate) metrics: telemetry::Metrics,
    /// A permit for each export that may begin.
    pub(crate) exports: Arc<Semaphore>,
    draining: AtomicBool,
}

impl App {
    /// A server over a migrated store.
    #[must_use]
    pub fn new(
        store: Store,
        settings: Settings,
        analysts: Analysts,
        wake: Wake,
        sealed: Sealed,
    ) -> Self {
        Self(Arc::new(Parts {
            keys: KeyCache::default(),
            rate: RateLimit::new(&settings.rate),
            metrics: telemetry::metrics(),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            draining: AtomicBool::new(false),
            store,
            settings,
            analysts,
            wake,
            sealed,
        }))
    }
}

impl Parts {
    /// Whether the server is about to stop and takes no new connections.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
