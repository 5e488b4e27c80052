//! Names of those who changed something. Ids of keys are kept; the wire shows names beside them.

use std::collections::HashMap;

use aftercall_store::{Store, StoreError};

/// Key id → the key's name, revoked keys too.
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// Reads the names of every key: a server has few.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) async fn read(store: &Store) -> Result<Self, StoreError> {
        let keys = store.list_keys().await?;
        let names = keys.into_iter().map(|key| (key.id, key.name));
        Ok(Self(names.collect()))
    }

    /// The name of a key; `None` for nobody and for what is no key, such as the command line.
    pub(super) fn of(&self, id: Option<&str>) -> Option<&str> {
        self.0.get(id?).map(String::as_str)
    }
}
