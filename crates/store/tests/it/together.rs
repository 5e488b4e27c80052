//! Many who change one agent at the same time, from several processes.

use std::collections::BTreeSet;

use aftercall_store::testing::TestDb;
use aftercall_store::{Conflict, PublishDraft, StoreError, on_both};
use serde_json::json;

use crate::support::{agent, config};

on_both!(
    no_edit_is_lost,
    one_of_equal_edits_wins,
    one_draft_a_branch,
    publications_are_numbered,
    a_dropped_change_leaves_nothing
);

const EDITORS: usize = 12;

async fn no_edit_is_lost(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let mut tasks = Vec::new();
    for n in 0..EDITORS {
        let store = if n % 2 == 0 {
            db.store.clone()
        } else {
            db.another_store().await
        };
        let (agent, branch) = (agent.id.clone(), agent.live_branch_id.clone());
        tasks.push(tokio::spawn(async move {
            let patch = config(json!({ format!("field{n}"): n, "language": {"default": "en", format!("part{n}"): n} }));
            store.edit_branch_draft(&agent, &branch, &patch, None, None).await
        }));
    }
    let mut numbers = BTreeSet::new();
    for task in tasks {
        numbers.insert(task.await.unwrap().unwrap().number);
    }
    assert_eq!(numbers, (1..=EDITORS as i64).collect());
    let detail = db
        .store
        .branch_draft(&agent.id, &agent.live_branch_id, 100)
        .await
        .unwrap();
    assert_eq!(detail.edit_count, EDITORS as u64);
    for n in 0..EDITORS {
        assert_eq!(detail.draft.config[&format!("field{n}")], n);
        assert_eq!(detail.draft.config["language"][format!("part{n}")], n);
    }
}

async fn one_of_equal_edits_wins(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let other = db.another_store().await;
    for round in 0..5 {
        let edit = |store: aftercall_store::Store, who: &'static str| {
            let agent = &agent;
            async move {
                let patch = config(json!({ "firstMessage": format!("{who} {round}") }));
                store
                    .edit_branch_draft(
                        &agent.id,
                        &agent.live_branch_id,
                        &patch,
                        Some(round),
                        Some(who),
                    )
                    .await
            }
        };
        let (a, b) = tokio::join!(edit(db.store.clone(), "a"), edit(other.clone(), "b"));
        let lost = match (a, b) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            other => panic!("{other:?}"),
        };
        assert!(
            matches!(lost, StoreError::Conflict(Conflict::StaleDraft { .. })),
            "{lost:?}"
        );
    }
}

async fn one_draft_a_branch(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let other = db.another_store().await;
    let (one, two) = (
        config(json!({"firstMessage": "1"})),
        config(json!({"globalPrompt": "2"})),
    );
    let (a, b) = tokio::join!(
        db.store
            .edit_branch_draft(&agent.id, &agent.live_branch_id, &one, None, None),
        other.edit_branch_draft(&agent.id, &agent.live_branch_id, &two, None, None),
    );
    assert_eq!(a.unwrap().id, b.unwrap().id);
    let draft = db
        .store
        .branch_draft(&agent.id, &agent.live_branch_id, 10)
        .await
        .unwrap()
        .draft;
    assert_eq!(
        (&draft.config["firstMessage"], &draft.config["globalPrompt"]),
        (&json!("1"), &json!("2"))
    );
}

async fn publications_are_numbered(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let mut tasks = Vec::new();
    for n in 0..EDITORS {
        let store = if n % 2 == 0 {
            db.store.clone()
        } else {
            db.another_store().await
        };
        let (agent, first) = (agent.id.clone(), agent.active_revision_id.clone());
        tasks.push(tokio::spawn(async move {
            let patch = config(json!({ format!("field{n}"): n }));
            if n % 3 == 0 {
                let new = aftercall_store::NewDraft {
                    source_revision: Some(first),
                    ..Default::default()
                };
                let draft = store.create_draft(&agent, new).await?;
                store
                    .edit_draft(&agent, &draft.id, &patch, None, None)
                    .await?;
                store
                    .publish_draft(&agent, &draft.id, PublishDraft::default())
                    .await
            } else {
                store.publish_config(&agent, &patch, None).await
            }
        }));
    }
    let mut numbers = BTreeSet::new();
    for task in tasks {
        numbers.insert(task.await.unwrap().unwrap().number);
    }
    assert_eq!(numbers, (2..=EDITORS as i64 + 1).collect());
    // What the helper published stands on what ran before it: nothing of it is lost.
    let active = db.store.active_revision(&agent.id).await.unwrap();
    for n in (0..EDITORS).filter(|n| n % 3 != 0) {
        assert_eq!(active.config[&format!("field{n}")], n);
    }
}

/// A request whose client goes away in the middle is undone, and the next one does not wait for it.
async fn a_dropped_change_leaves_nothing(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    for step in 0..40 {
        let patch = config(json!({ "firstMessage": format!("{step}") }));
        let edit = db.store.publish_config(&agent.id, &patch, None);
        tokio::select! {
            biased;
            result = edit => { result.unwrap(); }
            () = tokio::time::sleep(std::time::Duration::from_micros(step * 100)) => {}
        }
    }
    // A commit that was sent already goes on without who dropped it: behind a whole edit none is under way.
    let last = config(json!({ "firstMessage": "last" }));
    db.store
        .publish_config(&agent.id, &last, None)
        .await
        .unwrap();
    let page = db
        .store
        .revisions(&agent.id, &agent.live_branch_id, 100, 0)
        .await
        .unwrap();
    let main = db
        .store
        .branch(&agent.id, &agent.live_branch_id)
        .await
        .unwrap();
    assert_eq!(page.total, u64::try_from(main.head_number).unwrap());
    assert_eq!(page.items[0].id, main.branch.head_revision_id);
    assert!(page.items[0].is_active);
}
