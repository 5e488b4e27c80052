//! Drafts and versions of the older API: the way that the published guide shows.

use aftercall_server::Settings;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Server, send};

on_both!(
    the_way_of_the_guide,
    drafts_beside_one_another,
    a_discarded_draft_is_gone,
    nobodys_changes_are_lost,
    versions_are_named_and_activated,
    as_the_original_does_now
);

/// A server with one agent; the path of the agent; the id of its first version.
async fn scene(db: TestDb) -> (Server, String, String) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    let path = format!("/atoms/v1/agent/{agent}");
    let version = text(&server.get(&path).await.with(200)["data"]["activeVersionId"]);
    (server, path, version)
}

fn text(value: &Json) -> String {
    value.as_str().unwrap().to_owned()
}

async fn draft(server: &Server, agent: &str, body: Json) -> Json {
    server
        .post(&format!("{agent}/drafts"), &body)
        .await
        .with(201)["data"]
        .clone()
}

async fn the_way_of_the_guide(db: TestDb) {
    let (server, agent, version) = scene(db).await;
    let made = draft(
        &server,
        &agent,
        json!({ "sourceVersionId": version, "draftName": "pcm" }),
    )
    .await;
    assert_eq!(
        (&made["draftName"], &made["draftRevision"]),
        (&json!("pcm"), &json!(0))
    );
    let path = format!("{agent}/drafts/{}", text(&made["draftId"]));
    let analytics = json!({"dispositionMetrics": [
        {"identifier": "x", "dispositionMetricPrompt": "p?", "dispositionMetricType": "BOOLEAN"},
        {"identifier": "y", "dispositionMetricPrompt": "q?", "dispositionMetricType": "ENUM", "choices": ["a", "none"]},
    ]});
    let patch = json!({ "postCallAnalyticsConfig": analytics });
    let edited = server
        .send_json("PATCH", &format!("{path}/config"), &patch)
        .await
        .with(200);
    assert_eq!(edited["data"]["draftRevision"], 1);
    let diff = server.get(&format!("{path}/diff")).await.with(200)["data"].clone();
    assert_eq!(
        (&diff["hasChanges"], &diff["sections"]["voice"]["changed"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        diff["sections"]["analytics"]["after"]["postCallAnalyticsConfig"],
        analytics
    );

    let publish = json!({ "label": "l", "description": null, "activate": true });
    let published = server
        .post(&format!("{path}/publish"), &publish)
        .await
        .with(201)["data"]
        .clone();
    assert_eq!(
        (&published["status"], &published["isActive"]),
        (&json!("published"), &json!(true))
    );
    let now = server.get(&agent).await.with(200)["data"].clone();
    assert_eq!(now["activeVersionId"], published["_id"]);
    assert_eq!(now["_resolvedConfig"]["postCallAnalyticsConfig"], analytics);
    server
        .send_json("PATCH", &format!("{path}/config"), &patch)
        .await
        .with(409);
    // A version is a revision of its branch.
    let branches = server.get(&format!("{agent}/branches")).await.with(200)["data"].clone();
    assert_eq!(
        branches["branches"][0]["branch"]["headRevisionId"],
        published["_id"]
    );
}

async fn drafts_beside_one_another(db: TestDb) {
    let (server, agent, version) = scene(db).await;
    let first = draft(&server, &agent, json!({ "sourceVersionId": version })).await;
    let first = format!("{agent}/drafts/{}", text(&first["_id"]));
    server
        .send_json(
            "PATCH",
            &format!("{first}/config"),
            &json!({ "firstMessage": "one" }),
        )
        .await
        .with(200);
    let copy = json!({ "sourceVersionId": version, "sourceDraftId": first.rsplit('/').next(), "draftName": "copy" });
    let copy = draft(&server, &agent, copy).await;
    let list = server.get(&format!("{agent}/drafts")).await.with(200)["data"].clone();
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!(list[0]["lastEditorName"], "admin");

    let renamed = server
        .send_json("PATCH", &first, &json!({ "draftName": "p2" }))
        .await
        .with(200);
    assert_eq!(renamed["data"], json!({ "draftName": "p2" }));
    let detail = server.get(&format!("{first}?limit=10")).await.with(200)["data"].clone();
    assert_eq!(
        (&detail["latest"]["draftName"], &detail["editCount"]),
        (&json!("p2"), &json!(1))
    );
    let edit = &detail["editHistory"][0];
    assert_eq!(
        (&edit["revision"], &edit["changedSections"]),
        (&json!(1), &json!(["workflow_prompt"]))
    );
    assert!(edit["editorId"].is_string() && edit["timestamp"].is_string());
    assert_eq!(
        edit["changedFields"],
        json!(["workflow_prompt.firstMessage"])
    );
    assert_eq!(edit["config"], json!({ "firstMessage": "one" }));

    // Only who made a draft, or an admin, gives it up.
    let by_editor = server.request("DELETE", &first).bearer_auth(&server.editor);
    send(by_editor).await.with(403);
    assert_eq!(server.delete(&first).await.with(200)["data"], Json::Null);
    let shown = format!("{agent}?draftId={}", text(&copy["_id"]));
    assert_eq!(
        server.get(&shown).await.with(200)["data"]["firstMessage"],
        "one"
    );
    let diff = format!(
        "{agent}/versions/diff?versionA={version}&versionB={}",
        text(&copy["_id"])
    );
    assert_eq!(
        server.get(&diff).await.with(200)["data"]["diffs"][0]["section"],
        "workflow_prompt"
    );
}

async fn a_discarded_draft_is_gone(db: TestDb) {
    let (server, agent, version) = scene(db).await;
    let made = draft(&server, &agent, json!({ "sourceVersionId": version })).await;
    let id = text(&made["draftId"]);
    let path = format!("{agent}/drafts/{id}");
    server.delete(&path).await.with(200);
    for path in [
        path.clone(),
        format!("{path}/diff"),
        format!("{agent}?draftId={id}"),
        format!("{agent}/diff?a={version}&b={id}"),
    ] {
        server.get(&path).await.with(404);
    }
    server.delete(&path).await.with(404);
    let copy = json!({ "sourceDraftId": id });
    server
        .post(&format!("{agent}/drafts"), &copy)
        .await
        .with(404);
    let patch = json!({ "firstMessage": "x" });
    server
        .send_json("PATCH", &format!("{path}/config"), &patch)
        .await
        .with(404);
    server
        .post(&format!("{path}/publish"), &json!({}))
        .await
        .with(404);
}

async fn nobodys_changes_are_lost(db: TestDb) {
    let (server, agent, version) = scene(db).await;
    let mut paths = Vec::new();
    for _ in 0..3 {
        let made = draft(&server, &agent, json!({ "sourceVersionId": version })).await;
        paths.push(format!("{agent}/drafts/{}", text(&made["draftId"])));
    }
    let edit = async |path: &String, patch: Json| {
        server
            .send_json("PATCH", &format!("{path}/config"), &patch)
            .await
    };
    let publish = async |path: &String| {
        server
            .post(&format!("{path}/publish"), &json!({ "activate": true }))
            .await
    };
    let metrics = json!({ "dispositionMetrics": [
        {"identifier": "x", "dispositionMetricPrompt": "p?", "dispositionMetricType": "BOOLEAN"},
    ]});
    let patch = json!({ "postCallAnalyticsConfig": metrics, "expectedRevision": 0 });
    edit(&paths[0], patch.clone()).await.with(200);
    let stale = edit(&paths[0], patch).await.with(409);
    assert_eq!(
        stale["errors"],
        json!(["analytics.postCallAnalyticsConfig"])
    );
    let told = &stale["data"]["conflict"];
    assert_eq!(
        (&told["expectedRevision"], &told["latestRevision"]),
        (&json!(0), &json!(1))
    );
    let unknown = json!({ "firstMessage": "x", "expectedRevision": 7 });
    assert_eq!(
        edit(&paths[0], unknown).await.with(409)["errors"],
        json!(["base_revision_unavailable"])
    );
    edit(&paths[1], json!({ "firstMessage": "Hello" }))
        .await
        .with(200);
    edit(&paths[2], json!({ "firstMessage": "Hi" }))
        .await
        .with(200);
    publish(&paths[0]).await.with(201);
    publish(&paths[1]).await.with(201);
    let now = server.get(&agent).await.with(200)["data"].clone();
    assert_eq!(now["firstMessage"], "Hello");
    assert_eq!(now["postCallAnalyticsConfig"], metrics);
    let refused = publish(&paths[2]).await.with(409);
    assert_eq!(refused["errors"], json!(["workflow_prompt.firstMessage"]));
    let told = &refused["data"]["conflict"];
    assert_eq!(
        (&told["expectedRevision"], &told["latestRevision"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(told["diffs"][0]["section"], "workflow_prompt");
    let after = server.get(&agent).await.with(200)["data"].clone();
    assert_eq!(after, now);
}

async fn versions_are_named_and_activated(db: TestDb) {
    let (server, agent, first) = scene(db).await;
    let made = draft(&server, &agent, json!({ "sourceVersionId": first })).await;
    let path = format!("{agent}/drafts/{}", text(&made["draftId"]));
    server
        .send_json(
            "PATCH",
            &format!("{path}/config"),
            &json!({ "slmModel": "gpt-4o" }),
        )
        .await
        .with(200);
    let second = server
        .post(&format!("{path}/publish"), &json!({}))
        .await
        .with(201)["data"]
        .clone();
    assert_eq!(
        (&second["isActive"], &second["versionNumber"]),
        (&json!(false), &json!(2))
    );
    let second = text(&second["_id"]);
    assert_eq!(
        server.get(&agent).await.with(200)["data"]["activeVersionId"],
        first.as_str()
    );

    let activate = server.as_admin("PATCH", &format!("{agent}/versions/{second}/activate"));
    assert_eq!(send(activate).await.with(200)["data"]["isActive"], true);
    assert_eq!(
        server.get(&agent).await.with(200)["data"]["slmModel"],
        "gpt-4o"
    );
    let pin = json!({ "isPinned": true, "label": "good", "description": null });
    let pinned = server
        .send_json("PATCH", &format!("{agent}/versions/{second}"), &pin)
        .await
        .with(200);
    assert_eq!(
        (&pinned["data"]["isPinned"], &pinned["data"]["label"]),
        (&json!(true), &json!("good"))
    );
    let list = server
        .get(&format!("{agent}/versions?isPinned=true&limit=20&skip=0"))
        .await
        .with(200)["data"]
        .clone();
    assert_eq!(
        (&list["total"], list["versions"].as_array().map(Vec::len)),
        (&json!(2), Some(1))
    );
    assert_eq!(list["versions"][0]["activatedByName"], "admin");

    let one = server
        .get(&format!("{agent}/versions/{second}"))
        .await
        .with(200)["data"]
        .clone();
    assert_eq!(one["resolvedConfig"]["llm"]["slmModel"], "gpt-4o");
    let diff = format!("{agent}/versions/diff?versionA={first}&versionB={second}");
    let diff = server.get(&diff).await.with(200)["data"].clone();
    assert_eq!(
        diff["diffs"],
        json!([{"section": "llm", "changes": [{"path": "slmModel", "oldValue": "electron", "newValue": "gpt-4o"}]}])
    );
}

async fn as_the_original_does_now(db: TestDb) {
    let mut settings = Settings::default();
    settings.atoms.branches_only = true;
    let server = Server::with(db, settings).await;
    let agent = format!("/atoms/v1/agent/{}", server.agent("a").await);
    let version = text(&server.get(&agent).await.with(200)["data"]["activeVersionId"]);
    for (method, rest) in [
        ("POST", "/drafts".to_owned()),
        ("GET", "/drafts".to_owned()),
        ("GET", "/versions".to_owned()),
        ("PATCH", format!("/versions/{version}")),
        ("PATCH", format!("/versions/{version}/activate")),
    ] {
        let answer = send(server.as_admin(method, &format!("{agent}{rest}"))).await;
        let body = answer.with(409);
        assert_eq!(
            body["error_type"], "versioning_v2_migration_required",
            "{method} {rest}"
        );
        assert_eq!(answer.header("deprecation"), "true");
    }
    server
        .get(&format!("{agent}/versions/{version}"))
        .await
        .with(200);
    server.get(&format!("{agent}/branches")).await.with(200);
}
