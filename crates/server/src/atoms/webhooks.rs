//! Webhooks of the compatible API: receivers, which of an agent's events they get, and what was delivered.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use aftercall_core::Event;
use aftercall_delivery::headers;
use aftercall_store::deliveries::{DeliveryFilter, DeliveryItem, DeliveryState};
use aftercall_store::webhooks::{
    NewSubscription, NewWebhook, Subscription, SubscriptionAgent, Webhook, WebhookPatch,
};
use aftercall_store::{Role, StoreError};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch};
use serde_json::{Value as Json, json};

use super::body::{Body, Reader};
use super::error::{AtomsError, ResultExt};
use super::path::Path;
use super::query::Query;
use super::reply::Reply;
use crate::App;
use crate::auth::Caller;
use crate::deliveries;
use crate::text::instant;

const MAX_URL: usize = 2_048;
const MAX_DESCRIPTION: usize = 1_000;
const MAX_EVENTS: usize = 1_000;
/// Deliveries that the log shows at most.
const SHOWN: u64 = 100;
/// Bytes of payloads after which it shows no more: each holds a transcript.
const SHOWN_BYTES: usize = 8 * 1024 * 1024;
/// Requests at a time that a receiver gets which nobody said more of.
pub(crate) const CONCURRENCY: u64 = 8;
const INVALID_ID: &str = "The provided Webhook ID is invalid.";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/webhook", get(read).post(create))
        .route("/webhook/events", get(log))
        .route("/webhook/{id}", patch(change).delete(delete))
        .route(
            "/agent/{id}/webhook-subscriptions",
            get(subscriptions).post(replace).delete(unsubscribe),
        )
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<String>, AtomsError> {
    let mut read = fields.read();
    let url = endpoint(&app, &mut read, true);
    read.required("description");
    let description = read.text("description", MAX_DESCRIPTION);
    read.required("events");
    let subscriptions = wanted(&mut read);
    read.finish()?;
    let id = app.store.new_id().to_string();
    let (_, secret) = app.sealed.new_secret(&app.store, &id);
    let new = NewWebhook {
        id,
        url: url.unwrap_or_default(),
        description: description.unwrap_or_default(),
        secret,
        headers: None,
        filters: Vec::new(),
        paused: false,
        concurrency: CONCURRENCY,
        subscriptions,
        created_by: Some(caller.key_id),
    };
    let made = app.store.create_webhook(new).await;
    Ok(Reply::created(made.unknown_is_400("Agent not found")?.id))
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query,
) -> Result<Reply<Json>, AtomsError> {
    let id = query.read().text("webhookId").map(str::to_owned);
    let organisation = app.store.organisation().await?.id;
    let shown = |webhook: &Webhook| document(&app, &caller, &organisation, webhook);
    Ok(Reply::ok(match id {
        Some(id) if id.parse::<aftercall_core::Id>().is_err() => {
            return Err(AtomsError::bad_request(INVALID_ID));
        }
        Some(id) => shown(&app.store.webhook(&id).await?)?,
        None => {
            let all = app.store.webhooks().await?;
            let all: Result<Vec<Json>, AtomsError> = all.iter().map(shown).collect();
            all?.into()
        }
    }))
}

async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Body(fields): Body,
) -> Result<Reply<String>, AtomsError> {
    let mut read = fields.read();
    let url = endpoint(&app, &mut read, false);
    let description = read.text("description", MAX_DESCRIPTION);
    let own = own_headers(&mut read);
    if url.is_none() && description.is_none() && own.is_none() {
        read.problem("body", "must have one of endpoint, description, headers");
    }
    read.finish()?;
    let patch = WebhookPatch {
        url,
        description,
        headers: own.map(|own| app.sealed.headers(&app.store, &id, &own)),
        ..WebhookPatch::default()
    };
    Ok(Reply::ok(app.store.patch_webhook(&id, patch).await?.id))
}

