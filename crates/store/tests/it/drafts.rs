use aftercall_core::agent_config::Config;
use aftercall_store::testing::TestDb;
use aftercall_store::{
    Agent, Conflict, DraftState, NewDraft, PublishDraft, Store, StoreError, VersionPatch, on_both,
};
use serde_json::json;

use crate::support::{agent, config, metric};

on_both!(
    the_flow_of_the_guide,
    drafts_stand_apart,
    from_a_draft,
    closed_drafts,
    discarded_drafts,
    who_discards,
    changes_of_two_drafts_are_both_published,
    the_same_field_of_two_drafts_is_a_conflict,
    an_older_version_is_published_as_it_is,
    what_was_the_newest_of_a_branch_is_followed,
    edits_with_an_old_base,
    versions_over_all_branches,
    activation
);

async fn draft_of(store: &Store, agent: &Agent, revision: &str) -> aftercall_store::Draft {
    let new = NewDraft {
        source_revision: Some(revision.to_owned()),
        by: Some("me".to_owned()),
        ..NewDraft::default()
    };
    store.create_draft(&agent.id, new).await.unwrap()
}

async fn the_flow_of_the_guide(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let draft = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    assert_eq!((draft.number, draft.state), (0, DraftState::Open));
    assert!(draft.name.is_some());
    let draft = db
        .store
        .edit_draft(
            &agent.id,
            &draft.id,
            &metric("resolved"),
            Some(0),
            Some("me"),
        )
        .await
        .unwrap();
    assert_eq!(draft.number, 1);
    let publish = PublishDraft {
        label: Some("l".to_owned()),
        description: Some("d".to_owned()),
        activate: true,
        by: Some("me".to_owned()),
    };
    let new = db
        .store
        .publish_draft(&agent.id, &draft.id, publish)
        .await
        .unwrap();
    assert!(new.is_active);
    assert_eq!(
        (new.label.as_deref(), new.description.as_deref()),
        (Some("l"), Some("d"))
    );
    assert_eq!(new.activated_by.as_deref(), Some("me"));
    let active = db.store.active_revision(&agent.id).await.unwrap();
    assert_eq!(active, new);
    assert_eq!(
        active.config["postCallAnalyticsConfig"],
        metric("resolved")["postCallAnalyticsConfig"]
    );
    assert_eq!(
        db.store.agent(&agent.id).await.unwrap().active_revision_id,
        new.id
    );
    assert!(db.store.drafts(&agent.id).await.unwrap().is_empty());
}

async fn drafts_stand_apart(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let one = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    let two = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    db.store
        .edit_branch_draft(&agent.id, &agent.live_branch_id, &metric("b"), None, None)
        .await
        .unwrap();
    assert_eq!(db.store.drafts(&agent.id).await.unwrap().len(), 3);
    db.store
        .edit_draft(
            &agent.id,
            &one.id,
            &config(json!({"firstMessage": "1"})),
            None,
            None,
        )
        .await
        .unwrap();
    db.store
        .edit_draft(
            &agent.id,
            &two.id,
            &config(json!({"globalPrompt": "2"})),
            None,
            None,
        )
        .await
        .unwrap();
    let named = db
        .store
        .rename_draft(&agent.id, &one.id, "first")
        .await
        .unwrap();
    assert_eq!((named.name.as_deref(), named.number), (Some("first"), 1));
    let first = db
        .store
        .publish_draft(&agent.id, &one.id, PublishDraft::default())
        .await
        .unwrap();
    let second = db
        .store
        .publish_draft(&agent.id, &two.id, PublishDraft::default())
        .await
        .unwrap();
    assert!(!first.is_active && !second.is_active);
    // What they were made from still runs: each is published as it is.
    assert_eq!(
        (
            second.number,
            &second.config["firstMessage"],
            &second.config["globalPrompt"]
        ),
        (3, &json!("Hi"), &json!("2"))
    );
    // The live branch's own draft is based on what runs.
    let own = async || {
        let own = db.store.branch_draft(&agent.id, &agent.live_branch_id, 10);
        own.await.unwrap().draft
    };
    assert_eq!(own().await.source_revision_id, agent.active_revision_id);
    db.store
        .activate_version(&agent.id, &second.id, Some("me"))
        .await
        .unwrap();
    let own = own().await;
    assert_eq!(
        (&own.source_revision_id, &own.config["globalPrompt"]),
        (&second.id, &json!("2"))
    );
    assert!(own.config.contains_key("postCallAnalyticsConfig"));
    assert_eq!(own.updated_by.as_deref(), Some("me"));
    let error = db
        .store
        .rename_draft(&agent.id, &own.id, "x")
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Forbidden(_)), "{error:?}");
}

