//! A change to a configuration, as it is sent.

use aftercall_core::agent_config::{self, Config, PatchError};

use super::body::Fields;
use super::error::AtomsError;
use crate::settings::Limits;

/// The change that a body holds, checked.
///
/// # Errors
/// 400 with every problem.
pub(super) fn checked(fields: &Fields, limits: &Limits) -> Result<Config, AtomsError> {
    agent_config::check_patch(fields.map(), limits.max_metrics).map_err(refused)?;
    Ok(fields.map().clone())
}

/// A change that is not taken, as the API says it.
pub(super) fn refused(error: PatchError) -> AtomsError {
    match error {
        PatchError::Problems(problems) => problems.into(),
        PatchError::SectionNames(names) => AtomsError::bad_requests(
            names
                .iter()
                .map(|name| {
                    format!("{name}: is the name of a section; send its fields, not the section")
                })
                .collect(),
        ),
        PatchError::NoRecognisedField => AtomsError::bad_request(error.to_string()),
    }
}
