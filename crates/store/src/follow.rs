//! What a named draft goes along with: where its source was the newest of something, the draft's own changes are published
//! on top of what is the newest by then.

use aftercall_core::agent_config::{check_size, diff};
use sea_orm::ConnectionTrait;

use crate::entity::{agents, branches, drafts};
use crate::rebase::rebase;
use crate::revisions::revision_row;
use crate::{Conflict, Store, StoreError};

/// What the source of a draft was when the draft was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Follows {
    /// The revision that ran.
    Active,
    /// The newest one of its branch, which did not run.
    Head,
}

impl Follows {
    /// The name in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Head => "head",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, StoreError> {
        [Self::Active, Self::Head]
            .into_iter()
            .find(|follows| follows.name() == name)
            .ok_or_else(|| StoreError::corrupt("what a draft follows", name))
    }

    /// What a draft that is made from a revision now follows; an older revision is taken as it is.
    pub(crate) fn of(
        agent: &agents::Model,
        branch: &branches::Model,
        source_revision_id: &str,
    ) -> Option<Self> {
        if source_revision_id == agent.active_revision_id {
            Some(Self::Active)
        } else if source_revision_id == branch.head_revision_id {
            Some(Self::Head)
        } else {
            None
        }
    }
}

impl Store {
    /// Carry a named draft, which is about to be published, onto the revision that has taken the place of its source.
    ///
    /// # Errors
    /// [`Conflict::SourceMovedOn`] where both changed the same; [`StoreError::Refused`] for a config that is too long.
    pub(crate) async fn carry_named(
        &self,
        txn: &impl ConnectionTrait,
        agent: &agents::Model,
        branch: &branches::Model,
        draft: drafts::Model,
        by: Option<&str>,
    ) -> Result<drafts::Model, StoreError> {
        let Some(follows) = &draft.follows else {
            return Ok(draft);
        };
        let newest = match Follows::from_name(follows)? {
            Follows::Active => &agent.active_revision_id,
            Follows::Head => &branch.head_revision_id,
        };
        if *newest == draft.source_revision_id {
            return Ok(draft);
        }
        let base = revision_row(txn, &agent.id, &draft.source_revision_id).await?;
        let newest = revision_row(txn, &agent.id, newest).await?;
        let rebased = rebase(&base.config.0, &draft.config.0, &newest.config.0);
        if !rebased.conflicts.is_empty() {
            let conflict = Conflict::SourceMovedOn {
                source_version: base.version_number,
                newest: newest.version_number,
                fields: rebased.conflicts,
                diff: diff(&base.config.0, &newest.config.0),
            };
            return Err(conflict.into());
        }
        check_size(&rebased.config)?;
        self.apply_edit(txn, draft, rebased.config, Some(&newest.id), by)
            .await
    }
}
