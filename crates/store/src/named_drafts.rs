//! Drafts by their ids: those with a name, which stand beside the branch's own, and that one too.

use aftercall_core::agent_config::{Config, patched};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, IntoActiveModel};

use crate::agents::lock_agent;
use crate::branches::{branch_row, usable_branch};
use crate::draft_edits::{Start, check_base};
use crate::drafts::{close, draft_row, of_draft};
use crate::entity::drafts as rows;
use crate::follow::Follows;
use crate::revisions::{Content, revision_row};
use crate::{Conflict, Draft, DraftState, Revision, Store, StoreError};

/// The name of a draft that was given none.
const UNTITLED: &str = "Untitled draft";

/// A named draft to be made. At least one source is needed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewDraft {
    /// The revision it is made from, and compared with; it will be published on its branch.
    pub source_revision: Option<String>,
    /// The draft whose config it starts with, published or not; without a revision it has that draft's source and branch.
    pub source_draft: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Id of the key that makes it.
    pub by: Option<String>,
}

/// How a draft is published.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PublishDraft {
    /// A short name of the revision.
    pub label: Option<String>,
    /// What is new in it.
    pub description: Option<String>,
    /// Whether it runs from now on.
    pub activate: bool,
    /// Id of the key that publishes it.
    pub by: Option<String>,
}

impl Store {
    /// Make a named draft from a revision or another draft.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Refused`] without a source.
    pub async fn create_draft(&self, agent_id: &str, new: NewDraft) -> Result<Draft, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let revision = match &new.source_revision {
            Some(id) => Some(revision_row(&txn, agent_id, id).await?),
            None => None,
        };
        let draft = match &new.source_draft {
            Some(id) => Some(draft_row(&txn, agent_id, id).await?),
            None => None,
        };
        let (branch_id, source, inherited, config, blocks) = match (draft, revision) {
            (Some(draft), None) => {
                let source = (draft.branch_id, draft.source_revision_id);
                (
                    source.0,
                    source.1,
                    draft.follows,
                    draft.config.0,
                    draft.blocks.0,
                )
            }
            (draft, Some(revision)) => {
                let (config, blocks) = match draft {
                    Some(draft) => (draft.config.0, draft.blocks.0),
                    None => (revision.config.0, revision.blocks.0),
                };
                (revision.branch_id, revision.id, None, config, blocks)
            }
            (None, None) => {
                let rule = "is required, unless sourceDraftId is given";
                return Err(StoreError::refused("sourceVersionId", "", rule));
            }
        };
        let follows = match inherited {
            Some(name) => Some(Follows::from_name(&name)?),
            None => {
                let branch = branch_row(&txn, agent_id, &branch_id).await?;
                Follows::of(&agent, &branch, &source)
            }
        };
        let start = Start {
            branch_id,
            name: Some(new.name.unwrap_or_else(|| UNTITLED.to_owned())),
            source_revision_id: source,
            follows,
            config,
            blocks,
            by: new.by,
        };
        let draft = self.insert_draft(&txn, agent_id, start).await?;
        txn.commit().await?;
        draft.try_into()
    }

    /// Put the fields of `patch`, which is checked, into a draft. With `expected`, only if that is the number of the draft's
    /// last edit; without, the other fields stay as the edits before left them.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`Conflict::DraftClosed`]; [`Conflict::StaleDraft`]; [`Conflict::UnknownDraftRevision`];
    /// [`StoreError::Refused`] for a config that is too long.
    pub async fn edit_draft(
        &self,
        agent_id: &str,
        id: &str,
        patch: &Config,
        expected: Option<i64>,
        by: Option<&str>,
    ) -> Result<Draft, StoreError> {
        let txn = self.begin().await?;
        lock_agent(&txn, agent_id).await?;
        let draft = open_draft(&txn, agent_id, id).await?;
        if let Some(expected) = expected {
            check_base(&txn, &draft, expected).await?;
        }
        let config = patched(&draft.config.0, patch)?;
        let draft = self.apply_edit(&txn, draft, config, None, by).await?;
        txn.commit().await?;
        draft.try_into()
    }

    /// Give a named draft another name.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for a branch's own draft; [`Conflict::DraftClosed`].
    pub async fn rename_draft(
        &self,
        agent_id: &str,
        id: &str,
        name: &str,
    ) -> Result<Draft, StoreError> {
        let txn = self.begin().await?;
        lock_agent(&txn, agent_id).await?;
        let draft = open_draft(&txn, agent_id, id).await?;
        if draft.name.is_none() {
            return Err(StoreError::Forbidden("a branch's own draft has no name"));
        }
        let mut row = draft.into_active_model();
        row.name = Set(Some(name.to_owned()));
        let draft = row.update(&txn).await?;
        txn.commit().await?;
        draft.try_into()
    }

    /// Give a draft up. With `maker`, only if that key made it.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for a draft of another key; [`Conflict::DraftClosed`].
    pub async fn discard_draft(
        &self,
        agent_id: &str,
        id: &str,
        maker: Option<&str>,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        lock_agent(&txn, agent_id).await?;
        let draft = draft_row(&txn, agent_id, id).await?;
        if maker.is_some() && maker != draft.created_by.as_deref() {
            return Err(StoreError::Forbidden(
                "only who made the draft, or an admin, can discard it",
            ));
        }
        let draft = open(draft)?;
        close(&txn, draft, DraftState::Discarded).await?;
        Ok(txn.commit().await?)
    }

    /// Publish a draft on its branch. It runs from now on only where that is asked for.
    ///
    /// A draft that was made from what ran then, or else from the newest revision of its branch, is published on top of what
    /// runs or is the newest now; one that was made from an older revision as it is.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for an archived branch; [`Conflict::DraftClosed`];
    /// [`Conflict::SourceMovedOn`]; [`StoreError::Refused`] for a config that is too long.
    pub async fn publish_draft(
        &self,
        agent_id: &str,
        id: &str,
        publish: PublishDraft,
    ) -> Result<Revision, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let draft = open_draft(&txn, agent_id, id).await?;
        let branch = usable_branch(&txn, agent_id, &draft.branch_id).await?;
        let by = publish.by.as_deref();
        let draft = self.carry_named(&txn, &agent, &branch, draft, by).await?;
        let draft = close(&txn, draft, DraftState::Published).await?;
        let content = Content {
            label: publish.label,
            description: publish.description,
            by: publish.by,
            ..of_draft(draft)
        };
        let revision = self
            .append(&txn, agent, &branch, content, publish.activate)
            .await?;
        txn.commit().await?;
        Ok(revision)
    }
}

async fn open_draft(
    txn: &impl ConnectionTrait,
    agent_id: &str,
    id: &str,
) -> Result<rows::Model, StoreError> {
    open(draft_row(txn, agent_id, id).await?)
}

fn open(draft: rows::Model) -> Result<rows::Model, StoreError> {
    match DraftState::from_name(&draft.state)? {
        DraftState::Open => Ok(draft),
        closed => Err(Conflict::DraftClosed {
            state: closed.name(),
        }
        .into()),
    }
}
