//! Drafts and versions of the first kind, which the original has given up for branches and revisions.

use super::error::AtomsError;
use crate::App;

/// Lets a request through that the original refuses now, unless the settings say to do as it does.
///
/// # Errors
/// 409 `versioning_v2_migration_required`.
pub(super) fn allowed(app: &App) -> Result<(), AtomsError> {
    if app.settings.atoms.branches_only {
        return Err(AtomsError::migration_required());
    }
    Ok(())
}
