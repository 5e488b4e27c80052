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
        .edit_draft(&agent.id, &draft.id, &metric("resolved"), Some("me"))
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
        )
        .await
        .unwrap();
    db.store
        .edit_draft(
            &agent.id,
            &two.id,
            &config(json!({"globalPrompt": "2"})),
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
    // A named draft is published as it is; the branch's own draft has what was published meanwhile.
    assert_eq!(
        (
            second.number,
            &second.config["firstMessage"],
            &second.config["globalPrompt"]
        ),
        (3, &json!("Hi"), &json!("2"))
    );
    let own = db
        .store
        .branch_draft(&agent.id, &agent.live_branch_id, 10)
        .await
        .unwrap()
        .draft;
    assert_eq!(
        (&own.source_revision_id, &own.config["globalPrompt"]),
        (&second.id, &json!("2"))
    );
    assert!(own.config.contains_key("postCallAnalyticsConfig"));
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
        .edit_draft(&one.id, &source.id, &metric("x"), None)
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
    db.store.discard_draft(&agent.id, &draft.id).await.unwrap();
    for error in [
        db.store
            .discard_draft(&agent.id, &draft.id)
            .await
            .unwrap_err(),
        db.store
            .edit_draft(&agent.id, &draft.id, &metric("x"), None)
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
                StoreError::Conflict(Conflict::DraftClosed { state: "discarded" })
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
        DraftState::Discarded
    );
    assert_eq!(
        db.store
            .versions(&agent.id, 10, 0, None)
            .await
            .unwrap()
            .total,
        1
    );
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
