//! Branches, their drafts and revisions.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Server, send};

on_both!(
    metrics_through_a_branch,
    forks_go_live_and_away,
    two_who_edit_one_draft,
    drafts_are_read_and_given_up,
    revisions_come_back
);

/// A server with one agent.
struct Scene {
    server: Server,
    agent: String,
    /// Its branch Main.
    main: String,
}

impl Scene {
    async fn new(db: TestDb) -> Self {
        let server = Server::start(db).await;
        let agent = server.agent("a").await;
        let branches = server
            .get(&format!("/atoms/v1/agent/{agent}/branches"))
            .await
            .with(200);
        let main = text(&branches["data"]["branches"][0]["branch"]["_id"]);
        Self {
            server,
            agent,
            main,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/atoms/v1/agent/{}{rest}", self.agent)
    }

    fn on_main(&self, rest: &str) -> String {
        self.path(&format!("/branches/{}{rest}", self.main))
    }

    async fn get(&self, path: &str) -> Json {
        self.server.get(path).await.with(200)["data"].clone()
    }

    async fn put_draft(&self, patch: Json) -> Json {
        let answer = self
            .server
            .send_json("PUT", &self.on_main("/draft"), &patch)
            .await;
        answer.with(200)["data"].clone()
    }

    async fn publish(&self, label: Json) -> Json {
        let path = self.on_main("/draft/publish");
        let answer = self
            .server
            .post(&path, &json!({ "label": label }))
            .await
            .with(200);
        assert_eq!(answer["data"]["state"], "committed");
        answer["data"]["revision"].clone()
    }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap().to_owned()
}

async fn metrics_through_a_branch(db: TestDb) {
    let scene = Scene::new(db).await;
    let before = text(&scene.get(&scene.path("")).await["activeVersionId"]);
    let analytics = json!({
        "dispositionMetrics": [{"identifier": "csat", "dispositionMetricPrompt": "Rate 1 to 5", "dispositionMetricType": "INTEGER"}],
        "useInternalAnalyticsModel": true, "useReasoningModel": false,
    });
    let draft = scene
        .put_draft(json!({ "postCallAnalyticsConfig": analytics }))
        .await;
    assert_eq!(
        (&draft["status"], &draft["draftRevision"]),
        (&json!("draft"), &json!(1))
    );

    let diff = scene
        .get(&scene.path(&format!("/diff?a={before}&b={}%3Adraft", scene.main)))
        .await;
    assert_eq!(diff["diffs"].as_array().map(Vec::len), Some(1));
    assert_eq!(diff["diffs"][0]["section"], "analytics");
    let paths: Vec<_> = diff["diffs"][0]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| text(&c["path"]))
        .collect();
    assert!(
        paths.contains(&"postCallAnalyticsConfig.dispositionMetrics[0].identifier".to_owned()),
        "{paths:?}"
    );
    assert!(
        diff["unchangedSections"]
            .as_array()
            .unwrap()
            .contains(&json!("voice"))
    );

    let revision = scene.publish(json!("metrics v1")).await;
    assert_eq!(revision["status"], "published");
    assert_eq!(
        (&revision["label"], &revision["revisionNumber"]),
        (&json!("metrics v1"), &json!(2))
    );
    assert_eq!(
        (&revision["isActive"], &revision["publishedByName"]),
        (&json!(true), &json!("admin"))
    );
    let agent = scene.get(&scene.path("")).await;
    assert_eq!(agent["activeVersionId"], revision["_id"]);
    assert_eq!(
        agent["_resolvedConfig"]["postCallAnalyticsConfig"],
        analytics
    );
    let old = scene
        .get(&scene.path(&format!("?versionId={before}")))
        .await;
    assert_eq!(old["_configSource"], "version");
    assert_eq!(
        old["postCallAnalyticsConfig"]["dispositionMetrics"],
        json!([])
    );

