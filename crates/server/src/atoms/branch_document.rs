//! A branch on the wire.

use aftercall_store::BranchSummary;
use serde_json::{Value as Json, json};

use super::names::Names;
use crate::text::instant;

/// The branch itself.
pub(super) fn branch(summary: &BranchSummary) -> Json {
    let branch = &summary.branch;
    json!({
        "_id": branch.id,
        "agent": branch.agent_id,
        "name": branch.name,
        "isDefault": branch.is_default,
        "sourceBranchId": branch.source_branch_id,
        "sourceRevisionId": branch.source_revision_id,
        "headRevisionId": branch.head_revision_id,
        "openDraftId": summary.open_draft_id,
        "status": branch.status.name(),
        "createdBy": branch.created_by,
        "updatedBy": branch.updated_by,
        "createdAt": instant(branch.created_at),
        "updatedAt": instant(branch.updated_at),
    })
}

/// The branch and how it stands.
pub(super) fn summary(summary: &BranchSummary, names: &Names) -> Json {
    let by = &summary.branch;
    json!({
        "branch": branch(summary),
        "isLive": summary.is_live,
        "hasOpenDraft": summary.open_draft_id.is_some(),
        "revisionsCount": summary.revisions_count,
        "headRevisionNumber": summary.head_number,
        "createdByName": names.of(by.created_by.as_deref()),
        "updatedByName": names.of(by.updated_by.as_deref()),
    })
}
