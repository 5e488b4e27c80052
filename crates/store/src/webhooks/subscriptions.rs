//! What receivers want to hear of.

use std::collections::{BTreeSet, HashMap};

use aftercall_core::Event;
use jiff::Timestamp;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::change::locked;
use super::event_of;
use crate::entity::{agents, webhook_subscriptions as table};
use crate::times::from_us;
use crate::{Store, StoreError};

/// That a receiver hears of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// 24 hex digits.
    pub id: String,
    /// The receiver.
    pub webhook_id: String,
    /// Of one agent's calls; `None` for those of every agent.
    pub agent: Option<SubscriptionAgent>,
    /// The event.
    pub event: Event,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// The agent of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionAgent {
    /// 24 hex digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
}

/// A subscription to be made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewSubscription {
    /// Of one agent's calls; `None` for those of every agent.
    pub agent_id: Option<String>,
    /// The event.
    pub event: Event,
}

impl Store {
    /// What receivers hear of an agent's calls, by subscriptions of its own, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such agent; those of the database.
    pub async fn subscriptions(&self, agent_id: &str) -> Result<Vec<Subscription>, StoreError> {
        let agent = agent(self.reader(), agent_id).await?;
        table::Entity::find()
            .filter(table::Column::AgentId.eq(agent_id))
            .order_by_asc(table::Column::CreatedAt)
            .order_by_asc(table::Column::Id)
            .all(self.reader())
            .await?
            .into_iter()
            .map(|row| subscription(row, Some(agent.clone())))
            .collect()
    }

    /// Gives an agent these subscriptions of one receiver in place of all it has.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such agent or receiver; those of the database.
    pub async fn replace_subscriptions(
        &self,
        agent_id: &str,
        webhook_id: &str,
        events: &[Event],
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        agent(&txn, agent_id).await?;
        // Two at once would write the same rows.
        locked(&txn, webhook_id).await?;
        delete_of_agent(&txn, agent_id).await?;
        let wanted: Vec<_> = events
            .iter()
            .map(|&event| NewSubscription {
                agent_id: Some(agent_id.to_owned()),
                event,
            })
            .collect();
        insert(&txn, self, webhook_id, &wanted).await?;
        Ok(txn.commit().await?)
    }

    /// Takes all its subscriptions from an agent.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is no such agent; those of the database.
    pub async fn delete_subscriptions(&self, agent_id: &str) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        agent(&txn, agent_id).await?;
        delete_of_agent(&txn, agent_id).await?;
        Ok(txn.commit().await?)
    }
}

/// Inserts subscriptions, each once.
pub(super) async fn insert(
    db: &impl ConnectionTrait,
    store: &Store,
    webhook_id: &str,
    wanted: &[NewSubscription],
) -> Result<(), StoreError> {
    let mut known = BTreeSet::new();
    let mut rows = BTreeSet::new();
    for NewSubscription { agent_id, event } in wanted {
        if let Some(id) = agent_id
            && known.insert(id)
        {
            agent(db, id).await?;
        }
        // That a receiver is disabled is an event of no agent.
        let of = match event {
            Event::EndpointDisabled => None,
            _ => agent_id.as_ref(),
        };
        rows.insert((of, *event));
    }
    let now = store.now_us();
    for (agent_id, event) in rows {
        let row = table::Model {
            id: store.id(),
            webhook_id: webhook_id.to_owned(),
            agent_id: agent_id.cloned().unwrap_or_default(),
            event: event.name().to_owned(),
            created_at: now,
            updated_at: now,
        };
        table::Entity::insert(row.into_active_model())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}

pub(super) async fn delete_of_webhook(
    db: &impl ConnectionTrait,
    webhook_id: &str,
) -> Result<(), StoreError> {
    table::Entity::delete_many()
        .filter(table::Column::WebhookId.eq(webhook_id))
        .exec(db)
        .await?;
    Ok(())
}

/// The subscriptions of receivers, by receiver, the oldest first.
pub(super) async fn of_webhooks(
    db: &impl ConnectionTrait,
    ids: &[&str],
) -> Result<HashMap<String, Vec<Subscription>>, StoreError> {
    let found = table::Entity::find()
        .filter(table::Column::WebhookId.is_in(ids.iter().copied()))
        .order_by_asc(table::Column::CreatedAt)
        .order_by_asc(table::Column::Id)
        .all(db)
        .await?;
    let agent_ids: BTreeSet<&str> = found.iter().map(|row| row.agent_id.as_str()).collect();
    let agents: HashMap<String, SubscriptionAgent> = agents::Entity::find()
        .filter(agents::Column::Id.is_in(agent_ids))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id.clone(), row.into()))
        .collect();
    let mut sorted: HashMap<String, Vec<Subscription>> = HashMap::new();
    for row in found {
        let agent = agents.get(&row.agent_id).cloned();
        let of = sorted.entry(row.webhook_id.clone()).or_default();
        of.push(subscription(row, agent)?);
    }
    Ok(sorted)
}

async fn delete_of_agent(db: &impl ConnectionTrait, agent_id: &str) -> Result<(), StoreError> {
    table::Entity::delete_many()
        .filter(table::Column::AgentId.eq(agent_id))
        .exec(db)
        .await?;
    Ok(())
}

async fn agent(db: &impl ConnectionTrait, id: &str) -> Result<SubscriptionAgent, StoreError> {
    let row = agents::Entity::find_by_id(id).one(db).await?;
    let row = row.ok_or_else(|| StoreError::missing("Agent", id))?;
    Ok(row.into())
}

fn subscription(
    row: table::Model,
    agent: Option<SubscriptionAgent>,
) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        event: event_of(&row.event)?,
        created_at: from_us(row.created_at)?,
        updated_at: from_us(row.updated_at)?,
        id: row.id,
        webhook_id: row.webhook_id,
        agent,
    })
}

impl From<agents::Model> for SubscriptionAgent {
    fn from(row: agents::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
        }
    }
}
