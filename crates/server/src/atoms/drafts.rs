//! Drafts of the older API, each with a name: create, list, read, edit, rename, compare, publish, discard.

use aftercall_core::agent_config::{self, Config};
use aftercall_store::{DraftEdit, NewDraft, PublishDraft, Role};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, patch, post};
use serde_json::{Map, Value as Json, json};

use super::body::Body;
use super::config_request;
use super::error::AtomsError;
use super::legacy;
use super::names::Names;
use super::path::Path;
use super::query::Query;
use super::reply::Reply;
use super::revision_document;
use super::versions::{self, MAX_DESCRIPTION, MAX_LABEL};
use crate::App;
use crate::auth::Caller;
use crate::text::instant;

/// Characters of a draft's name.
const MAX_NAME: usize = 100;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/agent/{id}/drafts", get(list).post(create))
        .route(
            "/agent/{id}/drafts/{draft}",
            get(one).patch(rename).delete(discard),
        )
        .route("/agent/{id}/drafts/{draft}/config", patch(edit))
        .route("/agent/{id}/drafts/{draft}/diff", get(diff))
        .route("/agent/{id}/drafts/{draft}/publish", post(publish))
}

async fn list(
    State(app): State<App>,
    Path(agent): Path<String>,
) -> Result<Reply<Vec<Json>>, AtomsError> {
    legacy::allowed(&app)?;
    let drafts = app.store.drafts(&agent).await?;
    let names = Names::read(&app.store).await?;
    let documents = drafts
        .iter()
        .map(|draft| revision_document::draft(draft, &names));
    Ok(Reply::ok(documents.collect()))
}

async fn create(
    State(app): State<App>,
    Path(agent): Path<String>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let mut read = fields.read();
    let new = NewDraft {
        source_revision: read.id("sourceVersionId").map(|id| id.to_string()),
        source_draft: read.id("sourceDraftId").map(|id| id.to_string()),
        name: read
            .text("draftName", MAX_NAME)
            .filter(|name| !name.trim().is_empty()),
        by: Some(caller.key_id),
    };
    read.finish()?;
    let draft = app.store.create_draft(&agent, new).await?;
    let names = Names::read(&app.store).await?;
    Ok(Reply::created(revision_document::draft(&draft, &names)))
}

async fn one(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = params.read();
    let limit = read.whole("limit", 100, 1..=100);
    read.finish()?;
    let detail = app.store.draft(&agent, &id, limit).await?;
    let names = Names::read(&app.store).await?;
    let history: Vec<_> = detail
        .edits
        .iter()
        .map(|edit| {
            json!({
                "revision": edit.number,
                "changedSections": edit.changed_sections,
                "changedFields": edit.changed_fields,
                // What the edit left in these fields: an edit that was overwritten can be made again.
                "config": left(edit),
                "editorName": names.of(edit.editor.as_deref()),
                "editorId": edit.editor,
                "timestamp": instant(edit.created_at),
            })
        })
        .collect();
    Ok(Reply::ok(json!({
        "latest": revision_document::draft(&detail.draft, &names),
        "editHistory": history,
        "editCount": detail.edit_count,
    })))
}

async fn rename(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let mut read = fields.read();
    let name = read.required_text("draftName", MAX_NAME);
    read.finish()?;
    let draft = app
        .store
        .rename_draft(&agent, &id, &name.unwrap_or_default())
        .await?;
    Ok(Reply::ok(json!({ "draftName": draft.name })))
}

async fn edit(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let mut read = fields.read();
    let expected = read.integer("expectedRevision", 0..=i64::from(i32::MAX));
    read.finish()?;
    let patch = config_request::checked(&fields, &app.settings.limits)?;
    let by = Some(caller.key_id.as_str());
    let edit = app.store.edit_draft(&agent, &id, &patch, expected, by);
    let draft = edit.await?;
    let names = Names::read(&app.store).await?;
    Ok(Reply::ok(revision_document::draft(&draft, &names)))
}

async fn publish(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    caller: Caller,
    Body(fields): Body,
) -> Result<Reply<Json>, AtomsError> {
    legacy::allowed(&app)?;
    let mut read = fields.read();
    let publish = PublishDraft {
        label: read.text("label", MAX_LABEL),
        description: read.text("description", MAX_DESCRIPTION),
        activate: read.flag("activate").unwrap_or(false),
        by: Some(caller.key_id),
    };
    read.finish()?;
    let version = app.store.publish_draft(&agent, &id, publish).await?;
    Ok(Reply::created(versions::document(&app, version).await?))
}

async fn discard(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Reply<Option<()>>, AtomsError> {
    legacy::allowed(&app)?;
    let maker = (caller.role != Role::Admin).then_some(caller.key_id.as_str());
    app.store.discard_draft(&agent, &id, maker).await?;
    Ok(Reply::ok(None))
}

async fn diff(
    State(app): State<App>,
    Path((agent, id)): Path<(String, String)>,
    Query(params): Query,
) -> Result<Reply<Json>, AtomsError> {
    let mut read = params.read();
    let compare_to = read.id("compareTo");
    read.finish()?;
    let draft = app.store.draft(&agent, &id, 0).await?.draft;
    let base = compare_to.map_or(draft.source_revision_id, |version| version.to_string());
    let base = app.store.revision(&agent, &base).await?;
    Ok(Reply::ok(sections(&base.config, &draft.config)))
}

/// The fields that an edit changed, as it left them.
fn left(edit: &DraftEdit) -> Config {
    let changed = edit.changed_fields.iter();
    changed
        .filter_map(|path| {
            let (_, field) = path.split_once('.')?;
            Some((field.to_owned(), edit.config.get(field)?.clone()))
        })
        .collect()
}

/// Every section before and after.
fn sections(before: &Config, after: &Config) -> Json {
    let (before, mut after) = (
        agent_config::by_section(before),
        agent_config::by_section(after),
    );
    let mut sections = Map::new();
    let mut has_changes = false;
    let mut add = |section: String, before: Option<Json>, after: Option<Json>| {
        let changed = before != after;
        has_changes |= changed;
        let entry = json!({ "before": before, "after": after, "changed": changed });
        sections.insert(section, entry);
    };
    for (section, fields) in before {
        let other = after.shift_remove(&section);
        add(section, Some(fields), other);
    }
    for (section, fields) in after {
        add(section, None, Some(fields));
    }
    json!({ "sections": sections, "hasChanges": has_changes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_is_told() {
        let config = |value: Json| value.as_object().cloned().unwrap();
        let told = sections(
            &config(json!({ "slmModel": "a" })),
            &config(json!({ "slmModel": "b", "own": 1 })),
        );
        assert_eq!(told["hasChanges"], true);
        assert_eq!(
            told["sections"]["llm"],
            json!({"before": {"slmModel": "a"}, "after": {"slmModel": "b"}, "changed": true})
        );
        assert_eq!(
            told["sections"]["other"],
            json!({"before": null, "after": {"own": 1}, "changed": true})
        );
        assert_eq!(told["sections"]["voice"]["changed"], false);
        let same = config(json!({ "slmModel": "a" }));
        assert_eq!(sections(&same, &same)["hasChanges"], false);
    }
}