    let list = scene.get(&scene.on_main("/revisions?limit=1")).await;
    assert_eq!(
        (&list["total"], &list["revisions"][0]["_id"]),
        (&json!(2), &revision["_id"])
    );
    let id = text(&revision["_id"]);
    let one = scene.get(&scene.on_main(&format!("/revisions/{id}"))).await;
    assert_eq!(
        one["resolvedConfig"]["analytics"]["postCallAnalyticsConfig"],
        analytics
    );
    assert_eq!(one["resolvedConfig"]["workflow_tools"]["tools"], json!([]));
    let old = scene
        .get(&scene.on_main(&format!("/revisions/{before}")))
        .await;
    let blocks = |revision: &Json| revision["revision"]["blocks"].as_object().unwrap().clone();
    let (old, new) = (blocks(&old), blocks(&one));
    let changed: Vec<_> = new
        .keys()
        .filter(|section| old[*section] != new[*section])
        .collect();
    assert_eq!(changed, ["analytics"]);
    let history = scene
        .get(&scene.on_main(&format!("/revisions/{id}/history")))
        .await;
    assert_eq!(history["publishedBy"], "admin");
    assert_eq!(history["trail"][0]["changedSections"], json!(["analytics"]));
    assert_eq!(history["trail"][1]["revision"]["_id"], before.as_str());
}

async fn forks_go_live_and_away(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = scene.path("/branches");
    let new = json!({ "sourceBranchId": scene.main, "name": "staging" });
    let made = scene.server.post(&path, &new).await.with(201)["data"].clone();
    assert_eq!(
        (&made["name"], &made["isDefault"], &made["status"]),
        (&json!("staging"), &json!(false), &json!("active"))
    );
    let taken = scene.server.post(&path, &new).await.with(409);
    assert_eq!(taken["error_type"], "branch_name_exists");
    let reserved = json!({ "sourceBranchId": scene.main, "name": "main" });
    scene.server.post(&path, &reserved).await.with(409);

    let fork = format!("{path}/{}", text(&made["_id"]));
    let renamed = scene
        .server
        .send_json("PATCH", &fork, &json!({ "name": "st2" }))
        .await
        .with(200);
    assert_eq!(renamed["data"]["name"], "st2");
    // The SDK sends no body here, its helpers an empty object.
    let live = send(scene.server.as_admin("POST", &format!("{fork}/live")))
        .await
        .with(200);
    assert_eq!(live["data"]["isLive"], true);
    let agent = scene.get(&scene.path("")).await;
    assert_eq!(agent["activeVersionId"], made["headRevisionId"]);
    scene
        .server
        .post(&format!("{fork}/archive"), &json!({}))
        .await
        .with(403);
    scene
        .server
        .post(&scene.on_main("/live"), &json!({}))
        .await
        .with(200);
    let archived = send(scene.server.as_admin("POST", &format!("{fork}/archive")))
        .await
        .with(200);
    assert_eq!(archived["data"], json!({ "archived": true }));
    let branches = scene.get(&path).await;
    assert_eq!(branches["branches"].as_array().map(Vec::len), Some(1));
    assert_eq!(branches["branches"][0]["branch"]["name"], "Main");
    scene
        .server
        .send_json(
            "PUT",
            &format!("{fork}/draft"),
            &json!({ "firstMessage": "x" }),
        )
        .await
        .with(403);
    scene
        .server
        .post(&format!("{fork}/live"), &json!({}))
        .await
        .with(403);
    assert_eq!(scene.get(&fork).await["branch"]["status"], "archived");
}

