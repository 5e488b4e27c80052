//! Keys that were found a moment ago, so that a stream of requests does not read its key from the database each time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aftercall_store::{Key, Store};

use crate::auth::Caller;
use crate::refusal::Refusal;

/// For how long a key is believed without looking: a key revoked by another node is good for that long here.
const FRESH: Duration = Duration::from_secs(3);
/// Keys remembered at once.
const MAX_REMEMBERED: usize = 1_000;

struct Entry {
    caller: Caller,
    found: Instant,
}

/// Found keys by their secret. Secrets that are no keys are never remembered.
#[derive(Default)]
pub(crate) struct KeyCache(Mutex<HashMap<String, Entry>>);

impl KeyCache {
    /// Whose secret this is.
    ///
    /// # Errors
    /// The secret is no key, or a revoked one; or the database cannot be asked.
    pub(crate) async fn find(&self, store: &Store, secret: &str) -> Result<Caller, Refusal> {
        let now = Instant::now();
        if let Some(caller) = self.fresh(secret, now) {
            return Ok(caller);
        }
        let key = store.find_key(secret).await.map_err(Refusal::from)?;
        let Some(key) = key else {
            self.lock().remove(secret);
            return Err(Refusal::Key);
        };
        note_use(store.clone(), key.clone());
        let caller = Caller {
            key_id: key.id,
            name: key.name,
            role: key.role,
        };
        self.put(secret, &caller, now);
        Ok(caller)
    }

    /// Whose session this token is of.
    ///
    /// # Errors
    /// The session is unknown or has ended; or the database cannot be asked.
    pub(crate) async fn find_session(&self, store: &Store, token: &str) -> Result<Caller, Refusal> {
        let now = Instant::now();
        // No secret has a blank in it.
        let name = format!("session {token}");
        if let Some(caller) = self.fresh(&name, now) {
            return Ok(caller);
        }
        let session = store.find_session(token).await.map_err(Refusal::from)?;
        let Some(session) = session else {
            self.lock().remove(&name);
            return Err(Refusal::Key);
        };
        note_use(store.clone(), session.key.clone());
        let caller = Caller {
            key_id: session.key.id,
            name: session.key.name,
            role: session.key.role,
        };
        self.put(&name, &caller, now);
        Ok(caller)
    }

    /// Forgets every key, so that a revoked one is refused at once.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn fresh(&self, secret: &str, now: Instant) -> Option<Caller> {
        let entries = self.lock();
        let entry = entries.get(secret)?;
        (now.duration_since(entry.found) < FRESH).then(|| entry.caller.clone())
    }

    fn put(&self, secret: &str, caller: &Caller, now: Instant) {
        let mut entries = self.lock();
        if entries.len() >= MAX_REMEMBERED {
            entries.retain(|_, entry| now.duration_since(entry.found) < FRESH);
        }
        // With that many keys in use at one moment, those that find no room are read each time.
        if entries.len() < MAX_REMEMBERED {
            let caller = caller.clone();
            entries.insert(secret.to_owned(), Entry { caller, found: now });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // A panic while the map was held leaves it whole: it only misses an entry.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Beside the request: nobody is to wait for the database's writer in order to read.
fn note_use(store: Store, key: Key) {
    tokio::spawn(async move {
        if let Err(error) = store.touch_key(&key).await {
            tracing::debug!(key = key.id, %error, "the last use of a key could not be written");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use aftercall_store::Role;

    #[test]
    fn a_key_is_believed_for_a_moment() {
        let cache = KeyCache::default();
        let caller = Caller {
            key_id: "k".into(),
            name: "n".into(),
            role: Role::Viewer,
        };
        let start = Instant::now();
        assert_eq!(cache.fresh("s", start), None);
        cache.put("s", &caller, start);
        assert_eq!(cache.fresh("s", start), Some(caller));
        assert_eq!(cache.fresh("s", start + FRESH), None);
        cache.clear();
        assert_eq!(cache.fresh("s", start), None);
    }

    #[test]
    fn there_is_room_for_so_many() {
        let cache = KeyCache::default();
        let caller = Caller {
            key_id: "k".into(),
            name: "n".into(),
            role: Role::Viewer,
        };
        let start = Instant::now();
        for n in 0..=MAX_REMEMBERED {
            cache.put(&n.to_string(), &caller, start);
        }
        assert_eq!(cache.fresh(&MAX_REMEMBERED.to_string(), start), None);
        cache.put("late", &caller, start + FRESH);
        assert!(cache.fresh("late", start + FRESH).is_some());
    }
}
