use aftercall_store::testing::TestDb;
use aftercall_store::{
    AgentFilter, AgentPatch, AgentSort, Conflict, NewAgent, Order, Store, StoreError, on_both,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::support::{agent, config};

on_both!(
    a_new_agent_runs,
    what_is_written_is_read,
    fields_of_its_own,
    archive_and_back,
    a_copy_starts_with_what_runs,
    lists,
    unknown_agents,
    text_with_a_nul,
);

async fn a_new_agent_runs(db: TestDb) {
    let made = agent(&db.store, "one").await;
    assert_eq!(db.store.agent(&made.id).await.unwrap(), made);
    let branches = db.store.branches(&made.id).await.unwrap();
    let [main] = &branches[..] else {
        panic!("{branches:?}")
    };
    assert_eq!(main.branch.name, "Main");
    assert!(main.is_live && main.branch.is_default && main.open_draft_id.is_none());
    assert_eq!((main.revisions_count, main.head_number), (1, 1));
    let active = db.store.active_revision(&made.id).await.unwrap();
    assert_eq!(active.id, main.branch.head_revision_id);
    assert!(active.is_active && active.activated_at.is_some());
    assert_eq!((active.number, active.version_number), (1, 1));
    assert_eq!(active.slot, "internal");
    assert_eq!(active.config["firstMessage"], "Hi");
    assert!(
        active.blocks.contains_key("analytics"),
        "{:?}",
        active.blocks
    );
    assert_eq!(db.store.total_calls(&made.id).await.unwrap(), 0);
}

/// Also the order of keys, numbers as they were written, and characters that `jsonb` refuses.
async fn what_is_written_is_read(db: TestDb) {
    let odd = r#"{"z":1,"a":{"y":[1.0,1e300,-0.0,9007199254740993],"b":"\u0000 ü 🎈"},"":null}"#;
    let made = db
        .store
        .create_agent(NewAgent {
            name: "ü 🎈 %_\\'\"".to_owned(),
            description: Some(String::new()),
            document: config(json!({})),
            workflow_type: "single_prompt".to_owned(),
            config: serde_json::from_str(odd).unwrap(),
            created_by: None,
        })
        .await
        .unwrap();
    assert_eq!(made.name, "ü 🎈 %_\\'\"");
    let active = db.store.active_revision(&made.id).await.unwrap();
    let kept = serde_json::to_string(&active.config).unwrap();
    assert_eq!(
        kept,
        serde_json::from_str::<serde_json::Value>(odd)
            .unwrap()
            .to_string()
    );
}

async fn fields_of_its_own(db: TestDb) {
    let made = agent(&db.store, "one").await;
    db.clock.advance(SignedDuration::from_secs(5));
    let patch = AgentPatch {
        name: Some("two".to_owned()),
        description: None,
        document: config(json!({"allowInboundCall": false})),
    };
    let changed = db.store.update_agent(&made.id, patch).await.unwrap();
    assert_eq!(changed.name, "two");
    assert_eq!(changed.description, None);
    assert_eq!(
        changed.document,
        config(json!({"avatarUrl": "a", "allowInboundCall": false}))
    );
    assert_eq!(changed.updated_at, db.store.now());
    assert_eq!(changed.created_at, made.created_at);
    assert_eq!(db.store.agent(&made.id).await.unwrap(), changed);
}

async fn archive_and_back(db: TestDb) {
    let made = agent(&db.store, "one").await;
    let error = db.store.archive_agent(&made.id, false).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::AlreadyActive)),
        "{error:?}"
    );
    let archived = db.store.archive_agent(&made.id, true).await.unwrap();
    assert_eq!(archived.archived_at, Some(db.store.now()));
    let error = db.store.archive_agent(&made.id, true).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Conflict(Conflict::AlreadyArchived)),
        "{error:?}"
    );
    assert_eq!(names(&db.store, &AgentFilter::default()).await, [""; 0]);
    let filter = AgentFilter {
        archived: true,
        ..AgentFilter::default()
    };
    assert_eq!(names(&db.store, &filter).await, ["one"]);
    db.store.archive_agent(&made.id, false).await.unwrap();
    assert_eq!(names(&db.store, &AgentFilter::default()).await, ["one"]);
}