async fn from_a_draft(db: TestDb) {
    let one = agent(&db.store, "a").await;
    let source = draft_of(&db.store, &one, &one.active_revision_id).await;
    db.store
        .edit_draft(&one.id, &source.id, &metric("x"), None, None)
        .await
        .unwrap();
    let new = NewDraft {
        source_draft: Some(source.id.clone()),
        name: Some("copy".to_owned()),
        ..NewDraft::default()
    };
    let copy = db.store.create_draft(&one.id, new).await.unwrap();
    assert_eq!((copy.name.as_deref(), copy.number), (Some("copy"), 0));
    assert_eq!(copy.source_revision_id, one.active_revision_id);
    assert!(copy.config.contains_key("postCallAnalyticsConfig"));
    let error = db
        .store
        .create_draft(&one.id, NewDraft::default())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    let two = agent(&db.store, "b").await;
    let error = db
        .store
        .create_draft(
            &two.id,
            NewDraft {
                source_draft: Some(source.id),
                ..NewDraft::default()
            },
        )
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Missing { what: "Draft", .. }),
        "{error:?}"
    );
    let error = db
        .store
        .create_draft(
            &two.id,
            NewDraft {
                source_revision: Some(one.active_revision_id),
                ..NewDraft::default()
            },
        )
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Missing {
                what: "Revision",
                ..
            }
        ),
        "{error:?}"
    );
}

