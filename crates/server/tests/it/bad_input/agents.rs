//! Agents.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::json;

use super::scene::{Scene, UNKNOWN, case, json_case, unreadable};

on_both!(agents);

async fn agents(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/atoms/v1/agent";
    let one = format!("{path}/{}", scene.agent);
    let unknown = format!("{path}/{UNKNOWN}");
    let mut cases = vec![
        json_case("POST", path, json!({}), 400, "name"),
        json_case("POST", path, json!({ "name": 7 }), 400, "name"),
        json_case(
            "POST",
            path,
            json!({ "name": "x", "globalPrompt": "p".repeat(4001) }),
            400,
            "globalPrompt",
        ),
        json_case(
            "POST",
            path,
            json!({ "name": "x", "allowInboundCall": "yes" }),
            400,
            "allowInboundCall",
        ),
        json_case("POST", path, json!([]), 400, "Expected object"),
        json_case("PATCH", &one, json!({ "name": 7 }), 400, "name"),
        json_case("PATCH", &one, json!({ "globalPrompt": "x" }), 400, "drafts"),
        json_case(
            "PATCH",
            &unknown,
            json!({ "name": "x" }),
            404,
            "Agent not found",
        ),
        case("GET", &unknown, "", 400, "No agent found"),
        case("GET", &format!("{path}/not-an-id"), "", 400, ""),
        case("GET", &format!("{path}?page=x"), "", 400, "page"),
        case(
            "GET",
            &format!("{path}?search={}", "x".repeat(55_000)),
            "",
            400,
            "search: String must contain at most 256 character(s)",
        ),
        case("GET", &format!("{path}?search=%00"), "", 400, "U+0000"),
        case(
            "GET",
            &format!("{path}?archived=perhaps"),
            "",
            400,
            "archived",
        ),
        case(
            "GET",
            &format!("{path}?sortField=weight"),
            "",
            400,
            "sortField",
        ),
        case(
            "DELETE",
            &format!("{unknown}/archive"),
            "",
            404,
            "Agent not found",
        ),
        json_case(
            "POST",
            &format!("{one}/duplicate"),
            json!({}),
            400,
            "targetOrganizationId",
        ),
        json_case(
            "POST",
            &format!("{one}/post-call-analytics"),
            json!({ "dispositionMetrics": [{ "identifier": "A B" }] }),
            400,
            "identifier",
        ),
    ];
    cases.extend(unreadable("POST", path));
    cases.extend(unreadable("PATCH", &one));
    scene.refuses(cases).await;
    scene.asks_for_a_key("POST", path).await;
    scene.asks_for_a_key("PATCH", &one).await;
}
