//! Keys are made, listed and revoked. Their secrets are shown once.

use aftercall_store::{Key, Role};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Body;
use super::path::Path;
use super::problem::{Details, Problem};
use super::problem_kind::Kind;
use crate::App;
use crate::auth::Caller;
use crate::text::instant;

const MAX_NAME_CHARS: usize = 100;

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Key)]
pub(crate) struct KeyView {
    /// 24 hexadecimal digits.
    id: String,
    /// Who or what uses it.
    name: String,
    /// What it may do.
    #[schema(value_type = RoleName)]
    role: &'static str,
    /// The first characters of its secret.
    prefix: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last used, to the minute.
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
    /// When it was revoked.
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
}

/// A role. `admin` may do everything; `editor` everything but keys and the deletion of calls; `viewer` may read; `intake` may
/// send calls and nothing else.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the names of the store's roles")]
enum RoleName {
    Admin,
    Editor,
    Viewer,
    Intake,
}

/// All keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyList {
    /// The oldest first; revoked ones among them.
    keys: Vec<KeyView>,
}

/// A key to be made.
#[derive(ToSchema)]
#[schema(as = NewKey)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct NewKeyBody {
    /// Who or what uses it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do.
    role: RoleName,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeKey {
    key: KeyView,
    /// What goes behind `Bearer`. It is shown here and never again.
    secret: String,
}

impl From<Key> for KeyView {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            role: key.role.name(),
            prefix: key.prefix,
            created_at: instant(key.created_at),
            last_used_at: key.last_used_at.map(instant),
            revoked_at: key.revoked_at.map(instant),
        }
    }
}

/// List keys
#[utoipa::path(
    get,
    path = "/v1/keys",
    tag = "Keys",
    operation_id = "listKeys",
    responses((status = 200, description = "All keys.", body = KeyList)),
)]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<KeyList>, Problem> {
    let keys = app.store.list_keys().await?;
    Ok(Json(KeyList {
        keys: keys.into_iter().map(KeyView::from).collect(),
    }))
}

/// Make a key
#[utoipa::path(
    post,
    path = "/v1/keys",
    tag = "Keys",
    operation_id = "createKey",
    request_body = NewKeyBody,
    responses((status = 201, description = "The key, with its secret.", body = MadeKey)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    body: Body,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    let mut read = body.read();
    read.require("name");
    read.require("role");
    let name = read.text("name", MAX_NAME_CHARS);
    let role = read
        .text("role", MAX_NAME_CHARS)
        .map(|name| Role::from_name(&name));
    if role == Some(None) {
        read.problem("role", "must be one of admin, editor, viewer, intake");
    }
    read.finish()?;
    // `finish` lets nothing through that is not there.
    let (Some(name), Some(Some(role))) = (name, role) else {
        return Err(Problem::new(
            Kind::Internal,
            "a key without a name or a role",
        ));
    };
    let made = app.store.create_key(&name, role).await?;
    let view = MadeKey {
        key: made.key.into(),
        secret: made.secret,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Revoke a key
///
/// It opens nothing any more; other nodes may let it in for three more seconds. A key cannot revoke itself, so that there is
/// always one left to make others with.
#[utoipa::path(
    delete,
    path = "/v1/keys/{keyId}",
    tag = "Keys",
    operation_id = "revokeKey",
    params(("keyId" = String, Path, description = "Id of the key.")),
    responses(
        (status = 200, description = "The key, revoked.", body = KeyView),
        (status = 404, description = "There is no such key.", body = Details, content_type = "application/problem+json"),
        (status = 409, description = "It is the key of this request.", body = Details,
            content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<KeyView>, Problem> {
    if caller.key_id == id {
        return Err(Problem::new(Kind::Conflict, "a key cannot revoke itself"));
    }
    let key = app.store.revoke_key(&id).await?;
    app.keys.clear();
    Ok(Json(key.into()))
}
