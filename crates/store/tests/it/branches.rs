use aftercall_store::testing::TestDb;
use aftercall_store::{BranchStatus, Conflict, NewDraft, PublishDraft, StoreError, on_both};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{agent, config};

on_both!(
    a_branch_of_its_own,
    names_are_unique,
    main_stays,
    going_live,
    archived_branches,
    branches_of_others
);

async fn a_branch_of_its_own(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    db.clock.advance(SignedDuration::from_secs(1));
    let fork = db
        .store
        .create_branch(&agent.id, &agent.live_branch_id, "staging", Some("me"))
        .await
        .unwrap();
    assert!(!fork.is_live && !fork.branch.is_default);
    assert_eq!((fork.revisions_count, fork.head_number), (1, 1));
    assert_eq!(
        fork.branch.source_branch_id.as_ref(),
        Some(&agent.live_branch_id)
    );
    assert_eq!(
        fork.branch.source_revision_id.as_ref(),
        Some(&agent.active_revision_id)
    );
    let head = db
        .store
        .revision(&agent.id, &fork.branch.head_revision_id)
        .await
        .unwrap();
    let source = db.store.active_revision(&agent.id).await.unwrap();
    assert_eq!(
        (&head.config, &head.blocks),
        (&source.config, &source.blocks)
    );
    assert_eq!(
        (head.number, head.version_number, head.is_active),
        (1, 2, false)
    );
    assert_eq!(head.parent_id, Some(source.id));
    let names: Vec<_> = db
        .store
        .branches(&agent.id)
        .await
        .unwrap()
        .into_iter()
        .map(|s| s.branch.name)
        .collect();
    assert_eq!(names, ["Main", "staging"]);
    // An edit there leaves the other branch alone.
    db.store
        .edit_branch_draft(
            &agent.id,
            &fork.branch.id,
            &config(json!({"firstMessage": "Ho"})),
            None,
            None,
        )
        .await
        .unwrap();
    let new = db
        .store
        .publish_branch_draft(&agent.id, &fork.branch.id, None, None)
        .await
        .unwrap();
    assert_eq!(
        (new.number, new.version_number, new.is_active),
        (2, 3, false)
    );
    assert_eq!(
        db.store.agent(&agent.id).await.unwrap().active_revision_id,
        agent.active_revision_id
    );
}

async fn names_are_unique(db: TestDb) {
    let one = agent(&db.store, "a").await;
    let fork = |name: &'static str| {
        db.store
            .create_branch(&one.id, &one.live_branch_id, name, None)
    };
    let staging = fork("staging").await.unwrap();
    for name in ["staging", "Main", "main", "MAIN"] {
        let error = fork(name).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Conflict(Conflict::BranchNameExists { .. })
            ),
            "{name}: {error:?}"
        );
    }
    let test = fork("test").await.unwrap();
    let rename = |name: &'static str| {
        db.store
            .rename_branch(&one.id, &test.branch.id, name, Some("me"))
    };
    let error = rename("staging").await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Conflict(Conflict::BranchNameExists { .. })
        ),
        "{error:?}"
    );
    assert_eq!(rename("test").await.unwrap().branch.updated_by, None);
    assert_eq!(
        rename("test 2").await.unwrap().branch.updated_by.as_deref(),
        Some("me")
    );
    // The name of an archived branch is free again.
    for _ in 0..2 {
        let staging = db.store.branches(&one.id).await.unwrap();
        let staging = staging.iter().find(|it| it.branch.name == "staging");
        db.store
            .archive_branch(&one.id, &staging.unwrap().branch.id, None)
            .await
            .unwrap();
        fork("staging").await.unwrap();
    }
    let kept = db.store.branch(&one.id, &staging.branch.id).await.unwrap();
    assert_eq!(kept.branch.name, "staging");
    let two = agent(&db.store, "b").await;
    db.store
        .create_branch(&two.id, &two.live_branch_id, "staging", None)
        .await
        .unwrap();
}

async fn main_stays(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    for error in [
        db.store
            .rename_branch(&agent.id, main, "x", None)
            .await
            .unwrap_err(),
        db.store
            .archive_branch(&agent.id, main, None)
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Forbidden(_)), "{error:?}");
    }
}

async fn going_live(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let fork = db
        .store
        .create_branch(&agent.id, &agent.live_branch_id, "st", None)
        .await
        .unwrap();
    let live = db
        .store
        .make_live(&agent.id, &fork.branch.id, Some("me"))
        .await
        .unwrap();
    assert!(live.is_live);
    let active = db.store.active_revision(&agent.id).await.unwrap();
    assert_eq!(active.id, fork.branch.head_revision_id);
    assert_eq!(active.activated_by.as_deref(), Some("me"));
    assert!(
        !db.store
            .branch(&agent.id, &agent.live_branch_id)
            .await
            .unwrap()
            .is_live
    );
    let error = db
        .store
        .archive_branch(&agent.id, &fork.branch.id, None)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Forbidden(_)), "{error:?}");
    db.store
        .make_live(&agent.id, &agent.live_branch_id, None)
        .await
        .unwrap();
    assert_eq!(
        db.store.agent(&agent.id).await.unwrap().active_revision_id,
        agent.active_revision_id
    );
}

async fn archived_branches(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let fork = db
        .store
        .create_branch(&agent.id, &agent.live_branch_id, "st", None)
        .await
        .unwrap();
    let id = &fork.branch.id;
    db.store
        .edit_branch_draft(&agent.id, id, &config(json!({"x": 1})), None, None)
        .await
        .unwrap();
    for _ in 0..2 {
        db.store.archive_branch(&agent.id, id, None).await.unwrap();
    }
    assert_eq!(db.store.branches(&agent.id).await.unwrap().len(), 1);
    let kept = db.store.branch(&agent.id, id).await.unwrap();
    assert_eq!(kept.branch.status, BranchStatus::Archived);
    // Its draft is taken over by one of another branch.
    let taken = NewDraft {
        source_draft: kept.open_draft_id,
        source_revision: Some(agent.active_revision_id.clone()),
        ..NewDraft::default()
    };
    let taken = db.store.create_draft(&agent.id, taken).await.unwrap();
    assert_eq!(taken.branch_id, agent.live_branch_id);
    let publish = PublishDraft::default();
    let published = db.store.publish_draft(&agent.id, &taken.id, publish);
    assert_eq!(published.await.unwrap().config["x"], 1);
    for error in [
        db.store
            .make_live(&agent.id, id, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .edit_branch_draft(&agent.id, id, &config(json!({"x": 2})), None, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .publish_branch_draft(&agent.id, id, None, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .restore_revision(&agent.id, id, &fork.branch.head_revision_id, None)
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Forbidden(_)), "{error:?}");
    }
}

async fn branches_of_others(db: TestDb) {
    let (one, two) = (agent(&db.store, "a").await, agent(&db.store, "b").await);
    let other = &two.live_branch_id;
    for error in [
        db.store.branch(&one.id, other).await.map(drop).unwrap_err(),
        db.store
            .create_branch(&one.id, other, "x", None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .rename_branch(&one.id, other, "x", None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .archive_branch(&one.id, other, None)
            .await
            .unwrap_err(),
        db.store
            .make_live(&one.id, other, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .revisions(&one.id, other, 10, 0)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .branch_draft(&one.id, other, 10)
            .await
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(
            matches!(error, StoreError::Missing { what: "Branch", .. }),
            "{error:?}"
        );
    }
    assert_eq!(db.store.branches(&one.id).await.unwrap().len(), 1);
}
