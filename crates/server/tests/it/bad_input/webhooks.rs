//! Webhooks and deliveries.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::json;

use super::scene::{Scene, UNKNOWN, case, json_case, unreadable};

on_both!(of_our_own, of_the_compatible_api);

const URL: &str = "https://example.com/hook";

async fn of_our_own(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/v1/webhooks";
    let one = format!("{path}/{UNKNOWN}");
    let new = |more: serde_json::Value| {
        let mut body = json!({"url": URL, "events": ["post-conversation"]});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let mut cases = vec![
        json_case("POST", path, json!({}), 422, "url"),
        json_case("POST", path, json!({"url": URL}), 422, "events"),
        json_case("POST", path, new(json!({"url": 7})), 422, "must be a text"),
        json_case("POST", path, new(json!({"url": "hook"})), 422, "url"),
        json_case(
            "POST",
            path,
            new(json!({"url": "file:///etc/passwd"})),
            422,
            "url",
        ),
        json_case(
            "POST",
            path,
            new(json!({"url": "http://u:p@example.com/"})),
            422,
            "user name",
        ),
        json_case(
            "POST",
            path,
            new(json!({"url": format!("{URL}/{}", "x".repeat(3000))})),
            422,
            "2048",
        ),
        json_case(
            "POST",
            path,
            new(json!({"events": "all"})),
            422,
            "must be a list",
        ),
        json_case(
            "POST",
            path,
            new(json!({"events": ["post_conversation"]})),
            422,
            "events[0]",
        ),
        json_case(
            "POST",
            path,
            new(json!({"agents": ["x"]})),
            422,
            "agents[0]",
        ),
        json_case(
            "POST",
            path,
            new(json!({"agents": [UNKNOWN]})),
            404,
            "Agent not found",
        ),
        json_case(
            "POST",
            path,
            new(json!({"filter": {"csat.between": "1"}})),
            422,
            "metric.csat.between",
        ),
        json_case(
            "POST",
            path,
            new(json!({"filter": {"csat": [1]}})),
            422,
            "filter",
        ),
        json_case(
            "POST",
            path,
            new(json!({"headers": {"Host": "x"}})),
            422,
            "Host",
        ),
        json_case(
            "POST",
            path,
            new(json!({"headers": {"a b": "x"}})),
            422,
            "a b",
        ),
        json_case(
            "POST",
            path,
            new(json!({"headers": {"a": "x\r\ny: z"}})),
            422,
            "headers",
        ),
        json_case(
            "POST",
            path,
            new(json!({"headers": {"a": "x".repeat(1025)}})),
            422,
            "1024",
        ),
        json_case(
            "POST",
            path,
            new(json!({"concurrency": 0})),
            422,
            "concurrency",
        ),
        json_case(
            "POST",
            path,
            new(json!({"concurrency": 1.5})),
            422,
            "concurrency",
        ),
        json_case("POST", path, new(json!({"paused": "yes"})), 422, "paused"),
        json_case(
            "POST",
            path,
            new(json!({"secret": "x"})),
            422,
            "is not known here",
        ),
        case("GET", &one, "", 404, "Webhook not found"),
        json_case(
            "PATCH",
            &one,
            json!({"paused": true}),
            404,
            "Webhook not found",
        ),
        json_case("PATCH", &one, json!({"agents": []}), 422, "events"),
        case("DELETE", &one, "", 404, "Webhook not found"),
        case(
            "GET",
            &format!("{one}/secret"),
            "",
            404,
            "Webhook not found",
        ),
        json_case(
            "POST",
            &format!("{one}/rotate"),
            json!({}),
            404,
            "Webhook not found",
        ),
        json_case(
            "POST",
            &format!("{one}/rotate"),
            json!({"hours": -1}),
            422,
            "hours",
        ),
        json_case(
            "POST",
            &format!("{one}/test"),
            json!({}),
            404,
            "Webhook not found",
        ),
        json_case(
            "POST",
            &format!("{one}/replay"),
            json!({}),
            404,
            "Webhook not found",
        ),
        json_case(
            "POST",
            &format!("{one}/replay"),
            json!({"from": "soon"}),
            422,
            "from",
        ),
        case("GET", "/v1/deliveries?state=lost", "", 400, "state"),
        case("GET", "/v1/deliveries?page=0", "", 400, "page"),
        case("GET", "/v1/deliveries?limit=201", "", 400, "limit"),
        case("GET", "/v1/deliveries?event=x", "", 400, "event"),
        case("GET", "/v1/deliveries?from=today", "", 400, "from"),
        case(
            "GET",
            "/v1/deliveries?webhook=x",
            "",
            400,
            "is not known here",
        ),
        case(
            "GET",
            &format!("/v1/deliveries/{UNKNOWN}"),
            "",
            404,
            "Delivery not found",
        ),
        json_case(
            "POST",
            &format!("/v1/deliveries/{UNKNOWN}/replay"),
            json!({}),
            404,
            "Delivery not found",
        ),
    ];
    cases.extend(unreadable("POST", path));
    cases.extend(unreadable("PATCH", &one));
    scene.refuses(cases).await;
}

async fn of_the_compatible_api(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/atoms/v1/webhook";
    let one = format!("{path}/{UNKNOWN}");
    let of_agent = format!("/atoms/v1/agent/{}/webhook-subscriptions", scene.agent);
    let of_nobody = format!("/atoms/v1/agent/{UNKNOWN}/webhook-subscriptions");
    let new = |more: serde_json::Value| {
        let mut body = json!({"endpoint": URL, "description": "", "events": []});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        body
    };
    let event = |agent: &str, event: &str| json!([{"agentId": agent, "eventType": event}]);
    let mut cases = vec![
        json_case("POST", path, json!({}), 400, "endpoint"),
        json_case(
            "POST",
            path,
            json!({"endpoint": URL, "events": []}),
            400,
            "description: Required",
        ),
        json_case(
            "POST",
            path,
            json!({"endpoint": URL, "description": ""}),
            400,
            "events: Required",
        ),
        json_case(
            "POST",
            path,
            new(json!({"endpoint": "http://10.0.0.1/"})),
            400,
            "endpoint: must lead to",
        ),
        json_case(
            "POST",
            path,
            new(json!({"events": {}})),
            400,
            "Expected array",
        ),
        json_case(
            "POST",
            path,
            new(json!({"events": ["x"]})),
            400,
            "events[0].agentId",
        ),
        json_case(
            "POST",
            path,
            new(json!({"events": event(&scene.agent, "call.end")})),
            400,
            "events[0].eventType",
        ),
        json_case(
            "POST",
            path,
            new(json!({"events": event(UNKNOWN, "post-conversation")})),
            400,
            "Agent not found",
        ),
        json_case("PATCH", &one, json!({}), 400, "body"),
        json_case("PATCH", &one, json!({"name": "x"}), 400, "body"),
        case(
            "GET",
            &format!("{path}?webhookId=zz"),
            "",
            400,
            "Webhook ID is invalid",
        ),
        json_case(
            "PATCH",
            &one,
            json!({"headers": {"X-Signature": "x"}}),
            400,
            "X-Signature",
        ),
        json_case(
            "PATCH",
            &one,
            json!({"headers": {"a": 7}}),
            400,
            "headers.a",
        ),
        json_case(
            "PATCH",
            &one,
            json!({"headers": []}),
            400,
            "Expected object",
        ),
        json_case(
            "PATCH",
            &one,
            json!({"description": "x"}),
            404,
            "Webhook not found",
        ),
        case(
            "DELETE",
            &format!("{path}/x"),
            "",
            400,
            "The provided Webhook ID is invalid.",
        ),
        case("DELETE", &one, "", 404, "Webhook not found"),
        case(
            "GET",
            &format!("{path}?webhookId={UNKNOWN}"),
            "",
            404,
            "Webhook not found",
        ),
        case("GET", &of_nobody, "", 404, "Agent not found"),
        case("DELETE", &of_nobody, "", 404, "Agent not found"),
        json_case("POST", &of_agent, json!({}), 400, "webhookId: Required"),
        json_case(
            "POST",
            &of_agent,
            json!({"webhookId": "x", "eventTypes": ["post-conversation"]}),
            400,
            "webhookId",
        ),
        json_case(
            "POST",
            &of_agent,
            json!({"webhookId": UNKNOWN, "eventTypes": []}),
            400,
            "eventTypes",
        ),
        json_case(
            "POST",
            &of_agent,
            json!({"webhookId": UNKNOWN, "eventTypes": ["x"]}),
            400,
            "eventTypes[0]",
        ),
        json_case(
            "POST",
            &of_agent,
            json!({"webhookId": UNKNOWN, "eventTypes": ["post-conversation"]}),
            404,
            "Webhook not found",
        ),
    ];
    cases.extend(unreadable("POST", path));
    cases.extend(unreadable("POST", &of_agent));
    scene.refuses(cases).await;
}
