//! Which version of its agent a call is analysed with.

use std::collections::{HashMap, HashSet};

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
};

use super::Rejected;
use super::sent::Sent;
use crate::StoreError;
use crate::chunks::chunks;
use crate::entity::{agents, revisions};
use crate::jobs::JobOrder;

/// The version whose metrics a call is asked, and the model slot that it wants.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) revision_id: String,
    pub(super) slot: String,
}

impl Version {
    /// The order of the call's first analysis.
    pub(super) fn order(&self) -> JobOrder {
        JobOrder::first(self.revision_id.clone(), self.slot.clone())
    }
}

/// What is known of the agents and versions that a batch names.
pub(super) struct Versions {
    /// The active version of each agent.
    active: HashMap<String, Version>,
    /// The agent and the slot of each version that was asked for.
    asked: HashMap<String, (String, String)>,
}

impl Versions {
    pub(super) async fn read(
        txn: &DatabaseTransaction,
        calls: &[&Sent],
    ) -> Result<Self, StoreError> {
        let named: HashSet<&String> = calls.iter().map(|call| &call.agent_id).collect();
        let mut active = HashMap::new();
        for ids in chunks(&Vec::from_iter(named)) {
            let query = Query::select()
                .column((agents::Entity, agents::Column::Id))
                .column((agents::Entity, agents::Column::ActiveRevisionId))
                .expr_as(
                    Expr::col((revisions::Entity, revisions::Column::Slot)),
                    Alias::new("slot"),
                )
                .from(agents::Entity)
                .inner_join(
                    revisions::Entity,
                    Expr::col((revisions::Entity, revisions::Column::Id))
                        .equals((agents::Entity, agents::Column::ActiveRevisionId)),
                )
                .and_where(agents::Column::Id.is_in(ids.iter().copied()))
                .to_owned();
            for row in txn.query_all(&query).await? {
                let version = Version {
                    revision_id: row.try_get("", "active_revision_id")?,
                    slot: row.try_get("", "slot")?,
                };
                active.insert(row.try_get("", "id")?, version);
            }
        }
        let named: HashSet<&String> = calls
            .iter()
            .filter_map(|call| call.revision_id.as_ref())
            .collect();
        let mut asked = HashMap::new();
        for ids in chunks(&Vec::from_iter(named)) {
            let rows: Vec<(String, String, String)> = revisions::Entity::find()
                .select_only()
                .columns([
                    revisions::Column::Id,
                    revisions::Column::AgentId,
                    revisions::Column::Slot,
                ])
                .filter(revisions::Column::Id.is_in(ids.iter().copied()))
                .into_tuple()
                .all(txn)
                .await?;
            asked.extend(
                rows.into_iter()
                    .map(|(id, agent, slot)| (id, (agent, slot))),
            );
        }
        Ok(Self { active, asked })
    }

    /// The version of a call.
    pub(super) fn of(&self, call: &Sent) -> Result<Version, Rejected> {
        let Some(active) = self.active.get(&call.agent_id) else {
            return Err(Rejected::UnknownAgent {
                agent_id: call.agent_id.clone(),
            });
        };
        let Some(version_id) = &call.revision_id else {
            return Ok(active.clone());
        };
        match self.asked.get(version_id) {
            Some((agent, slot)) if *agent == call.agent_id => Ok(Version {
                revision_id: version_id.clone(),
                slot: slot.clone(),
            }),
            _ => Err(Rejected::UnknownVersion {
                agent_id: call.agent_id.clone(),
                version_id: version_id.clone(),
            }),
        }
    }
}
