use aftercall_store::testing::TestDb;
use aftercall_store::{Conflict, StoreError, on_both};
use serde_json::json;

use crate::support::{agent, config, metric};

on_both!(restored, pages, slots, revisions_of_others);

async fn restored(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    let main = &agent.live_branch_id;
    let first = db.store.active_revision(&agent.id).await.unwrap();
    let second = db
        .store
        .publish_config(&agent.id, &metric("x"), None)
        .await
        .unwrap();
    let error = db
        .store
        .restore_revision(&agent.id, main, &second.id, None)
        .await
        .unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::AlreadyHead)),
        "{error:?}"
    );
    let third = db
        .store
        .restore_revision(&agent.id, main, &first.id, Some("me"))
        .await
        .unwrap();
    assert_eq!(
        (third.number, third.version_number, third.is_active),
        (3, 3, true)
    );
    assert_eq!(
        (&third.config, &third.blocks),
        (&first.config, &first.blocks)
    );
    assert_eq!(
        (third.restored_from_id, third.parent_id),
        (Some(first.id), Some(second.id.clone()))
    );
    assert_eq!(
        db.store
            .revision(&agent.id, &second.id)
            .await
            .unwrap()
            .config,
        second.config
    );
    let fork = db
        .store
        .create_branch(&agent.id, main, "st", None)
        .await
        .unwrap();
    let error = db
        .store
        .restore_revision(&agent.id, &fork.branch.id, &second.id, None)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    let error = db
        .store
        .history(&agent.id, &fork.branch.id, &second.id)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
}

async fn pages(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    for n in 2..=5 {
        let patch = config(json!({"firstMessage": format!("{n}")}));
        db.store
            .publish_config(&agent.id, &patch, None)
            .await
            .unwrap();
    }
    for (limit, skip, numbers) in [
        (2, 0, vec![5, 4]),
        (2, 4, vec![1]),
        (10, 1, vec![4, 3, 2, 1]),
        (1, u64::MAX, vec![]),
        (u64::MAX, 3, vec![2, 1]),
    ] {
        let page = db
            .store
            .revisions(&agent.id, &agent.live_branch_id, limit, skip)
            .await
            .unwrap();
        let found: Vec<_> = page.items.iter().map(|revision| revision.number).collect();
        assert_eq!((found, page.total), (numbers, 5));
        assert!(
            page.items
                .iter()
                .all(|revision| revision.is_active == (revision.number == 5))
        );
    }
}

/// A revision says which model analyses its calls, also where its metrics cannot be read.
async fn slots(db: TestDb) {
    let agent = agent(&db.store, "a").await;
    for (patch, slot) in [
        (
            json!({"postCallAnalyticsConfig": {"useReasoningModel": true}}),
            "reasoning",
        ),
        (
            json!({"postCallAnalyticsConfig": {"useReasoningModel": false, "useInternalAnalyticsModel": false}}),
            "agent:electron",
        ),
        (json!({"slmModel": "gpt-4o"}), "agent:gpt-4o"),
        (
            json!({"postCallAnalyticsConfig": {"dispositionMetrics": [{"identifier": 3}]}}),
            "internal",
        ),
    ] {
        let new = db
            .store
            .publish_config(&agent.id, &config(patch), None)
            .await
            .unwrap();
        assert_eq!(new.slot, slot);
    }
}

async fn revisions_of_others(db: TestDb) {
    let (one, two) = (agent(&db.store, "a").await, agent(&db.store, "b").await);
    let other = &two.active_revision_id;
    for error in [
        db.store
            .revision(&one.id, other)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .history(&one.id, &one.live_branch_id, other)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .restore_revision(&one.id, &one.live_branch_id, other, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .activate_version(&one.id, other, None)
            .await
            .map(drop)
            .unwrap_err(),
        db.store
            .update_version(&one.id, other, Default::default())
            .await
            .map(drop)
            .unwrap_err(),
    ] {
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
}
