//! The draft of a branch: one for all who edit the branch.

use aftercall_core::agent_config::{Config, patched};

use crate::agents::{agent_row, lock_agent};
use crate::branches::{branch_row, starting_point, usable_branch};
use crate::draft_edits::{Start, check_base, own_draft};
use crate::drafts::{close, detail, of_draft};
use crate::revisions::Content;
use crate::{Conflict, Draft, DraftDetail, DraftState, Revision, Store, StoreError};

impl Store {
    /// The open draft of a branch and its newest `edits`.
    ///
    /// # Errors
    /// [`StoreError::Missing`], also where no draft is open.
    pub async fn branch_draft(
        &self,
        agent_id: &str,
        branch_id: &str,
        edits: u64,
    ) -> Result<DraftDetail, StoreError> {
        agent_row(self.reader(), agent_id).await?;
        let branch = branch_row(self.reader(), agent_id, branch_id).await?;
        let draft = own_draft(self.reader(), &branch)
            .await?
            .ok_or_else(|| StoreError::missing("Draft", branch_id))?;
        detail(self.reader(), draft, edits).await
    }

    /// Put the fields of `patch`, which is checked, into the draft of a branch; the first edit makes the draft from what runs
    /// where the branch is live, else from its newest revision. With `expected`, only if that is the number of the draft's last edit (0: there is none
    /// yet); without, the other fields stay as the edits before left them.
    ///
    /// # Errors
    /// [`StoreError::Missing`]; [`StoreError::Forbidden`] for an archived branch; [`Conflict::StaleDraft`];
    /// [`Conflict::UnknownDraftRevision`]; [`StoreError::Refused`] for a config that is too long.
    pub async fn edit_branch_draft(
        &self,
        agent_id: &str,
        branch_id: &str,
        patch: &Config,
        expected: Option<i64>,
        by: Option<&str>,
    ) -> Result<Draft, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let branch = usable_branch(&txn, agent_id, branch_id).await?;
        let draft = match own_draft(&txn, &branch).await? {
            Some(draft) => {
                if let Some(expected) = expected {
                    check_base(&txn, &draft, expected).await?;
                }
                draft
            }
            None => {
                if let Some(expected) = expected.filter(|expected| *expected != 0) {
                    return Err(Conflict::UnknownDraftRevision {
                        expected,
                        latest: 0,
                    }
                    .into());
                }
                let source = starting_point(&txn, &agent, &branch).await?;
                let start = Start {
                    branch_id: branch.id,
                    name: None,
                    source_revision_id: source.id,
                    follows: None,
                    config: source.config.0,
                    blocks: source.blocks.0,
                    by: by.map(str::to_owned),
                };
                self.insert_draft(&txn, agent_id, start).await?
            }
        };
        let config = patched(&draft.config.0, patch)?;
        let draft = self.apply_edit(&txn, draft, config, None, by).await?;
        txn.commit().await?;
        draft.try_into()
    }

    /// Give the draft of a branch up; its edits are kept.
    ///
    /// # Errors
    /// [`StoreError::Missing`], also where no draft is open.
    pub async fn discard_branch_draft(
        &self,
        agent_id: &str,
        branch_id: &str,
    ) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        lock_agent(&txn, agent_id).await?;
        let branch = branch_row(&txn, agent_id, branch_id).await?;
        let draft = own_draft(&txn, &branch)
            .await?
            .ok_or_else(|| StoreError::missing("Draft", branch_id))?;
        close(&txn, draft, DraftState::Discarded).await?;
        Ok(txn.commit().await?)
    }

    /// Publish the draft of a branch as its newest revision; active at once where the branch is live.
    ///
    /// # Errors
    /// [`StoreError::Missing`], also where no draft is open; [`StoreError::Forbidden`] for an archived branch.
    pub async fn publish_branch_draft(
        &self,
        agent_id: &str,
        branch_id: &str,
        label: Option<&str>,
        by: Option<&str>,
    ) -> Result<Revision, StoreError> {
        let txn = self.begin().await?;
        let agent = lock_agent(&txn, agent_id).await?;
        let branch = usable_branch(&txn, agent_id, branch_id).await?;
        let draft = own_draft(&txn, &branch)
            .await?
            .ok_or_else(|| StoreError::missing("Draft", branch_id))?;
        let draft = close(&txn, draft, DraftState::Published).await?;
        let content = Content {
            label: label.map(str::to_owned),
            by: by.map(str::to_owned),
            ..of_draft(draft)
        };
        let live = branch.id == agent.live_branch_id;
        let revision = self.append(&txn, agent, &branch, content, live).await?;
        txn.commit().await?;
        Ok(revision)
    }
}