async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Reply<&'static str>, AtomsError> {
    if id.parse::<aftercall_core::Id>().is_err() {
        return Err(AtomsError::bad_request(INVALID_ID));
    }
    app.store.delete_webhook(&id, true).await?;
    Ok(Reply::ok("Webhook deleted successfully"))
}

async fn subscriptions(
    State(app): State<App>,
    Path(agent): Path<String>,
) -> Result<Reply<Vec<Json>>, AtomsError> {
    let found = app.store.subscriptions(&agent).await?;
    Ok(Reply::ok(found.iter().map(of_agent).collect()))
}

async fn replace(
    State(app): State<App>,
    Path(agent): Path<String>,
    Body(fields): Body,
) -> Result<Reply<&'static str>, AtomsError> {
    let mut read = fields.read();
    read.required("webhookId");
    let webhook = read.id("webhookId");
    read.required("eventTypes");
    let names = read.texts("eventTypes", Event::ATOMS.len());
    let mut events = Vec::new();
    for (n, name) in names.iter().flatten().enumerate() {
        events.extend(event(&mut read, &format!("eventTypes[{n}]"), name));
    }
    if names.is_some_and(|names| names.is_empty()) {
        read.problem("eventTypes", "Array must contain at least 1 element(s)");
    }
    read.finish()?;
    let webhook = webhook.map(|id| id.to_string()).unwrap_or_default();
    app.store
        .replace_subscriptions(&agent, &webhook, &events)
        .await?;
    Ok(Reply::created("Subscriptions created successfully"))
}

async fn unsubscribe(
    State(app): State<App>,
    Path(agent): Path<String>,
) -> Result<Reply<&'static str>, AtomsError> {
    app.store.delete_subscriptions(&agent).await?;
    Ok(Reply::ok("Subscriptions deleted successfully"))
}

