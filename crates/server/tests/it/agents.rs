//! Agents of the compatible API, their metrics in one step, and who asks.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Server, send};

on_both!(
    life_of_an_agent,
    lists_of_agents,
    metrics_in_one_step,
    what_is_not_ours_comes_back_untouched,
    who_asks
);

const AGENT: &str = "/atoms/v1/agent";

async fn life_of_an_agent(db: TestDb) {
    let server = Server::start(db).await;
    let request = json!({
        "name": "Support", "description": null, "globalPrompt": "p", "firstMessage": "Hi",
        "telephonyProductId": ["t1"], "allowInboundCall": false, "language": {"supported": ["en", "hi"]},
    });
    let made = server.post(AGENT, &request).await.with(201);
    assert_eq!(made["status"], true);
    let id = made["data"].as_str().unwrap();
    assert_eq!(id.len(), 24);
    let one = format!("{AGENT}/{id}");

    let agent = server.get(&one).await.with(200)["data"].clone();
    assert_eq!(agent["_id"], id);
    assert_eq!(agent["activeVersionId"], agent["versionId"]);
    assert_eq!(agent["_configSource"], "active");
    assert_eq!(agent["description"], "");
    assert_eq!(agent["telephonyProductId"], json!(["t1"]));
    assert_eq!(agent["allowInboundCall"], false);
    assert_eq!(agent["slmModel"], "electron");
    assert_eq!(agent["totalCalls"], 0);
    let resolved = &agent["_resolvedConfig"];
    assert_eq!(resolved["modelName"], "electron");
    assert_eq!(resolved["defaultLanguage"], "en");
    assert_eq!(resolved["supportedLanguages"], json!(["en", "hi"]));
    assert_eq!(resolved["redactionConfig"]["isEnabled"], true);
    assert_eq!(
        resolved["postCallAnalyticsConfig"]["useInternalAnalyticsModel"],
        true
    );
    assert!(resolved.get("allowInboundCall").is_none() && resolved.get("name").is_none());

    let changed = json!({ "name": "Support 2", "description": "d", "visibleToEveryone": false });
    assert_eq!(
        server.send_json("PATCH", &one, &changed).await.with(200)["data"],
        id
    );
    let agent = server.get(&format!("{one}/")).await.with(200)["data"].clone();
    assert_eq!(agent["name"], "Support 2");
    assert_eq!(agent["visibleToEveryone"], false);

    let archive = format!("{one}/archive");
    let archived = server.delete(&archive).await.with(200);
    assert_eq!(archived["data"]["message"], "Agent archived");
    assert_eq!(
        server.delete(&archive).await.with(409)["errors"][0],
        "Agent is already archived"
    );
    let copy = json!({ "targetOrganizationId": agent["organization"] });
    let refused = server
        .post(&format!("{one}/duplicate"), &copy)
        .await
        .with(400);
    assert_eq!(refused["errors"][0], "Cannot duplicate an archived agent");
    let back = server
        .delete(&format!("{archive}?on=false"))
        .await
        .with(200);
    assert_eq!(back["data"]["message"], "Agent unarchived");
    let again = server
        .delete(&format!("{archive}?on=false"))
        .await
        .with(409);
    assert_eq!(again["errors"][0], "Agent is already active");

    let copied = server
        .post(&format!("{one}/duplicate"), &copy)
        .await
        .with(201);
    let copied = copied["data"]["_id"].as_str().unwrap();
    let copied = server.get(&format!("{AGENT}/{copied}")).await.with(200);
    assert_eq!(copied["data"]["firstMessage"], "Hi");
    let elsewhere = json!({ "targetOrganizationId": "000000000000000000000000" });
    server
        .post(&format!("{one}/duplicate"), &elsewhere)
        .await
        .with(403);
}