async fn closed_drafts(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let draft = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    db.store
        .publish_draft(&agent.id, &draft.id, PublishDraft::default())
        .await
        .unwrap();
    for error in [
        db.store
            .discard_draft(&agent.id, &draft.id, None)
            .await
            .unwrap_err(),
        db.store
            .edit_draft(&agent.id, &draft.id, &metric("x"), None, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .rename_draft(&agent.id, &draft.id, "x")
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .publish_draft(&agent.id, &draft.id, PublishDraft::default())
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(
            matches!(
                error,
                StoreError::Conflict(Conflict::DraftClosed { state: "published" })
            ),
            "{error:?}"
        );
    }
    assert_eq!(
        db.store
            .draft(&agent.id, &draft.id, 10)
            .await
            .unwrap()
            .draft
            .state,
        DraftState::Published
    );
    assert_eq!(
        db.store
            .versions(&agent.id, 10, 0, None)
            .await
            .unwrap()
            .total,
        2
    );
}

/// What was given up is nowhere.
async fn discarded_drafts(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let draft = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    db.store
        .discard_draft(&agent.id, &draft.id, Some("me"))
        .await
        .unwrap();
    let copy = NewDraft {
        source_draft: Some(draft.id.clone()),
        ..NewDraft::default()
    };
    let store = &db.store;
    for error in [
        store.draft(&agent.id, &draft.id, 10).await.map(drop),
        store.discard_draft(&agent.id, &draft.id, None).await,
        store
            .edit_draft(&agent.id, &draft.id, &metric("x"), None, None)
            .await
            .map(drop),
        store
            .rename_draft(&agent.id, &draft.id, "x")
            .await
            .map(drop),
        store
            .publish_draft(&agent.id, &draft.id, PublishDraft::default())
            .await
            .map(drop),
        store.create_draft(&agent.id, copy).await.map(drop),
    ] {
        assert!(
            matches!(error, Err(StoreError::Missing { what: "Draft", .. })),
            "{error:?}"
        );
    }
}

async fn who_discards(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let draft = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    let error = db
        .store
        .discard_draft(&agent.id, &draft.id, Some("you"))
        .await;
    assert!(matches!(error, Err(StoreError::Forbidden(_))), "{error:?}");
    db.store
        .discard_draft(&agent.id, &draft.id, Some("me"))
        .await
        .unwrap();
    let others = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    db.store
        .discard_draft(&agent.id, &others.id, None)
        .await
        .unwrap();
}

fn active() -> PublishDraft {
    PublishDraft {
        activate: true,
        by: Some("me".to_owned()),
        ..PublishDraft::default()
    }
}

async fn edit(store: &Store, agent: &Agent, draft: &aftercall_store::Draft, patch: Config) {
    store
        .edit_draft(&agent.id, &draft.id, &patch, None, None)
        .await
        .unwrap();
}

async fn changes_of_two_drafts_are_both_published(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let first = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    let second = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    let copy = NewDraft {
        source_draft: Some(second.id.clone()),
        ..NewDraft::default()
    };
    let copy = db.store.create_draft(&agent.id, copy).await.unwrap();
    edit(&db.store, &agent, &first, metric("resolved")).await;
    let greeting = |text: &str| config(json!({ "firstMessage": text }));
    edit(&db.store, &agent, &second, greeting("Hello")).await;
    edit(
        &db.store,
        &agent,
        &copy,
        config(json!({"globalPrompt": "q"})),
    )
    .await;
    let one = db
        .store
        .publish_draft(&agent.id, &first.id, active())
        .await
        .unwrap();
    let two = db
        .store
        .publish_draft(&agent.id, &second.id, active())
        .await
        .unwrap();
    assert_eq!(two.config["firstMessage"], "Hello");
    assert_eq!(
        two.config["postCallAnalyticsConfig"],
        metric("resolved")["postCallAnalyticsConfig"]
    );
    assert_eq!(two.parent_id, Some(one.id));
    let told = db.store.draft(&agent.id, &second.id, 10).await.unwrap();
    assert_eq!(told.edits[0].changed_sections, ["analytics"]);
    assert_eq!(told.edits[0].editor.as_deref(), Some("me"));
    // A copy of a draft goes along with what that one did.
    let three = db
        .store
        .publish_draft(&agent.id, &copy.id, active())
        .await
        .unwrap();
    assert_eq!(
        (&three.config["firstMessage"], &three.config["globalPrompt"]),
        (&json!("Hello"), &json!("q"))
    );
    assert!(three.config.contains_key("postCallAnalyticsConfig"));
}

async fn the_same_field_of_two_drafts_is_a_conflict(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let mut drafts = Vec::new();
    for text in ["one", "two", "one"] {
        let draft = draft_of(&db.store, &agent, &agent.active_revision_id).await;
        let patch = config(json!({"firstMessage": text, "globalPrompt": "same"}));
        edit(&db.store, &agent, &draft, patch).await;
        drafts.push(draft);
    }
    let publish = |draft: &aftercall_store::Draft| {
        let (store, agent, draft) = (db.store.clone(), agent.id.clone(), draft.id.clone());
        async move { store.publish_draft(&agent, &draft, active()).await }
    };
    let one = publish(&drafts[0]).await.unwrap();
    let Err(StoreError::Conflict(Conflict::SourceMovedOn {
        source_version,
        newest,
        fields,
        diff,
    })) = publish(&drafts[1]).await
    else {
        panic!("no conflict");
    };
    assert_eq!((source_version, newest), (1, 2));
    assert_eq!(fields, ["workflow_prompt.firstMessage"]);
    assert_eq!(diff.sections[0].section, "workflow_prompt");
    let now = db.store.active_revision(&agent.id).await.unwrap();
    assert_eq!(now, one);
    let kept = db.store.draft(&agent.id, &drafts[1].id, 10).await.unwrap();
    assert_eq!(
        (
            kept.draft.state,
            kept.edit_count,
            &kept.draft.config["firstMessage"]
        ),
        (DraftState::Open, 1, &json!("two"))
    );
    // The same change twice is none.
    let same = publish(&drafts[2]).await.unwrap();
    assert_eq!(same.config, one.config);
    // Whoever gives way is no longer in conflict.
    let give_way = config(json!({"firstMessage": "one", "slmModel": "m"}));
    edit(&db.store, &agent, &drafts[1], give_way).await;
    let two = publish(&drafts[1]).await.unwrap();
    assert_eq!(
        (&two.config["firstMessage"], &two.config["slmModel"]),
        (&json!("one"), &json!("m"))
    );
}

async fn an_older_version_is_published_as_it_is(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    db.store
        .publish_config(&agent.id, &metric("x"), None)
        .await
        .unwrap();
    let old = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    edit(
        &db.store,
        &agent,
        &old,
        config(json!({"firstMessage": "back"})),
    )
    .await;
    let new = db
        .store
        .publish_draft(&agent.id, &old.id, active())
        .await
        .unwrap();
    assert_eq!(new.config["firstMessage"], "back");
    assert!(!new.config.contains_key("postCallAnalyticsConfig"));
}

async fn what_was_the_newest_of_a_branch_is_followed(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let fork = db
        .store
        .create_branch(&agent.id, &agent.live_branch_id, "st", None)
        .await
        .unwrap()
        .branch;
    let draft = draft_of(&db.store, &agent, &fork.head_revision_id).await;
    edit(
        &db.store,
        &agent,
        &draft,
        config(json!({"firstMessage": "x"})),
    )
    .await;
    db.store
        .edit_branch_draft(&agent.id, &fork.id, &metric("m"), None, None)
        .await
        .unwrap();
    db.store
        .publish_branch_draft(&agent.id, &fork.id, None, None)
        .await
        .unwrap();
    let new = db
        .store
        .publish_draft(&agent.id, &draft.id, PublishDraft::default())
        .await
        .unwrap();
    assert_eq!((new.number, new.is_active), (3, false));
    assert_eq!(new.config["firstMessage"], "x");
    assert!(new.config.contains_key("postCallAnalyticsConfig"));
}

async fn edits_with_an_old_base(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let draft = draft_of(&db.store, &agent, &agent.active_revision_id).await;
    let change = |expected, name: &'static str| {
        let (store, agent, draft) = (db.store.clone(), agent.id.clone(), draft.id.clone());
        async move {
            let patch = metric(name);
            store
                .edit_draft(&agent, &draft, &patch, expected, None)
                .await
        }
    };
    assert_eq!(change(Some(0), "a").await.unwrap().number, 1);
    let stale = change(Some(0), "b").await.unwrap_err();
    assert!(
        matches!(
            &stale,
            StoreError::Conflict(Conflict::StaleDraft { expected: 0, latest: 1, fields, .. })
                if fields == &["analytics.postCallAnalyticsConfig"]
        ),
        "{stale:?}"
    );
    let unknown = change(Some(9), "b").await.unwrap_err();
    assert!(
        matches!(
            unknown,
            StoreError::Conflict(Conflict::UnknownDraftRevision {
                expected: 9,
                latest: 1
            })
        ),
        "{unknown:?}"
    );
    assert_eq!(change(None, "c").await.unwrap().number, 2);
}