async fn a_copy_starts_with_what_runs(db: TestDb) {
    let made = agent(&db.store, "one").await;
    let patch = config(json!({"firstMessage": "Ho"}));
    db.store
        .publish_config(&made.id, &patch, None)
        .await
        .unwrap();
    let copy = db
        .store
        .duplicate_agent(&made.id, Some("copier"))
        .await
        .unwrap();
    assert_eq!(copy.name, "one (copy)");
    assert_eq!(copy.created_by.as_deref(), Some("copier"));
    assert_eq!(copy.document, made.document);
    let active = db.store.active_revision(&copy.id).await.unwrap();
    assert_eq!(
        (active.number, &active.config["firstMessage"]),
        (1, &json!("Ho"))
    );
}

async fn lists(db: TestDb) {
    for name in ["Beta 100%", "alpha", "Gamma_1", "delta"] {
        agent(&db.store, name).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    let all = AgentFilter::default();
    assert_eq!(
        names(&db.store, &all).await,
        ["delta", "Gamma_1", "alpha", "Beta 100%"]
    );
    let by_name = AgentFilter {
        sort: AgentSort::Name,
        order: Order::Asc,
        ..all.clone()
    };
    assert_eq!(
        names(&db.store, &by_name).await,
        ["alpha", "Beta 100%", "delta", "Gamma_1"]
    );
    let page = AgentFilter {
        page: 2,
        size: 3,
        ..by_name.clone()
    };
    assert_eq!(names(&db.store, &page).await, ["Gamma_1"]);
    assert_eq!(db.store.list_agents(&page).await.unwrap().total, 4);
    let beyond = AgentFilter {
        page: u64::MAX,
        size: u64::MAX,
        ..by_name.clone()
    };
    assert_eq!(names(&db.store, &beyond).await, [""; 0]);
    for (words, found) in [
        ("ALPHA", vec!["alpha"]),
        ("a", vec!["alpha", "Beta 100%", "delta", "Gamma_1"]),
        ("0%", vec!["Beta 100%"]),
        ("_", vec!["Gamma_1"]),
        ("a_p", vec![]),
        ("\\", vec![]),
        ("' OR 1=1 --", vec![]),
    ] {
        let filter = AgentFilter {
            search: Some(words.to_owned()),
            ..by_name.clone()
        };
        assert_eq!(names(&db.store, &filter).await, found, "{words}");
    }
    let graphs = AgentFilter {
        workflow_type: Some("workflow_graph".to_owned()),
        ..all.clone()
    };
    assert_eq!(names(&db.store, &graphs).await, [""; 0]);
    for sort in [
        AgentSort::UpdatedAt,
        AgentSort::TotalCalls,
        AgentSort::WorkflowType,
    ] {
        let filter = AgentFilter {
            sort,
            ..all.clone()
        };
        assert_eq!(names(&db.store, &filter).await.len(), 4, "{sort:?}");
    }
}

async fn names(store: &Store, filter: &AgentFilter) -> Vec<String> {
    let page = store.list_agents(filter).await.unwrap();
    page.items.into_iter().map(|row| row.agent.name).collect()
}

async fn unknown_agents(db: TestDb) {
    for id in ["", "0", "69a400100000000000000000"] {
        for result in [
            db.store.agent(id).await.map(drop),
            db.store
                .update_agent(id, AgentPatch::default())
                .await
                .map(drop),
            db.store.archive_agent(id, true).await.map(drop),
            db.store.duplicate_agent(id, None).await.map(drop),
            db.store.branches(id).await.map(drop),
            db.store.drafts(id).await.map(drop),
            db.store.versions(id, 10, 0, None).await.map(drop),
            db.store.active_revision(id).await.map(drop),
            db.store
                .publish_config(id, &config(json!({})), None)
                .await
                .map(drop),
        ] {
            let error = result.unwrap_err();
            assert!(
                matches!(error, StoreError::Missing { what: "Agent", .. }),
                "{error:?}"
            );
        }
    }
}

/// SQLite keeps it, PostgreSQL cannot: the sender hears so.
async fn text_with_a_nul(db: TestDb) {
    let made = agent(&db.store, "one").await;
    let patch = AgentPatch {
        name: Some("a\0b".to_owned()),
        ..AgentPatch::default()
    };
    match db.store.update_agent(&made.id, patch).await {
        Ok(agent) => assert_eq!(agent.name, "a\0b"),
        Err(error) => assert!(matches!(error, StoreError::Refused(_)), "{error:?}"),
    }
    let filter = AgentFilter {
        search: Some("\0".to_owned()),
        ..AgentFilter::default()
    };
    if let Err(error) = db.store.list_agents(&filter).await {
        assert!(matches!(error, StoreError::Refused(_)), "{error:?}");
    }
}
