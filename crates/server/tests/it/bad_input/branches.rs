//! Branches, drafts and versions.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use super::scene::{Scene, UNKNOWN, case, json_case, unreadable};

on_both!(branches, drafts);

async fn branches(db: TestDb) {
    let scene = Scene::new(db).await;
    let base = format!("/atoms/v1/agent/{}/branches", scene.agent);
    let one = format!("{base}/{}", scene.branch);
    let draft = format!("{one}/draft");
    let metrics =
        |metric: Json| json!({ "postCallAnalyticsConfig": { "dispositionMetrics": [metric] } });
    let mut cases = vec![
        json_case("POST", &base, json!({ "name": "x" }), 400, "sourceBranchId"),
        json_case(
            "POST",
            &base,
            json!({ "sourceBranchId": scene.branch }),
            400,
            "name",
        ),
        json_case(
            "POST",
            &base,
            json!({ "sourceBranchId": scene.branch, "name": "x".repeat(101) }),
            400,
            "name",
        ),
        json_case(
            "POST",
            &base,
            json!({ "sourceBranchId": UNKNOWN, "name": "x" }),
            404,
            "Branch not found",
        ),
        case(
            "GET",
            &format!("{base}/{UNKNOWN}"),
            "",
            404,
            "Branch not found",
        ),
        json_case("PATCH", &one, json!({ "name": "x" }), 403, ""),
        case("POST", &format!("{one}/archive"), "", 403, ""),
        json_case(
            "PUT",
            &draft,
            json!({ "expectedRevision": 1, "globalPrompt": "x" }),
            409,
            "latestRevision",
        ),
        json_case(
            "PUT",
            &draft,
            json!({ "expectedRevision": 999, "globalPrompt": "x" }),
            409,
            "base_revision_unavailable",
        ),
        json_case(
            "PUT",
            &draft,
            json!({ "expectedRevision": "two", "globalPrompt": "x" }),
            400,
            "expectedRevision",
        ),
        json_case(
            "PUT",
            &draft,
            json!({ "analytics": {} }),
            400,
            "No recognized config fields",
        ),
        json_case("PUT", &draft, json!({}), 400, "No recognized config fields"),
        json_case(
            "PUT",
            &draft,
            json!({ "globalPrompt": 7 }),
            400,
            "globalPrompt",
        ),
        json_case(
            "PUT",
            &draft,
            metrics(json!({ "identifier": "x", "dispositionMetricPrompt": "p" })),
            400,
            "dispositionMetricType",
        ),
        json_case(
            "PUT",
            &draft,
            metrics(json!({ "identifier": "x", "dispositionMetricPrompt": "p",
            "dispositionMetricType": "ENUM" })),
            400,
            "choices",
        ),
        json_case(
            "POST",
            &format!("{draft}/publish"),
            json!({ "label": "l".repeat(201) }),
            400,
            "label",
        ),
        case(
            "GET",
            &format!("{one}/revisions/{UNKNOWN}"),
            "",
            404,
            "not found",
        ),
        case("GET", &format!("{one}/revisions?limit=x"), "", 400, "limit"),
        case(
            "GET",
            &format!("/atoms/v1/agent/{}/diff?a={}", scene.agent, scene.version),
            "",
            400,
            "b",
        ),
    ];
    cases.extend(unreadable("PUT", &draft));
    scene.refuses(cases).await;
    scene.asks_for_a_key("PUT", &draft).await;
    scene
        .asks_for_a_key("POST", &format!("{draft}/publish"))
        .await;
}

async fn drafts(db: TestDb) {
    let scene = Scene::new(db).await;
    let base = format!("/atoms/v1/agent/{}", scene.agent);
    let one = format!("{base}/drafts/{}", scene.draft);
    let mut cases = vec![
        json_case(
            "POST",
            &format!("{base}/drafts"),
            json!({}),
            400,
            "sourceVersionId",
        ),
        json_case(
            "POST",
            &format!("{base}/drafts"),
            json!({ "sourceVersionId": 7 }),
            400,
            "sourceVersionId",
        ),
        json_case(
            "POST",
            &format!("{base}/drafts"),
            json!({ "sourceVersionId": UNKNOWN }),
            404,
            "not found",
        ),
        json_case(
            "PATCH",
            &one,
            json!({ "draftName": "x".repeat(101) }),
            400,
            "draftName",
        ),
        json_case("PATCH", &one, json!({}), 400, "draftName"),
        json_case(
            "PATCH",
            &format!("{one}/config"),
            json!({ "name": "x" }),
            400,
            "No recognized config fields",
        ),
        json_case(
            "PATCH",
            &format!("{one}/config"),
            json!({ "firstMessage": [] }),
            400,
            "firstMessage",
        ),
        json_case(
            "PATCH",
            &format!("{base}/drafts/{UNKNOWN}/config"),
            json!({ "firstMessage": "x" }),
            404,
            "not found",
        ),
        json_case(
            "POST",
            &format!("{one}/publish"),
            json!({ "activate": "yes" }),
            400,
            "activate",
        ),
        json_case(
            "PATCH",
            &format!("{base}/versions/{}", scene.version),
            json!({}),
            400,
            "label",
        ),
        json_case(
            "PATCH",
            &format!("{base}/versions/{}", scene.version),
            json!({ "isPinned": 1 }),
            400,
            "isPinned",
        ),
        case(
            "PATCH",
            &format!("{base}/versions/{UNKNOWN}/activate"),
            "",
            404,
            "not found",
        ),
        case(
            "GET",
            &format!("{base}/versions/{UNKNOWN}"),
            "",
            404,
            "not found",
        ),
    ];
    cases.extend(unreadable("PATCH", &format!("{one}/config")));
    scene.refuses(cases).await;
    scene
        .asks_for_a_key("PATCH", &format!("{one}/config"))
        .await;
}
