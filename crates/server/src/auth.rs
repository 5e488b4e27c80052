//! Who asks: every request of a family is let in here, or refused, before a route is looked at.
//!
//! What a role may do is decided here too, by method and path, so that no handler can forget it: reading asks for a
//! viewer, everything else for an editor, and the exceptions stand in [`need`].

use aftercall_store::Role;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, header};

use crate::App;
use crate::body;
use crate::refusal::{Family, Refusal};
use crate::session;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Id of the key.
    pub(crate) key_id: String,
    /// Name of the key.
    pub(crate) name: String,
    /// What the key may do.
    pub(crate) role: Role,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!("a route that asks who calls is not behind a key");
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }
}

/// What a route asks of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    Read,
    Intake,
    Edit,
    Administer,
}

impl Need {
    fn is_met_by(self, role: Role) -> bool {
        match self {
            Self::Nothing => true,
            Self::Read => matches!(role, Role::Viewer | Role::Editor | Role::Admin),
            Self::Intake => matches!(role, Role::Intake | Role::Editor | Role::Admin),
            Self::Edit => matches!(role, Role::Editor | Role::Admin),
            Self::Administer => role == Role::Admin,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Read => "viewer, editor or admin",
            Self::Intake => "intake, editor or admin",
            Self::Edit => "editor or admin",
            Self::Administer => "admin",
        }
    }
}

/// What a request asks of a key.
fn need(family: Family, method: &Method, path: &str, metrics_need_key: bool) -> Need {
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    match family {
        Family::Plain if path == "/metrics" && metrics_need_key => Need::Read,
        Family::Plain => Need::Nothing,
        // The description of the API is no secret, and a browser sends no key.
        Family::Api if reads && matches!(path, "/v1/openapi.json" | "/v1/docs") => Need::Nothing,
        // Platforms sign, or have a secret in the address.
        Family::Api if path.starts_with("/v1/intake/") && *method == Method::POST => Need::Nothing,
        // Another try needs no secret.
        Family::Api if is_retry_of_notice(method, path) => Need::Edit,
        // Who has a source's secret can send calls.
        Family::Api if !reads && path.starts_with("/v1/agents/") && path.contains("/intake/") => {
            Need::Administer
        }
        // Who signs in has no session yet; who has one may end it.
        Family::Api if path == "/v1/session" && *method == Method::POST => Need::Nothing,
        Family::Api if path == "/v1/session" => Need::Read,
        // Metrics are looked at, and nothing is stored.
        Family::Api if path == "/v1/metrics/check" => Need::Read,
        Family::Api if path == "/v1/keys" || path.starts_with("/v1/keys/") => Need::Administer,
        // Who has a receiver's secret can send in our name.
        Family::Api
            if path.starts_with("/v1/webhooks/")
                && (path.ends_with("/secret") || path.ends_with("/rotate")) =>
        {
            Need::Administer
        }
        Family::Api if path == "/v1/calls" && *method == Method::POST => Need::Intake,
        // A body holds whatever the platform puts into it, keys of its own too.
        Family::Api if path.starts_with("/v1/calls/") && path.ends_with("/payloads") => {
            Need::Administer
        }
        // A call that is deleted cannot be had back.
        Family::Api if path.starts_with("/v1/calls/") && *method == Method::DELETE => {
            Need::Administer
        }
        Family::Atoms if !reads && path.ends_with("/v1/account/update-org-name") => {
            Need::Administer
        }
        // Only looks calls up, and has a body because the list is long.
        Family::Atoms if *method == Method::POST && path.ends_with("/v1/conversation/search") => {
            Need::Read
        }
        _ if reads => Need::Read,
        _ => Need::Edit,
    }
}

fn is_retry_of_notice(method: &Method, path: &str) -> bool {
    *method == Method::POST
        && path.starts_with("/v1/agents/")
        && path.contains("/intake/notices/")
        && path.ends_with("/retry")
}

/// Lets a request in, with its [`Caller`] where the route asks for a key.
pub(crate) async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let family = Family::of(request.uri().path());
    let need = need(
        family,
        request.method(),
        request.uri().path(),
        app.settings.http.metrics_need_key,
    );
    if need != Need::Nothing {
        match caller(&app, request.method(), request.headers(), need).await {
            Ok(caller) => request.extensions_mut().insert(caller),
            Err(refusal) => {
                body::refuse(request.into_body(), app.settings.http.pause()).await;
                return family.answer(refusal);
            }
        };
    }
    next.run(request).await
}

