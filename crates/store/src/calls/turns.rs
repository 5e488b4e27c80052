//! Turns from their JSON column.

use aftercall_core::{Role, Turn};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::StoreError;

/// A turn as it is stored: as in a call file, its time always in seconds.
#[derive(Deserialize)]
struct StoredTurn {
    role: String,
    content: String,
    start: Option<f64>,
    end: Option<f64>,
}

/// Reads the turns of a stored transcript.
pub(crate) fn from_json(turns: Json) -> Result<Vec<Turn>, StoreError> {
    let turns: Vec<StoredTurn> =
        serde_json::from_value(turns).map_err(|e| StoreError::corrupt("a transcript", e))?;
    Ok(turns
        .into_iter()
        .map(|turn| Turn {
            role: Role::from_name(&turn.role),
            content: turn.content,
            start: turn.start,
            end: turn.end,
        })
        .collect())
}