async fn lists_of_agents(db: TestDb) {
    let server = Server::start(db).await;
    for name in ["alpha", "Beta", "gamma ray"] {
        server.agent(name).await;
    }
    let list = async |query: &str| {
        let answer = server.get(&format!("{AGENT}?{query}")).await.with(200);
        let data = answer["data"].clone();
        let names: Vec<_> = data["agents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["name"].clone())
            .collect();
        (data, Json::from(names))
    };
    let (data, names) = list("sortField=name&sortOrder=asc&limit=1").await;
    assert_eq!(names, json!(["alpha", "Beta", "gamma ray"]));
    assert_eq!(
        (&data["total"], &data["totalCount"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(
        (&data["totalPages"], &data["hasMore"]),
        (&json!(1), &json!(false))
    );
    assert_eq!(data["isSearchResults"], false);
    assert!(data["agents"][0].get("_resolvedConfig").is_none());
    let (data, names) = list("sortField=name&sortOrder=asc&page=2&offset=2").await;
    assert_eq!(names, json!(["gamma ray"]));
    assert_eq!(
        (&data["totalPages"], &data["hasMore"]),
        (&json!(2), &json!(false))
    );
    let (data, names) = list("search=BET").await;
    assert_eq!(names, json!(["Beta"]));
    assert_eq!(data["isSearchResults"], true);
    let (_, names) = list("page=1&offset=100000000&type=single_prompt&sortField=totalCalls").await;
    assert_eq!(names.as_array().map(Vec::len), Some(3));
    assert_eq!(list("archived=true").await.1, json!([]));
    assert_eq!(list("type=workflow_graph").await.1, json!([]));
}

async fn metrics_in_one_step(db: TestDb) {
    let server = Server::start(db).await;
    let id = server.agent("a").await;
    let path = format!("{AGENT}/{id}/post-call-analytics");
    let empty = server.get(&path).await.with(200);
    assert_eq!(empty["data"]["dispositionMetrics"], json!([]));
    assert_eq!(empty["data"]["useInternalAnalyticsModel"], true);

    let metrics = json!([
        {"identifier": "a", "dispositionMetricPrompt": "A?", "dispositionValues": {"type": "BOOLEAN"}, "choices": null},
        {"identifier": "b", "dispositionMetricPrompt": "B?", "dispositionMetricType": "ENUM", "choices": ["x", "none"], "own": 1},
    ]);
    let before = active(&server, &id).await;
    let set = json!({ "summaryPrompt": null, "dispositionMetrics": metrics });
    let answer = server.post(&path, &set).await.with(200);
    let expected = json!([
        {"identifier": "a", "dispositionMetricPrompt": "A?", "dispositionMetricType": "BOOLEAN"},
        {"identifier": "b", "dispositionMetricPrompt": "B?", "dispositionMetricType": "ENUM", "choices": ["x", "none"], "own": 1},
    ]);
    assert_eq!(answer["data"]["dispositionMetrics"], expected);
    assert_ne!(active(&server, &id).await, before);
    server
        .post(&path, &json!({ "useReasoningModel": true }))
        .await
        .with(200);
    let now = server.get(&path).await.with(200);
    assert_eq!(
        now["data"],
        json!({ "dispositionMetrics": expected, "useReasoningModel": true })
    );
    server.post(&path, &json!({})).await.with(400);
    server
        .get(&format!(
            "{AGENT}/000000000000000000000000/post-call-analytics"
        ))
        .await
        .with(404);
}

async fn active(server: &Server, id: &str) -> Json {
    server.get(&format!("{AGENT}/{id}")).await.with(200)["data"]["activeVersionId"].clone()
}

async fn what_is_not_ours_comes_back_untouched(db: TestDb) {
    let server = Server::start(db).await;
    let own = json!({ "deep": [{ "z": 1, "a": [null, 1.0, "\u{0} ü"] }], "n": 1e300, "x": null, "o": { "y": null } });
    let id = server
        .post(AGENT, &json!({ "name": "a", "madeUp": own }))
        .await
        .with(201);
    let id = id["data"].as_str().unwrap();
    let agent = server.get(&format!("{AGENT}/{id}")).await.with(200)["data"].clone();
    assert_eq!(agent["madeUp"].to_string(), own.to_string());
    assert_eq!(
        agent["_resolvedConfig"]["madeUp"].to_string(),
        own.to_string()
    );
}

async fn who_asks(db: TestDb) {
    let server = Server::start(db).await;
    let user = server.get("/atoms/v1/user").await.with(200)["data"].clone();
    assert_eq!(user["firstName"], "admin");
    assert!(user["lastName"].is_string() && user["userEmail"].is_string());
    let subscription = server.get("/api/v1/user/subscription").await.with(200);
    assert_eq!(subscription["data"]["organization"], user["organizationId"]);
    let account = server
        .get("/atoms/v1/account/get-account-details")
        .await
        .with(200);
    assert_eq!(account["organizations"][0]["orgId"], user["organizationId"]);
    assert_eq!(account["organizations"][0]["roleId"], 0);
    let viewer = server
        .request("GET", "/atoms/v1/user")
        .bearer_auth(&server.viewer);
    assert_eq!(send(viewer).await.with(200)["data"]["firstName"], "viewer");

    let templates = server
        .get("/atoms/v1/disposition-metric-templates")
        .await
        .with(200);
    assert_eq!(templates["success"], true);
    let templates = templates["data"].as_array().unwrap();
    assert!(templates.len() >= 30);
    // What the library holds can be set as it is.
    let id = server.agent("a").await;
    let path = format!("{AGENT}/{id}/post-call-analytics");
    server
        .post(&path, &json!({ "dispositionMetrics": templates }))
        .await
        .with(200);
}