async fn caller(
    app: &App,
    method: &Method,
    headers: &HeaderMap,
    need: Need,
) -> Result<Caller, Refusal> {
    let caller = match bearer(headers) {
        Some(secret) => app.keys.find(&app.store, secret).await?,
        None => {
            let token = session::token(headers).ok_or(Refusal::Key)?;
            let caller = app.keys.find_session(&app.store, &token).await?;
            let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
            if !reads && !session::is_ours(headers, &token) {
                return Err(Refusal::Csrf);
            }
            caller
        }
    };
    // An unknown key is not counted: it is refused in any case, and each would need a bucket of its own.
    app.rate.check(&caller.key_id)?;
    if need.is_met_by(caller.role) {
        Ok(caller)
    } else {
        Err(Refusal::Role {
            needed: need.words(),
        })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn needs_follow_method_and_path() {
        for (method, path, expected) in [
            (Method::GET, "/atoms/v1/agent", Need::Read),
            (Method::POST, "/atoms/v1/agent", Need::Edit),
            (Method::DELETE, "/atoms/v1/agent/x/archive", Need::Edit),
            (Method::POST, "/atoms/v1/conversation/search", Need::Read),
            (Method::POST, "/waves/v1/pca", Need::Edit),
            (
                Method::PUT,
                "/api/v1/account/update-org-name",
                Need::Administer,
            ),
            (Method::GET, "/atoms/v1/no/such/route", Need::Read),
            (Method::POST, "/v1/calls", Need::Intake),
            (Method::GET, "/v1/calls", Need::Read),
            (Method::POST, "/v1/calls/x/analyses", Need::Edit),
            (Method::DELETE, "/v1/calls/x", Need::Administer),
            (Method::GET, "/v1/calls/x/payloads", Need::Administer),
            (Method::GET, "/v1/statistics/calls", Need::Read),
            (Method::GET, "/v1/keys", Need::Administer),
            (Method::DELETE, "/v1/keys/x", Need::Administer),
            (Method::GET, "/v1/webhooks/x", Need::Read),
            (Method::POST, "/v1/webhooks", Need::Edit),
            (Method::GET, "/v1/webhooks/x/secret", Need::Administer),
            (Method::POST, "/v1/webhooks/x/rotate", Need::Administer),
            (Method::GET, "/v1/agents/x/intake/notices", Need::Read),
            (Method::PUT, "/v1/agents/x/intake/vapi", Need::Administer),
            (
                Method::POST,
                "/v1/agents/x/intake/notices/y/retry",
                Need::Edit,
            ),
            (Method::GET, "/v1/openapi.json", Need::Nothing),
            (Method::GET, "/v1/docs", Need::Nothing),
            (Method::GET, "/healthz", Need::Nothing),
            (Method::GET, "/metrics", Need::Nothing),
        ] {
            let found = need(Family::of(path), &method, path, false);
            assert_eq!(found, expected, "{method} {path}");
        }
        assert_eq!(
            need(Family::Plain, &Method::GET, "/metrics", true),
            Need::Read
        );
    }

    #[test]
    fn roles_do_not_reach_beyond_their_own() {
        use Need::{Administer, Edit, Intake, Read};
        for (role, may) in [
            (Role::Admin, vec![Read, Intake, Edit, Administer]),
            (Role::Editor, vec![Read, Intake, Edit]),
            (Role::Viewer, vec![Read]),
            (Role::Intake, vec![Intake]),
        ] {
            for need in [Read, Intake, Edit, Administer] {
                assert_eq!(
                    need.is_met_by(role),
                    may.contains(&need),
                    "{role:?} {need:?}"
                );
            }
        }
    }

    #[test]
    fn the_key_stands_behind_bearer() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer sk_a").as_deref(), Some("sk_a"));
        assert_eq!(of("bearer  sk_a ").as_deref(), Some("sk_a"));
        assert_eq!(of("Basic sk_a"), None);
        assert_eq!(of("sk_a"), None);
    }
}
