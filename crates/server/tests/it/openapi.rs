//! The description of the API, and whether answers are as it says.

use std::collections::BTreeSet;

use aftercall_store::testing::{Backend, run};
use serde_json::{Value as Json, json};

use crate::support::{Server, finished, send};

#[test]
fn description_and_page_are_open_to_everyone() {
    run(Backend::Sqlite, async |db| {
        let server = Server::start(db).await;
        let answer = send(server.request("GET", "/v1/openapi.json")).await;
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.with(200), aftercall_server::openapi());
        let answer = send(server.request("GET", "/v1/docs")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
    });
}

#[test]
fn the_routes_are_these() {
    let document = aftercall_server::openapi();
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.insert(format!("{method} {path}"));
        }
    }
    let expected = [
        "put /v1/agents/{agentId}/intake/{source}",
        "post /v1/intake/{source}/{agentId}/{secret}",
        "post /v1/intake/{source}/{agentId}",
        "get /v1/agents/{agentId}/intake",
        "get /v1/agents/{agentId}/intake/notices",
        "post /v1/agents/{agentId}/intake/notices/{noticeId}/retry",
        "delete /v1/agents/{agentId}/intake/{source}",
        "post /v1/session",
        "post /v1/models/{endpoint}/test",
        "post /v1/metrics/check",
        "post /v1/agents/{agentId}/try",
        "get /v1/session",
        "get /v1/models",
        "get /v1/jobs/counts",
        "delete /v1/session",
        "delete /v1/calls/{callId}",
        "delete /v1/keys/{keyId}",
        "delete /v1/webhooks/{webhookId}",
        "get /v1/calls",
        "get /v1/calls/{callId}",
        "get /v1/calls/{callId}/payloads",
        "get /v1/deliveries",
        "get /v1/deliveries/{deliveryId}",
        "get /v1/export",
        "get /v1/jobs",
        "get /v1/jobs/{jobId}",
        "get /v1/keys",
        "get /v1/statistics/calls",
        "get /v1/statistics/metrics",
        "get /v1/usage",
        "get /v1/webhooks",
        "get /v1/webhooks/{webhookId}",
        "get /v1/webhooks/{webhookId}/secret",
        "patch /v1/webhooks/{webhookId}",
        "post /v1/calls",
        "post /v1/calls/{callId}/analyses",
        "post /v1/deliveries/{deliveryId}/replay",
        "post /v1/jobs/{jobId}/cancel",
        "post /v1/jobs/{jobId}/retry",
        "post /v1/keys",
        "post /v1/webhooks",
        "post /v1/webhooks/{webhookId}/replay",
        "post /v1/webhooks/{webhookId}/rotate",
        "post /v1/webhooks/{webhookId}/test",
    ];
    assert_eq!(routes, expected.map(str::to_owned).into());
}

#[test]
fn answers_have_the_fields_that_are_described_and_no_others() {
    run(Backend::Sqlite, async |db| {
        let server = Server::start(db).await;
        let agent = server.agent("a").await;
        let accepted = server.call(&finished("c-1", &agent)).await.with(201);
        let document = aftercall_server::openapi();
        fits(&document, "AcceptedCall", &accepted);
        fits(
            &document,
            "WholeCall",
            &server.get("/v1/calls/c-1").await.with(200),
        );
        fits(
            &document,
            "CallPageView",
            &server.get("/v1/calls").await.with(200),
        );
        fits(
            &document,
            "JobPage",
            &server.get("/v1/jobs").await.with(200),
        );
        fits(
            &document,
            "KeyList",
            &server.get("/v1/keys").await.with(200),
        );
        fits(
            &document,
            "Problem",
            &server.get("/v1/calls/none").await.with(404),
        );
        let made = server
            .post("/v1/keys", &json!({ "name": "x", "role": "intake" }))
            .await
            .with(201);
        fits(&document, "MadeKey", &made);
    });
}

/// Every field of the value is described, and every field that is required is there.
fn fits(document: &Json, schema: &str, value: &Json) {
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    check(document, &schema, value, "");
}

fn check(document: &Json, schema: &Json, value: &Json, path: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document
            .pointer(&reference[1..])
            .unwrap_or_else(|| panic!("{reference}"));
        return check(document, target, value, path);
    }
    if let Some(variants) = schema["oneOf"].as_array() {
        // A value or null.
        if !value.is_null() {
            let variant = variants
                .iter()
                .find(|variant| variant["type"] != "null")
                .unwrap();
            check(document, variant, value, path);
        }
        return;
    }
    if let Some(items) = value.as_array() {
        for item in items {
            check(document, &schema["items"], item, &format!("{path}[]"));
        }
    }
    let Some(fields) = value.as_object() else {
        return;
    };
    let (mut described, mut required) = (Vec::new(), Vec::new());
    collect(document, schema, &mut described, &mut required);
    if described.is_empty() {
        return;
    }
    for name in required {
        assert!(fields.contains_key(name), "{path}.{name} is missing");
    }
    for (name, value) in fields {
        let (_, schema) = described
            .iter()
            .find(|(n, _)| *n == name)
            .unwrap_or_else(|| panic!("{path}.{name} is not described"));
        check(document, schema, value, &format!("{path}.{name}"));
    }
}

fn collect<'a>(
    document: &'a Json,
    schema: &'a Json,
    described: &mut Vec<(&'a String, &'a Json)>,
    required: &mut Vec<&'a str>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        return collect(
            document,
            document.pointer(&reference[1..]).unwrap(),
            described,
            required,
        );
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(document, part, described, required);
    }
    described.extend(schema["properties"].as_object().into_iter().flatten());
    required.extend(
        schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Json::as_str),
    );
}

/// The dashboard's types are made from a file, so that building it needs no server.
#[test]
fn the_dashboards_document_is_this_servers() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/openapi.json");
    let document = aftercall_server::openapi();
    if std::env::var_os("AFTERCALL_WRITE_OPENAPI").is_some() {
        let text = serde_json::to_string_pretty(&document).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(
        kept == document,
        "web/openapi.json is an older one: AFTERCALL_WRITE_OPENAPI=1 cargo test -p aftercall-server --test it openapi writes it anew"
    );
}