async fn two_who_edit_one_draft(db: TestDb) {
    let scene = Scene::new(db).await;
    let first = scene
        .put_draft(json!({ "firstMessage": "one", "expectedRevision": 0 }))
        .await;
    assert_eq!(first["draftRevision"], 1);
    scene
        .put_draft(json!({ "slmModel": "gpt-4o", "expectedRevision": 1 }))
        .await;

    // A second editor who still has revision 1 is told what changed since.
    let stale = json!({ "firstMessage": "two", "expectedRevision": 1 });
    let refused = scene
        .server
        .send_json("PUT", &scene.on_main("/draft"), &stale)
        .await
        .with(409);
    assert_eq!(refused["errors"], json!(["llm.slmModel"]));
    let conflict = &refused["data"]["conflict"];
    assert_eq!(
        (&conflict["expectedRevision"], &conflict["latestRevision"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(conflict["diffs"][0]["section"], "llm");
    assert_eq!(conflict["diffs"][0]["changes"][0]["newValue"], "gpt-4o");

    // Without a revision both edits stand.
    scene.put_draft(json!({ "globalPrompt": "p" })).await;
    let draft = scene.get(&scene.on_main("/draft")).await;
    assert_eq!(
        (&draft["latest"]["draftRevision"], &draft["editCount"]),
        (&json!(3), &json!(3))
    );
    scene.publish(Json::Null).await;
    let agent = scene.get(&scene.path("")).await;
    assert_eq!(
        (
            &agent["firstMessage"],
            &agent["slmModel"],
            &agent["globalPrompt"]
        ),
        (&json!("one"), &json!("gpt-4o"), &json!("p"))
    );

    let unknown = json!({ "firstMessage": "x", "expectedRevision": 999 });
    let refused = scene
        .server
        .send_json("PUT", &scene.on_main("/draft"), &unknown)
        .await
        .with(409);
    assert_eq!(refused["errors"], json!(["base_revision_unavailable"]));
}

async fn drafts_are_read_and_given_up(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = scene.on_main("/draft");
    scene.server.get(&path).await.with(404);
    scene.server.delete(&path).await.with(404);
    scene
        .server
        .post(&format!("{path}/publish"), &json!({}))
        .await
        .with(404);

    scene
        .put_draft(json!({ "singlePromptConfig": { "prompt": "p", "tools": [] } }))
        .await;
    let draft = scene
        .put_draft(json!({ "singlePromptConfig": { "tools": [{ "name": "t" }] } }))
        .await;
    let read = scene.get(&path).await;
    assert_eq!(read["latest"]["_id"], draft["_id"]);
    let history = read["editHistory"].as_array().unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(
        (&history[0]["changedSections"], &history[0]["editorName"]),
        (&json!(["workflow_tools"]), &json!("admin"))
    );
    assert_eq!(
        (
            &history[1]["revision"]["draftRevision"],
            &history[1]["changedSections"]
        ),
        (&json!(1), &json!(["workflow_prompt"]))
    );
    let shown = scene
        .get(&scene.path(&format!("?draftId={}", text(&draft["_id"]))))
        .await;
    assert_eq!(shown["_configSource"], "draft");
    assert_eq!(shown["_resolvedConfig"]["prompt"], "p");
    assert_eq!(shown["_resolvedConfig"]["tools"], json!([{ "name": "t" }]));
    let summary = scene.get(&scene.on_main("")).await;
    assert_eq!(
        (&summary["hasOpenDraft"], &summary["branch"]["openDraftId"]),
        (&json!(true), &draft["_id"])
    );

    let cancelled = send(
        scene
            .server
            .as_admin("POST", &format!("{path}/publish/cancel")),
    )
    .await
    .with(200);
    assert_eq!(cancelled["data"], json!({ "cancelled": true }));
    assert_eq!(
        scene.server.delete(&path).await.with(200)["data"],
        json!({ "discarded": true })
    );
    scene.server.get(&path).await.with(404);
    assert_eq!(
        scene.get(&scene.path("")).await["_resolvedConfig"]["prompt"],
        ""
    );
}

async fn revisions_come_back(db: TestDb) {
    let scene = Scene::new(db).await;
    for message in ["one", "two"] {
        scene.put_draft(json!({ "firstMessage": message })).await;
        scene.publish(json!(message)).await;
    }
    let list = scene.get(&scene.on_main("/revisions")).await;
    let ids: Vec<_> = list["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| text(&r["_id"]))
        .collect();
    let restore = |id: &str| scene.on_main(&format!("/revisions/{id}/restore"));
    send(scene.server.as_admin("POST", &restore(&ids[0])))
        .await
        .with(409);
    let restored = send(scene.server.as_admin("POST", &restore(&ids[1])))
        .await
        .with(200)["data"]
        .clone();
    assert_eq!(restored["state"], "committed");
    let revision = &restored["revision"];
    assert_eq!(
        (
            &revision["restoredFromRevisionId"],
            &revision["restoredFromLabel"]
        ),
        (&json!(ids[1]), &json!("one"))
    );
    assert_eq!(revision["revisionNumber"], 4);
    let agent = scene.get(&scene.path("")).await;
    assert_eq!(
        (&agent["firstMessage"], &agent["activeVersionId"]),
        (&json!("one"), &revision["_id"])
    );

    let other = json!({ "sourceBranchId": scene.main, "name": "other" });
    let other = scene
        .server
        .post(&scene.path("/branches"), &other)
        .await
        .with(201);
    let other = text(&other["data"]["_id"]);
    let path = scene.path(&format!("/branches/{other}/revisions/{}", ids[0]));
    scene.server.get(&path).await.with(400);
    scene.server.get(&format!("{path}/history")).await.with(400);
    scene
        .server
        .post(&format!("{path}/restore"), &json!({}))
        .await
        .with(400);
}