async fn versions_over_all_branches(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let fork = db
        .store
        .create_branch(&agent.id, &agent.live_branch_id, "st", None)
        .await
        .unwrap();
    db.store
        .publish_config(&agent.id, &metric("x"), None)
        .await
        .unwrap();
    let all = db.store.versions(&agent.id, 2, 0, None).await.unwrap();
    assert_eq!(all.total, 3);
    let numbers: Vec<_> = all
        .items
        .iter()
        .map(|v| (v.version_number, v.number, v.is_active))
        .collect();
    assert_eq!(numbers, [(3, 2, true), (2, 1, false)]);
    assert_eq!(
        db.store
            .versions(&agent.id, 2, 2, None)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
    assert_eq!(
        db.store
            .revisions(&agent.id, &fork.branch.id, 10, 0)
            .await
            .unwrap()
            .total,
        1
    );
    let patch = VersionPatch {
        label: Some("l".to_owned()),
        is_pinned: Some(true),
        ..VersionPatch::default()
    };
    let pinned = db
        .store
        .update_version(&agent.id, &all.items[1].id, patch)
        .await
        .unwrap();
    assert_eq!(
        (
            pinned.label.as_deref(),
            pinned.description.as_deref(),
            pinned.is_pinned
        ),
        (Some("l"), None, true)
    );
    let found = db
        .store
        .versions(&agent.id, 10, 0, Some(true))
        .await
        .unwrap();
    assert_eq!((found.items, found.total), (vec![pinned], 3));
    assert_eq!(
        db.store
            .versions(&agent.id, 10, 0, Some(false))
            .await
            .unwrap()
            .items
            .len(),
        2
    );
}

async fn activation(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let first = agent.active_revision_id.clone();
    let patch = config(json!({"workflowType": "workflow_graph"}));
    db.store
        .publish_config(&agent.id, &patch, None)
        .await
        .unwrap();
    assert_eq!(
        db.store.agent(&agent.id).await.unwrap().workflow_type,
        "workflow_graph"
    );
    let back = db
        .store
        .activate_version(&agent.id, &first, Some("me"))
        .await
        .unwrap();
    assert!(back.is_active);
    assert_eq!(back.activated_by.as_deref(), Some("me"));
    assert_eq!(
        db.store
            .activate_version(&agent.id, &first, Some("you"))
            .await
            .unwrap(),
        back
    );
    let now = db.store.agent(&agent.id).await.unwrap();
    assert_eq!(
        (&now.active_revision_id, now.workflow_type.as_str()),
        (&first, "single_prompt")
    );
    assert_eq!(now.live_branch_id, agent.live_branch_id);
    // What is published by the helper builds on what runs, not on the newest revision.
    let new = db
        .store
        .publish_config(&agent.id, &metric("x"), None)
        .await
        .unwrap();
    assert_eq!(
        (new.number, &new.config["workflowType"], new.parent_id),
        (3, &json!("single_prompt"), Some(first))
    );
}
