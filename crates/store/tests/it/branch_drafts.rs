use aftercall_store::testing::TestDb;
use aftercall_store::{Conflict, DraftState, StoreError, on_both};
use serde_json::json;

use crate::support::{agent, config, metric};

on_both!(
    edit_and_publish,
    edits_are_kept,
    stale_edits,
    without_a_draft,
    given_up,
    carried_onto_a_new_head,
    what_was_taken_back_stays_back
);

async fn edit_and_publish(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    let draft = db
        .store
        .edit_branch_draft(&agent.id, main, &metric("resolved"), None, Some("me"))
        .await
        .unwrap();
    assert_eq!(
        (draft.number, draft.name.as_deref(), draft.state),
        (1, None, DraftState::Open)
    );
    assert_eq!(draft.source_revision_id, agent.active_revision_id);
    assert_eq!(draft.config["firstMessage"], "Hi");
    assert_eq!(
        db.store
            .branch(&agent.id, main)
            .await
            .unwrap()
            .open_draft_id,
        Some(draft.id.clone())
    );
    let before = db.store.active_revision(&agent.id).await.unwrap();
    let new = db
        .store
        .publish_branch_draft(&agent.id, main, Some("metrics"), Some("me"))
        .await
        .unwrap();
    assert_eq!(
        (new.number, new.version_number, new.is_active),
        (2, 2, true)
    );
    assert_eq!(
        (new.label.as_deref(), new.published_by.as_deref()),
        (Some("metrics"), Some("me"))
    );
    assert_eq!(new.config, draft.config);
    assert_eq!(
        (new.parent_id, new.source_draft_id),
        (Some(before.id.clone()), Some(draft.id.clone()))
    );
    // Only the section that was edited has a new block.
    for (section, block) in &new.blocks {
        assert_eq!(
            block == &before.blocks[section],
            section != "analytics",
            "{section}"
        );
    }
    let after = db.store.branch(&agent.id, main).await.unwrap();
    assert_eq!(
        (
            after.open_draft_id,
            after.head_number,
            after.revisions_count
        ),
        (None, 2, 2)
    );
    assert_eq!(after.branch.head_revision_id, new.id);
    assert_eq!(after.branch.updated_by.as_deref(), Some("me"));
    let old = db.store.revision(&agent.id, &before.id).await.unwrap();
    assert!(!old.is_active);
    assert_eq!(old.config, before.config);
    assert_eq!(
        db.store
            .draft(&agent.id, &draft.id, 10)
            .await
            .unwrap()
            .draft
            .state,
        DraftState::Published
    );
}

async fn edits_are_kept(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    for (n, editor) in [(1, "ann"), (2, "bob"), (3, "ann")] {
        let patch = config(json!({"firstMessage": format!("Hi {n}")}));
        db.store
            .edit_branch_draft(&agent.id, main, &patch, None, Some(editor))
            .await
            .unwrap();
    }
    let detail = db.store.branch_draft(&agent.id, main, 2).await.unwrap();
    assert_eq!((detail.edit_count, detail.draft.number), (3, 3));
    let told: Vec<_> = detail
        .edits
        .iter()
        .map(|edit| {
            (
                edit.number,
                edit.editor.as_deref(),
                edit.config["firstMessage"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (3, Some("ann"), Some("Hi 3")),
            (2, Some("bob"), Some("Hi 2"))
        ]
    );
    assert_eq!(detail.edits[0].changed_sections, ["workflow_prompt"]);
    assert_eq!(
        detail.edits[0].changed_fields,
        ["workflow_prompt.firstMessage"]
    );
    let new = db
        .store
        .publish_branch_draft(&agent.id, main, None, None)
        .await
        .unwrap();
    let history = db.store.history(&agent.id, main, &new.id).await.unwrap();
    assert_eq!(history.revision, new);
    let steps: Vec<_> = history
        .steps
        .iter()
        .map(|step| (step.revision.number, step.changed_sections.as_slice()))
        .collect();
    assert_eq!(steps[0], (2, ["workflow_prompt"].as_slice()));
    assert_eq!((steps.len(), steps[1].0), (2, 1));
    let first = db
        .store
        .history(&agent.id, main, &agent.active_revision_id)
        .await
        .unwrap();
    assert_eq!(first.steps, history.steps[1..].to_vec());
}

async fn stale_edits(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    let edit = |field: &'static str, expected| {
        let store = db.store.clone();
        let agent = &agent;
        async move {
            let patch = config(json!({ field: "new" }));
            store
                .edit_branch_draft(&agent.id, main, &patch, expected, None)
                .await
        }
    };
    assert_eq!(edit("firstMessage", Some(0)).await.unwrap().number, 1);
    assert_eq!(edit("globalPrompt", Some(1)).await.unwrap().number, 2);
    // Also one that touches another field: its author has not seen the newest state.
    for (expected, fields) in [
        (1, vec!["workflow_prompt.globalPrompt"]),
        (
            0,
            vec![
                "workflow_prompt.firstMessage",
                "workflow_prompt.globalPrompt",
            ],
        ),
    ] {
        let error = edit("backgroundSound", Some(expected)).await.unwrap_err();
        let StoreError::Conflict(Conflict::StaleDraft {
            expected: told,
            latest,
            fields: mut changed,
            diff,
        }) = error
        else {
            panic!("{error:?}");
        };
        changed.sort();
        assert_eq!(
            (told, latest, changed),
            (expected, 2, fields.into_iter().map(str::to_owned).collect())
        );
        assert_eq!(diff.sections.len(), 1);
    }
    for expected in [3, 999, -1, i64::MAX] {
        let error = edit("backgroundSound", Some(expected)).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Conflict(Conflict::UnknownDraftRevision { latest: 2, .. })
            ),
            "{error:?}"
        );
    }
    let draft = db
        .store
        .branch_draft(&agent.id, main, 10)
        .await
        .unwrap()
        .draft;
    assert_eq!(
        (draft.number, draft.config.get("backgroundSound")),
        (2, None)
    );
    assert_eq!(edit("backgroundSound", None).await.unwrap().number, 3);
}

