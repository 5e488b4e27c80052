//! Calls of the compatible API, and the stateless analyser.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::json;

use super::scene::{Scene, case, json_case, unreadable};

on_both!(conversations, analyser);

async fn conversations(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/atoms/v1/conversation";
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let mut cases = vec![
        json_case("POST", &format!("{path}/search"), json!({}), 400, "callIds"),
        json_case(
            "POST",
            &format!("{path}/search"),
            json!({ "callIds": "x" }),
            400,
            "callIds",
        ),
        json_case(
            "POST",
            &format!("{path}/search"),
            json!({ "callIds": [7] }),
            400,
            "[\"callIds[0]: Expected string, received number\"]",
        ),
        json_case(
            "POST",
            &format!("{path}/search"),
            json!({ "callIds": many }),
            400,
            "[\"callIds: Array must contain at most 100 element(s)\"]",
        ),
        json_case(
            "POST",
            &format!("{path}/search"),
            json!({ "callIds": [] }),
            400,
            "callIds: Array must contain at least 1 element(s)",
        ),
        json_case("POST", &format!("{path}/cancel"), json!({}), 400, "callId"),
        json_case(
            "POST",
            &format!("{path}/cancel"),
            json!({ "callId": "none" }),
            404,
            "not found",
        ),
        case(
            "GET",
            &format!("{path}/CALL-1737000000000-ffffff"),
            "",
            404,
            "not found",
        ),
        case("GET", &format!("{path}?page=x"), "", 400, "page"),
        case("GET", &format!("{path}?dateFrom=x"), "", 400, "dateFrom"),
        case("GET", &format!("{path}?sortBy=weight"), "", 400, "sortBy"),
        case("GET", "/atoms/v1/events", "", 400, "callId"),
        case(
            "GET",
            &format!("{path}?durationFilter={}", "0-30,".repeat(3_000)),
            "",
            400,
            "durationFilter: Array must contain at most 500 element(s)",
        ),
        case(
            "GET",
            &format!("{path}?agentIds={}", "a,".repeat(501)),
            "",
            400,
            "agentIds: Array",
        ),
        case(
            "GET",
            &format!("{path}?search={}", "x".repeat(55_000)),
            "",
            400,
            "search: String must contain at most 256 character(s)",
        ),
        case("GET", &format!("{path}?search=%00"), "", 400, "U+0000"),
    ];
    cases.extend(unreadable("POST", &format!("{path}/search")));
    scene.refuses(cases).await;
    scene
        .asks_for_a_key("POST", &format!("{path}/search"))
        .await;
}

async fn analyser(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/waves/v1/pca";
    let metric = |kind: &str| json!([{ "identifier": "x", "dispositionMetricPrompt": "p", "dispositionMetricType": kind }]);
    let mut cases = vec![
        json_case("POST", path, json!({}), 400, "transcript"),
        json_case(
            "POST",
            path,
            json!({ "transcript": 7, "dispositionMetrics": [] }),
            400,
            "transcript",
        ),
        json_case(
            "POST",
            path,
            json!({ "transcript": "User: hi", "dispositionMetrics": "x" }),
            400,
            "dispositionMetrics",
        ),
        json_case(
            "POST",
            path,
            json!({ "transcript": "User: hi", "dispositionMetrics": metric("FLOAT") }),
            400,
            "dispositionMetricType",
        ),
        json_case(
            "POST",
            path,
            json!({ "transcript": "User: hi", "dispositionMetrics": metric("ENUM") }),
            400,
            "choices",
        ),
        json_case(
            "POST",
            &format!("{path}/generate"),
            json!({}),
            400,
            "prompt",
        ),
    ];
    cases.extend(unreadable("POST", path));
    scene.refuses(cases).await;
    scene.asks_for_a_key("POST", path).await;
}
