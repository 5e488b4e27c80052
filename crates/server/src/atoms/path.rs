//! Parts of a path.

use aftercall_core::Id;
use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::error::AtomsError;
use crate::refusal::Refusal;

/// Axum's `Path` with our form of errors.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = AtomsError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AtomsError> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection: PathRejection| {
                let refusal = if rejection.status().is_server_error() {
                    tracing::error!(error = %rejection, "a path does not fit its handler");
                    Refusal::Internal
                } else {
                    Refusal::malformed("path", "must be valid UTF-8")
                };
                AtomsError::from(refusal)
            })
    }
}

/// Reads an id of the path.
///
/// # Errors
/// 400 where it is not 24 hex digits in lower case.
pub(crate) fn id(name: &str, text: &str) -> Result<Id, AtomsError> {
    text.parse().map_err(|_| {
        AtomsError::bad_request(format!("{name}: Invalid id, must be 24 hexadecimal digits"))
    })
}