async fn log(State(app): State<App>, Query(query): Query) -> Result<Reply<Vec<Json>>, AtomsError> {
    let filter = DeliveryFilter {
        webhook_id: query.read().text("webhookId").map(str::to_owned),
        ..DeliveryFilter::default()
    };
    let found = app.store.deliveries(&filter, 1, SHOWN).await?;
    let mut shown = Vec::with_capacity(found.items.len());
    let mut webhooks: HashMap<&str, Webhook> = HashMap::new();
    let mut bytes = 0;
    for item in &found.items {
        if bytes >= SHOWN_BYTES {
            break;
        }
        let id = item.delivery.webhook_id.as_str();
        let webhook = match webhooks.entry(id) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(new) => new.insert(app.store.webhook(id).await?),
        };
        let body = match deliveries::body(&app.store, webhook, &item.delivery).await {
            Ok(body) => Some(body),
            Err(StoreError::Missing { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        bytes += body.as_ref().map_or(0, Vec::len);
        shown.push(logged(item, body.as_deref()));
    }
    Ok(Reply::ok(shown))
}

/// A line of the log, with what was or will be sent.
fn logged(item: &DeliveryItem, body: Option<&[u8]>) -> Json {
    let delivery = &item.delivery;
    let payload: Json = body
        .and_then(|body| serde_json::from_slice(body).ok())
        .unwrap_or_default();
    let status = match delivery.state {
        DeliveryState::Delivered => "DELIVERED",
        DeliveryState::Failed => "FAILED",
        DeliveryState::Waiting | DeliveryState::Sending => "PENDING",
    };
    json!({
        "_id": delivery.id,
        "webhookId": delivery.webhook_id,
        "eventType": delivery.event.name(),
        "payload": payload,
        "status": status,
        "createdAt": instant(delivery.created_at),
    })
}

/// The address, if it may be sent to.
fn endpoint(app: &App, read: &mut Reader<'_>, required: bool) -> Option<String> {
    let url = if required {
        read.required_text("endpoint", MAX_URL)?
    } else {
        read.text("endpoint", MAX_URL)?
    };
    match app.settings.delivery.policy().check(&url) {
        Ok(_) => Some(url),
        Err(refused) => {
            read.problem("endpoint", refused);
            None
        }
    }
}

/// The events of a new receiver.
fn wanted(read: &mut Reader<'_>) -> Vec<NewSubscription> {
    let Some(list) = read.list("events") else {
        return Vec::new();
    };
    if list.len() > MAX_EVENTS {
        let rule = format!("Array must contain at most {MAX_EVENTS} element(s)");
        read.problem("events", rule);
        return Vec::new();
    }
    let mut wanted = Vec::with_capacity(list.len());
    for (n, item) in list.iter().enumerate() {
        let text = |name: &str| item.get(name).and_then(Json::as_str);
        let agent_id = text("agentId").filter(|id| id.parse::<aftercall_core::Id>().is_ok());
        if agent_id.is_none() {
            let name = format!("events[{n}].agentId");
            read.problem(&name, "must be the id of an agent, 24 hexadecimal digits");
        }
        let name = text("eventType").unwrap_or_default();
        let event = event(read, &format!("events[{n}].eventType"), name);
        if let (Some(agent_id), Some(event)) = (agent_id, event) {
            wanted.push(NewSubscription {
                agent_id: Some(agent_id.to_owned()),
                event,
            });
        }
    }
    wanted
}

fn event(read: &mut Reader<'_>, field: &str, name: &str) -> Option<Event> {
    let event = Event::ATOMS.into_iter().find(|event| event.name() == name);
    if event.is_none() {
        let names = Event::ATOMS.map(Event::name).join(", ");
        read.problem(field, format!("must be one of {names} (got {name:?})"));
    }
    event
}

/// The receiver's own headers; `Some` of none where they are to be taken away.
fn own_headers(read: &mut Reader<'_>) -> Option<Vec<(String, String)>> {
    let map = read.object("headers")?;
    let mut own = Vec::with_capacity(map.len());
    for (name, value) in map {
        match value {
            Json::String(value) => own.push((name.clone(), value.clone())),
            _ => read.problem(&format!("headers.{name}"), "must be a text"),
        }
    }
    let pairs = own
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    if let Err(problems) = headers::read(pairs) {
        for problem in problems {
            read.problem(
                &problem.field,
                format!("{} (got {})", problem.rule, problem.value),
            );
        }
    }
    Some(own)
}

/// A receiver as it is shown; its secret to admins alone.
fn document(
    app: &App,
    caller: &Caller,
    organisation: &str,
    webhook: &Webhook,
) -> Result<Json, AtomsError> {
    let subscriptions: Vec<Json> = webhook.subscriptions.iter().map(of_webhook).collect();
    let mut out = json!({
        "_id": webhook.id,
        "url": webhook.url,
        "description": webhook.description,
        "status": webhook.status.name(),
        "organizationId": organisation,
        "createdBy": webhook.created_by,
        "subscriptions": subscriptions,
        "createdAt": instant(webhook.created_at),
        "updatedAt": instant(webhook.updated_at),
    });
    if caller.role == Role::Admin {
        let secrets = app.sealed.secrets(webhook);
        let secrets = secrets.map_err(|error| AtomsError::internal(&error))?;
        out["decryptedSecretKey"] = secrets.into_iter().next().into();
    }
    Ok(out)
}

/// With the whole agent, as it stands in a receiver.
fn of_webhook(one: &Subscription) -> Json {
    let mut out = of_agent(one);
    out["agentId"] = match &one.agent {
        Some(SubscriptionAgent {
            id,
            name,
            description,
        }) => {
            json!({ "_id": id, "name": name, "description": description.as_deref().unwrap_or_default() })
        }
        None => Json::Null,
    };
    out
}

/// With the agent's id, as it stands in an agent's list.
fn of_agent(one: &Subscription) -> Json {
    json!({
        "_id": one.id,
        "webhookId": one.webhook_id,
        "agentId": one.agent.as_ref().map(|agent| agent.id.as_str()),
        "eventType": one.event.name(),
        "createdAt": instant(one.created_at),
        "updatedAt": instant(one.updated_at),
    })
}
