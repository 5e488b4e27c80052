//! The three wrappers around what is answered.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;

/// `{"status":true,"data":…}`.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    status: StatusCode,
    data: T,
}

impl<T> Reply<T> {
    /// 200.
    pub(crate) fn ok(data: T) -> Self {
        Self {
            status: StatusCode::OK,
            data,
        }
    }

    /// 201.
    pub(crate) fn created(data: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            data,
        }
    }
}

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Wrapper<T> {
            status: bool,
            data: T,
        }
        let body = Wrapper {
            status: true,
            data: self.data,
        };
        (self.status, Json(body)).into_response()
    }
}

/// `{"success":true,"data":…}`, as analytics, templates and an agent's call logs answer.
#[derive(Debug)]
pub(crate) struct Success<T>(T);

impl<T> Success<T> {
    /// 200.
    pub(crate) fn ok(data: T) -> Self {
        Self(data)
    }
}

impl<T: Serialize> IntoResponse for Success<T> {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Wrapper<T> {
            success: bool,
            data: T,
        }
        let body = Wrapper {
            success: true,
            data: self.0,
        };
        Json(body).into_response()
    }
}

/// No wrapper, as accounts and the stateless analyser answer.
#[derive(Debug)]
pub(crate) struct Bare<T>(T);

impl<T> Bare<T> {
    /// 200.
    pub(crate) fn ok(value: T) -> Self {
        Self(value)
    }
}

impl<T: Serialize> IntoResponse for Bare<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}
