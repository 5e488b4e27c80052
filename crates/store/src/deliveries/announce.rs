//! Writing deliveries, in the commit of what they report.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aftercall_core::Event;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::Value as Json;

use super::{Delivery, DeliveryState};
use crate::chunks::owned_chunks;
use crate::entity::{calls, deliveries as rows, webhook_subscriptions, webhooks};
use crate::json_text::JsonText;
use crate::webhooks::{DISABLED, Webhook};
use crate::{Conflict, Store, StoreError};

/// What an event is of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Subject<'a> {
    pub(crate) agent_id: Option<&'a str>,
    /// The call's own id.
    pub(crate) call_row_id: Option<&'a str>,
    pub(crate) analysis_id: Option<&'a str>,
    /// What it says, where it is of no call.
    pub(crate) payload: Option<Json>,
}

impl Store {
    /// Writes a test event for one receiver, whatever it has subscribed to. Gives the delivery.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such receiver; those of the database.
    pub async fn send_test(&self, webhook_id: &str, payload: Json) -> Result<Delivery, StoreError> {
        let txn = self.begin().await?;
        let webhook = crate::webhooks::locked(&txn, webhook_id).await?;
        if webhook.status == DISABLED {
            return Err(Conflict::WebhookHeldBack { state: DISABLED }.into());
        }
        if webhook.paused {
            return Err(Conflict::WebhookHeldBack { state: "paused" }.into());
        }
        let subject = Subject {
            payload: Some(payload),
            ..Subject::default()
        };
        let row = row(self, webhook_id, Event::Test, &subject);
        rows::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&txn)
            .await?;
        txn.commit().await?;
        row.try_into()
    }
}

/// Writes a delivery of the event for every receiver that asked for it, those too that are paused or disabled: what they
/// would get waits for them.
pub(crate) async fn announce(
    db: &impl ConnectionTrait,
    store: &Store,
    event: Event,
    subjects: &[Subject<'_>],
) -> Result<(), StoreError> {
    if subjects.is_empty() {
        return Ok(());
    }
    let agents = subjects.iter().filter_map(|subject| subject.agent_id);
    let receivers = receivers(db, event, agents.collect()).await?;
    let mut new = Vec::new();
    for subject in subjects {
        // Who asked for one agent's and for every agent's hears of it once.
        let mut told = HashSet::new();
        for (agent_id, webhook) in &receivers {
            let asked = agent_id.is_empty() || Some(agent_id.as_str()) == subject.agent_id;
            if asked
                && !told.contains(webhook.id.as_str())
                && passes(db, event, webhook, subject).await?
            {
                told.insert(webhook.id.as_str());
                new.push(row(store, &webhook.id, event, subject));
            }
        }
    }
    for rows in owned_chunks(new) {
        rows::Entity::insert_many(rows.into_iter().map(IntoActiveModel::into_active_model))
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

/// The receivers that asked for an event, each with the agent that it asked for: empty for every agent.
async fn receivers(
    db: &impl ConnectionTrait,
    event: Event,
    mut agents: BTreeSet<&str>,
) -> Result<Vec<(String, webhooks::Model)>, StoreError> {
    agents.insert("");
    let asked: Vec<(String, String)> = webhook_subscriptions::Entity::find()
        .select_only()
        .columns([
            webhook_subscriptions::Column::AgentId,
            webhook_subscriptions::Column::WebhookId,
        ])
        .filter(webhook_subscriptions::Column::Event.eq(event.name()))
        .filter(webhook_subscriptions::Column::AgentId.is_in(agents))
        .order_by_asc(webhook_subscriptions::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let ids: HashSet<&str> = asked.iter().map(|(_, id)| id.as_str()).collect();
    let webhooks: BTreeMap<String, webhooks::Model> = webhooks::Entity::find()
        .filter(webhooks::Column::Id.is_in(ids))
        // None of them is deleted before the deliveries are there.
        .lock(LockType::KeyShare)
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id.clone(), row))
        .collect();
    Ok(asked
        .into_iter()
        .filter_map(|(agent_id, id)| Some((agent_id, webhooks.get(&id)?.clone())))
        .collect())
}

/// Whether what the analysis answered is what the receiver wants to hear of. Only completed analyses are asked.
async fn passes(
    db: &impl ConnectionTrait,
    event: Event,
    webhook: &webhooks::Model,
    subject: &Subject<'_>,
) -> Result<bool, StoreError> {
    let filters = &webhook.filters.0;
    let (Event::AnalyticsCompleted, Some(call), false) =
        (event, subject.call_row_id, filters.is_empty())
    else {
        return Ok(true);
    };
    // The analysis is the call's current one by now.
    let mut query = calls::Entity::find_by_id(call)
        .select_only()
        .column(calls::Column::Id);
    for filter in Webhook::parse_filters(filters)? {
        query = query.filter(filter.condition(db.get_database_backend()));
    }
    let found: Option<String> = query.into_tuple().one(db).await?;
    Ok(found.is_some())
}

fn row(store: &Store, webhook_id: &str, event: Event, subject: &Subject<'_>) -> rows::Model {
    let now = store.now_us();
    rows::Model {
        id: store.id(),
        webhook_id: webhook_id.to_owned(),
        event: event.name().to_owned(),
        agent_id: subject.agent_id.map(str::to_owned),
        call_id: subject.call_row_id.map(str::to_owned),
        analysis_id: subject.analysis_id.map(str::to_owned),
        payload: subject.payload.clone().map(JsonText),
        state: DeliveryState::Waiting.name().to_owned(),
        attempts: 0,
        attempts_ever: 0,
        next_at: now,
        lease_until: None,
        lease_token: None,
        last_error: None,
        created_at: now,
        updated_at: now,
        delivered_at: None,
    }
}
