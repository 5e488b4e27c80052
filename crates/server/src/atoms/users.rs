//! Who asks, as the Atoms API sees it: a key is the user, the server's organisation the account.

use aftercall_store::{Organisation, Role};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use http::StatusCode;
use serde_json::{Value as Json, json};

use super::body::Body;
use super::error::AtomsError;
use super::reply::{Bare, Reply};
use crate::App;
use crate::auth::Caller;

/// Characters of the organisation's name.
const MAX_NAME: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/user", get(user))
        .route("/user/subscription", get(subscription))
        .route("/account/get-account-details", get(account))
        .route("/account/update-org-name", put(rename))
}

async fn user(State(app): State<App>, caller: Caller) -> Result<Reply<Json>, AtomsError> {
    let organisation = app.store.organisation().await?;
    Ok(Reply::ok(json!({
        "_id": caller.key_id,
        "firstName": caller.name,
        "lastName": "",
        // Keys have no address; clients want a text here.
        "userEmail": "",
        "authProvider": "api_key",
        "isEmailVerified": true,
        "organizationId": organisation.id,
    })))
}

/// There is nothing to subscribe to. Limits that do not exist are left out.
async fn subscription(State(app): State<App>) -> Result<Reply<Json>, AtomsError> {
    let organisation = app.store.organisation().await?;
    Ok(Reply::ok(json!({
        "_id": organisation.id,
        "organization": organisation.id,
        "planId": "self_hosted",
        "totalCredits": 0,
        "currentCredits": 0,
        "renewalDate": null,
        "subscriptionActive": true,
        "onPremEnabled": true,
        "limits": { "postCallAnalytics": app.settings.limits.max_metrics },
        "features": { "postCallAnalytics": true },
    })))
}

async fn account(State(app): State<App>, caller: Caller) -> Result<Bare<Json>, AtomsError> {
    let organisation = app.store.organisation().await?;
    Ok(Bare::ok(json!({
        "userId": caller.key_id,
        "email": "",
        "firstName": caller.name,
        "lastName": "",
        "phone": "",
        "picture": "",
        "hasOnboarded": true,
        "organizations": [organisation_document(&organisation, caller.role)],
    })))
}

fn organisation_document(organisation: &Organisation, role: Role) -> Json {
    // The API has 0 for the owner and greater numbers for those who may do less.
    let role_id = Role::ALL.iter().position(|one| *one == role);
    json!({
        "orgId": organisation.id,
        "name": organisation.name,
        "ownerEmail": "",
        "roleId": role_id,
        "onPremEnabled": true,
    })
}

/// The one route whose errors have a form of their own.
async fn rename(State(app): State<App>, Body(fields): Body) -> Result<Response, AtomsError> {
    let sent = fields.map().get("name").and_then(Json::as_str);
    let name = sent.map(str::trim).unwrap_or_default();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        let message = format!("name: must be a text of 1 to {MAX_NAME} characters");
        let body = json!({ "success": false, "message": message });
        return Ok((StatusCode::BAD_REQUEST, axum::Json(body)).into_response());
    }
    let organisation = app.store.rename_organisation(name).await?;
    let body = json!({ "success": true, "name": organisation.name });
    Ok(Bare::ok(body).into_response())
}
