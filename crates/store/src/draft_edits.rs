//! Edits of drafts: each keeps the whole config after it, so that none is lost whoever edits at the same time.

use aftercall_core::agent_config::{Config, changed_fields, changed_sections, diff};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::blocks::Blocks;
use crate::entity::{branches, draft_edits as rows, drafts, revisions};
use crate::follow::Follows;
use crate::json_text::JsonText;
use crate::page::capped;
use crate::rebase::rebase;
use crate::revisions::revision_row;
use crate::{Conflict, DraftEdit, DraftState, Store, StoreError, drafts as states, times};

/// What a new draft starts with.
pub(crate) struct Start {
    pub(crate) branch_id: String,
    /// None: the branch's own draft.
    pub(crate) name: Option<String>,
    pub(crate) source_revision_id: String,
    /// What a named one goes along with.
    pub(crate) follows: Option<Follows>,
    pub(crate) config: Config,
    pub(crate) blocks: Blocks,
    pub(crate) by: Option<String>,
}

impl Store {
    /// Write a new draft and what it starts with as its edit 0.
    pub(crate) async fn insert_draft(
        &self,
        txn: &impl ConnectionTrait,
        agent_id: &str,
        start: Start,
    ) -> Result<drafts::Model, StoreError> {
        let now = self.now_us();
        let row = drafts::ActiveModel {
            id: Set(self.id()),
            agent_id: Set(agent_id.to_owned()),
            branch_id: Set(start.branch_id),
            name: Set(start.name),
            source_revision_id: Set(start.source_revision_id),
            follows: Set(start.follows.map(|follows| follows.name().to_owned())),
            number: Set(0),
            config: Set(JsonText(start.config)),
            blocks: Set(JsonText(start.blocks)),
            state: Set(DraftState::Open.name().to_owned()),
            created_by: Set(start.by.clone()),
            updated_by: Set(start.by),
            created_at: Set(now),
            updated_at: Set(now),
        };
        let draft = row.insert(txn).await?;
        self.note_edit(txn, &draft, &draft.config.0).await?;
        Ok(draft)
    }

    /// Give an open draft another config; the agent is locked.
    pub(crate) async fn apply_edit(
        &self,
        txn: &impl ConnectionTrait,
        draft: drafts::Model,
        config: Config,
        source_revision_id: Option<&str>,
        by: Option<&str>,
    ) -> Result<drafts::Model, StoreError> {
        let before = draft.config.0.clone();
        let blocks = self.next_blocks(&before, &draft.blocks.0, &config);
        let number = draft.number + 1;
        let mut row = draft.into_active_model();
        row.number = Set(number);
        row.config = Set(JsonText(config));
        row.blocks = Set(JsonText(blocks));
        row.updated_by = Set(by.map(str::to_owned));
        row.updated_at = Set(self.now_us());
        if let Some(source) = source_revision_id {
            row.source_revision_id = Set(source.to_owned());
        }
        let draft = row.update(txn).await?;
        self.note_edit(txn, &draft, &before).await?;
        Ok(draft)
    }

    async fn note_edit(
        &self,
        txn: &impl ConnectionTrait,
        draft: &drafts::Model,
        before: &Config,
    ) -> Result<(), StoreError> {
        let after = &draft.config.0;
        let sections = changed_sections(before, after);
        let edit = rows::ActiveModel {
            id: Set(self.id()),
            draft_id: Set(draft.id.clone()),
            number: Set(draft.number),
            config: Set(draft.config.clone()),
            changed_sections: Set(JsonText(sections.into_iter().map(str::to_owned).collect())),
            changed_fields: Set(JsonText(changed_fields(before, after))),
            editor: Set(draft.updated_by.clone()),
            created_at: Set(draft.updated_at),
        };
        edit.insert(txn).await?;
        Ok(())
    }

    /// Work on a branch starts from the revision `new` now: its own draft, where one is open, is carried onto that, so that
    /// neither what was published nor what is being edited is lost when the draft is published in turn. `by` is who made it so.
    pub(crate) async fn carry_draft(
        &self,
        txn: &impl ConnectionTrait,
        branch: &branches::Model,
        new: &revisions::Model,
        by: Option<&str>,
    ) -> Result<(), StoreError> {
        let draft = own_draft(txn, branch).await?;
        let Some(draft) = draft.filter(|draft| draft.source_revision_id != new.id) else {
            return Ok(());
        };
        let base = revision_row(txn, &branch.agent_id, &draft.source_revision_id).await?;
        // Its editors are told by the number of the new edit, and decide.
        let config = rebase(&base.config.0, &draft.config.0, &new.config.0).config;
        self.apply_edit(txn, draft, config, Some(&new.id), by)
            .await?;
        Ok(())
    }
}

/// The branch's own draft, where one is open.
pub(crate) async fn own_draft(
    db: &impl ConnectionTrait,
    branch: &branches::Model,
) -> Result<Option<drafts::Model>, StoreError> {
    Ok(drafts::Entity::find()
        .filter(drafts::COLUMN.branch_id.eq(&branch.id))
        .filter(drafts::COLUMN.name.is_null())
        .filter(states::is_open())
        .one(db)
        .await?)
}

/// An edit that is based on revision `expected` of a draft is right only while that is the newest.
pub(crate) async fn check_base(
    txn: &impl ConnectionTrait,
    draft: &drafts::Model,
    expected: i64,
) -> Result<(), StoreError> {
    let latest = draft.number;
    if expected == latest {
        return Ok(());
    }
    let base = rows::Entity::find()
        .filter(rows::COLUMN.draft_id.eq(&draft.id))
        .filter(rows::COLUMN.number.eq(expected))
        .one(txn)
        .await?;
    let Some(base) = base else {
        return Err(Conflict::UnknownDraftRevision { expected, latest }.into());
    };
    Err(Conflict::StaleDraft {
        expected,
        latest,
        fields: changed_fields(&base.config.0, &draft.config.0),
        diff: diff(&base.config.0, &draft.config.0),
    }
    .into())
}

/// The edits of a draft, the newest first, without what it started with; `limit` of them at most.
pub(crate) async fn edits_of(
    db: &impl ConnectionTrait,
    draft_id: &str,
    limit: u64,
) -> Result<Vec<DraftEdit>, StoreError> {
    edits(draft_id)
        .order_by_desc(rows::Column::Number)
        .limit(capped(limit))
        .all(db)
        .await?
        .into_iter()
        .map(DraftEdit::try_from)
        .collect()
}

/// How many edits a draft has had.
pub(crate) async fn count_edits(
    db: &impl ConnectionTrait,
    draft_id: &str,
) -> Result<u64, StoreError> {
    Ok(edits(draft_id).count(db).await?)
}

fn edits(draft_id: &str) -> sea_orm::Select<rows::Entity> {
    rows::Entity::find()
        .filter(rows::COLUMN.draft_id.eq(draft_id))
        .filter(rows::COLUMN.number.gt(0))
}

impl TryFrom<rows::Model> for DraftEdit {
    type Error = StoreError;

    fn try_from(row: rows::Model) -> Result<Self, StoreError> {
        Ok(Self {
            number: row.number,
            config: row.config.0,
            changed_sections: row.changed_sections.0,
            changed_fields: row.changed_fields.0,
            editor: row.editor,
            created_at: times::from_us(row.created_at)?,
        })
    }
}