async fn without_a_draft(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    for error in [
        db.store
            .branch_draft(&agent.id, main, 10)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .discard_branch_draft(&agent.id, main)
            .await
            .unwrap_err(),
        db.store
            .publish_branch_draft(&agent.id, main, None, None)
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(
            matches!(error, StoreError::Missing { what: "Draft", .. }),
            "{error:?}"
        );
    }
    let patch = config(json!({"firstMessage": "new"}));
    let error = db
        .store
        .edit_branch_draft(&agent.id, main, &patch, Some(1), None)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Conflict(Conflict::UnknownDraftRevision {
                expected: 1,
                latest: 0
            })
        ),
        "{error:?}"
    );
    assert!(db.store.drafts(&agent.id).await.unwrap().is_empty());
}

async fn given_up(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    let first = db
        .store
        .edit_branch_draft(&agent.id, main, &metric("a"), None, None)
        .await
        .unwrap();
    db.store
        .discard_branch_draft(&agent.id, main)
        .await
        .unwrap();
    assert!(
        db.store
            .branch(&agent.id, main)
            .await
            .unwrap()
            .open_draft_id
            .is_none()
    );
    let gone = db.store.draft(&agent.id, &first.id, 10).await;
    assert!(
        matches!(gone, Err(StoreError::Missing { what: "Draft", .. })),
        "{gone:?}"
    );
    let second = db
        .store
        .edit_branch_draft(
            &agent.id,
            main,
            &config(json!({"firstMessage": "x"})),
            Some(0),
            None,
        )
        .await
        .unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(
        (second.number, second.config.get("postCallAnalyticsConfig")),
        (1, None)
    );
}

/// What others publish while a draft is open is neither lost when the draft is published nor unseen by its editor.
async fn carried_onto_a_new_head(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    let patch = config(json!({"firstMessage": "mine"}));
    let draft = db
        .store
        .edit_branch_draft(&agent.id, main, &patch, None, Some("me"))
        .await
        .unwrap();
    let theirs = db
        .store
        .publish_config(&agent.id, &metric("resolved"), Some("they"))
        .await
        .unwrap();
    assert!(theirs.is_active);
    assert_eq!(theirs.config["firstMessage"], "Hi");
    let carried = db.store.branch_draft(&agent.id, main, 10).await.unwrap();
    assert_eq!((carried.draft.id, carried.draft.number), (draft.id, 2));
    assert_eq!(carried.draft.source_revision_id, theirs.id);
    assert_eq!(carried.edits[0].editor.as_deref(), Some("they"));
    assert_eq!(carried.edits[0].changed_sections, ["analytics"]);
    let error = db
        .store
        .edit_branch_draft(&agent.id, main, &patch, Some(1), None)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::StaleDraft { .. })),
        "{error:?}"
    );
    let new = db
        .store
        .publish_branch_draft(&agent.id, main, None, None)
        .await
        .unwrap();
    assert_eq!(new.config["firstMessage"], "mine");
    assert_eq!(
        new.config["postCallAnalyticsConfig"],
        theirs.config["postCallAnalyticsConfig"]
    );
    assert_eq!(new.blocks["analytics"], carried.draft.blocks["analytics"]);
}

/// On the live branch work starts from what runs, also where that is not the newest revision.
async fn what_was_taken_back_stays_back(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    let good = &agent.active_revision_id;
    let bad = db
        .store
        .publish_config(&agent.id, &metric("bad"), None)
        .await
        .unwrap();
    let patch = |text: &str| config(json!({ "firstMessage": text }));
    // One draft is open when the bad version is taken back, one is made after.
    db.store
        .edit_branch_draft(&agent.id, main, &patch("one"), None, None)
        .await
        .unwrap();
    for text in ["one", "two"] {
        db.store
            .activate_version(&agent.id, good, Some("me"))
            .await
            .unwrap();
        let draft = db
            .store
            .edit_branch_draft(&agent.id, main, &patch(text), None, None)
            .await
            .unwrap();
        assert_eq!(&draft.source_revision_id, good);
        let new = db
            .store
            .publish_branch_draft(&agent.id, main, None, None)
            .await
            .unwrap();
        assert!(new.is_active && new.number > bad.number);
        assert_eq!(new.config["firstMessage"], text);
        assert!(!new.config.contains_key("postCallAnalyticsConfig"));
        assert_eq!(new.parent_id.as_ref(), Some(good));
        db.store
            .activate_version(&agent.id, &bad.id, None)
            .await
            .unwrap();
    }
    db.store
        .activate_version(&agent.id, good, None)
        .await
        .unwrap();
    let fork = db
        .store
        .create_branch(&agent.id, main, "st", None)
        .await
        .unwrap();
    assert_eq!(fork.branch.source_revision_id.as_ref(), Some(good));
}
