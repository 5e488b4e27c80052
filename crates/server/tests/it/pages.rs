//! Lists of calls: pages and filters.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Server, finished};

on_both!(
    pages_show_every_call_once,
    filters_are_held,
    what_is_wrong_in_a_query_is_told
);

fn ids(page: &Json) -> Vec<String> {
    let calls = page["calls"].as_array().unwrap();
    calls
        .iter()
        .map(|call| call["callId"].as_str().unwrap().to_owned())
        .collect()
}

async fn pages_show_every_call_once(db: TestDb) {
    let server = Server::start(db).await;
    let agent = server.agent("a").await;
    for n in 0..7 {
        server
            .call(&finished(&format!("c-{n}"), &agent))
            .await
            .with(201);
    }
    let mut seen = Vec::new();
    let mut path = "/v1/calls?limit=3".to_owned();
    loop {
        let page = server.get(&path).await.with(200);
        seen.extend(ids(&page));
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/v1/calls?limit=3&cursor={cursor}");
    }
    let all = ids(&server.get("/v1/calls").await.with(200));
    assert_eq!(seen, all);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
}

async fn filters_are_held(db: TestDb) {
    let server = Server::start(db).await;
    let (a, b) = (server.agent("a").await, server.agent("b").await);
    let mut first = finished("first", &a);
    first["duration"] = json!(10);
    let mut second = finished("second", &b);
    second["type"] = json!("telephony_inbound");
    second["from"] = json!("+4930222");
    second["duration"] = json!(100);
    second["isTest"] = json!(true);
    let mut third = finished("third", &b);
    third["status"] = json!("in_progress");
    for call in [&first, &second, &third] {
        server.call(call).await.with(201);
    }
    for (query, expected) in [
        (format!("agentId={a}"), vec!["first"]),
        (
            format!("agentId={a},{b}&finished=true"),
            vec!["first", "second"],
        ),
        ("type=telephony_inbound,chat".to_owned(), vec!["second"]),
        ("status=in_progress".to_owned(), vec!["third"]),
        ("finished=false".to_owned(), vec!["third"]),
        ("isTest=true".to_owned(), vec!["second"]),
        ("minSeconds=5&maxSeconds=100".to_owned(), vec!["first"]),
        ("minSeconds=100".to_owned(), vec!["second"]),
        ("search=30222".to_owned(), vec!["second"]),
        ("search=IR".to_owned(), vec!["first", "third"]),
        (
            "startedFrom=2026-03-01T09:00:00Z&startedTo=2026-03-01T10:00:00%2B01:00".to_owned(),
            vec!["first", "second", "third"],
        ),
        ("createdTo=2020-01-01T00:00:00Z".to_owned(), vec![]),
        (
            "from=2026-03-01T09:00:00Z&to=2026-03-01T09:00:00.000001Z".to_owned(),
            vec!["first", "second", "third"],
        ),
        ("to=2026-03-01T09:00:00Z".to_owned(), vec![]),
        ("from=2026-03-01T10:00:00.1%2B01:00".to_owned(), vec![]),
        ("analysed=true".to_owned(), vec![]),
        ("isRetry=true".to_owned(), vec![]),
        ("metric.csat.lt=3".to_owned(), vec![]),
        ("agentId=".to_owned(), vec!["first", "second", "third"]),
    ] {
        let mut found = ids(&server.get(&format!("/v1/calls?{query}")).await.with(200));
        found.sort();
        assert_eq!(found, expected, "{query}");
    }
}

async fn what_is_wrong_in_a_query_is_told(db: TestDb) {
    let server = Server::start(db).await;
    for (query, status, field) in [
        ("limit=0", 400, "limit"),
        ("limit=201", 400, "limit"),
        ("limit=x", 400, "limit"),
        ("limit=1&limit=2", 400, "limit"),
        ("finished=maybe", 400, "finished"),
        ("createdFrom=yesterday", 400, "createdFrom"),
        ("from=yesterday", 400, "from"),
        ("to=2026-03-01", 400, "to"),
        ("agent=x", 400, "agent"),
        ("metric.csat.below=3", 400, "metric.csat.below"),
        ("metric.CSAT=3", 400, "metric.CSAT"),
        ("metric.csat.lt=few", 400, "metric.csat.lt"),
        ("cursor=nonsense", 422, "cursor"),
        ("search=%ff", 400, "query"),
    ] {
        let problem = server.get(&format!("/v1/calls?{query}")).await.with(status);
        assert!(
            problem["detail"].as_str().unwrap().contains(field),
            "{query}: {problem}"
        );
    }
    let problem = server.get("/v1/calls?limit=0&agent=x").await.with(400);
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
}
