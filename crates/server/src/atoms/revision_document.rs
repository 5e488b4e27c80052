//! A revision on the wire: published, or a draft as it stands. What the older API calls a version has the same form.

use std::collections::HashMap;

use aftercall_core::agent_config;
use aftercall_store::{Draft, DraftEdit, Revision, Store, StoreError};
use serde_json::{Value as Json, json};

use super::names::Names;
use crate::text::instant;

/// What stands beside revisions and is kept elsewhere.
pub(super) struct Beside {
    names: Names,
    /// Revision id → label, of the revisions that were brought back.
    restored: HashMap<String, Option<String>>,
}

impl Beside {
    /// Reads what belongs to these revisions of an agent.
    ///
    /// # Errors
    /// The database cannot be read.
    pub(super) async fn read(store: &Store, revisions: &[Revision]) -> Result<Self, StoreError> {
        let names = Names::read(store).await?;
        let mut restored = HashMap::new();
        for revision in revisions {
            let Some(id) = &revision.restored_from_id else {
                continue;
            };
            if !restored.contains_key(id) {
                let old = store.revision(&revision.agent_id, id).await?;
                restored.insert(id.clone(), old.label);
            }
        }
        Ok(Self { names, restored })
    }

    /// The name of a key.
    pub(super) fn name(&self, id: Option<&str>) -> Option<&str> {
        self.names.of(id)
    }
}

/// A published revision.
pub(super) fn published(revision: &Revision, beside: &Beside) -> Json {
    let restored_from = revision.restored_from_id.as_ref();
    json!({
        "_id": revision.id,
        "agent": revision.agent_id,
        "status": "published",
        "branch": revision.branch_id,
        "revisionNumber": revision.number,
        "versionNumber": revision.version_number,
        "label": revision.label,
        "description": revision.description,
        "isPinned": revision.is_pinned,
        "publishedBy": revision.published_by,
        "publishedAt": instant(revision.published_at),
        "publishedByName": beside.name(revision.published_by.as_deref()),
        "restoredFromRevisionId": restored_from,
        "restoredFromLabel": restored_from.and_then(|id| beside.restored.get(id)),
        "blocks": revision.blocks,
        "workflowType": agent_config::workflow_type(&revision.config),
        "parentVersion": revision.parent_id,
        "sourceDraftId": revision.source_draft_id,
        "isActive": revision.is_active,
        "activatedBy": revision.activated_by,
        "activatedByName": beside.name(revision.activated_by.as_deref()),
        "activatedAt": revision.activated_at.map(instant),
        "securityCheck": null,
        "pendingPublish": null,
        "promptScoreStale": false,
        "createdBy": revision.published_by,
        "createdAt": instant(revision.created_at),
        "updatedAt": instant(revision.updated_at),
    })
}

/// A draft as it stands.
pub(super) fn draft(draft: &Draft, names: &Names) -> Json {
    json!({
        "_id": draft.id,
        "agent": draft.agent_id,
        "status": "draft",
        "branch": draft.branch_id,
        "draftId": draft.id,
        "draftName": draft.name,
        "draftRevision": draft.number,
        "sourceVersionId": draft.source_revision_id,
        "parentVersion": draft.source_revision_id,
        "isPinned": false,
        "isActive": false,
        "blocks": draft.blocks,
        "workflowType": agent_config::workflow_type(&draft.config),
        "pendingPublish": null,
        "promptScoreStale": false,
        "createdBy": draft.created_by,
        "lastEditorName": names.of(draft.updated_by.as_deref()),
        "createdAt": instant(draft.created_at),
        "updatedAt": instant(draft.updated_at),
    })
}

/// A draft as it stood after one of its edits.
pub(super) fn edited(whole: &Draft, edit: &DraftEdit, names: &Names) -> Json {
    let mut document = draft(whole, names);
    document["draftRevision"] = json!(edit.number);
    document["workflowType"] = json!(agent_config::workflow_type(&edit.config));
    document["lastEditorName"] = json!(names.of(edit.editor.as_deref()));
    document["updatedAt"] = json!(instant(edit.created_at));
    // Ids of sections are kept for the newest state only.
    if edit.number != whole.number
        && let Json::Object(fields) = &mut document
    {
        fields.shift_remove("blocks");
    }
    document
}
