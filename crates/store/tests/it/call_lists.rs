//! Lists of calls: filters, orders, pages.

use std::collections::BTreeSet;

use aftercall_store::calls::{
    Attempts, Bound, CallFilter, CallOrder, CallPage, CallSort, Comparison, DurationRange,
    MetricFilter, MetricTest,
};
use aftercall_store::testing::TestDb;
use aftercall_store::{Order, Random, SeededRandom, Store, StoreError, on_both};
use jiff::SignedDuration;
use serde_json::json;

use crate::help::{agent, agent_of_slot, claim_one, failed, finish, send, sent};

on_both!(
    every_filter_holds,
    calls_are_found_by_their_answers,
    bounds_are_exact,
    only_the_current_analysis_counts,
    lists_have_an_order,
    pages_miss_nothing_and_repeat_nothing,
    a_cursor_is_of_its_filter,
    a_search_finds_long_numbers_and_letters_of_any_size,
);

fn order(sort: CallSort, order: Order) -> CallOrder {
    CallOrder {
        page: 1,
        limit: 100,
        sort,
        order,
    }
}

/// The ids of the calls that pass, in the order of their coming.
async fn found(store: &Store, filter: &CallFilter) -> Vec<String> {
    let oldest_first = order(CallSort::CreatedAt, Order::Asc);
    let list = store.list_calls(filter, &oldest_first).await.unwrap();
    assert_eq!(list.total, list.items.len() as u64);
    let by_number: Vec<String> = list
        .items
        .into_iter()
        .map(|item| item.call.call_id)
        .collect();
    let page = store.page_calls(filter, None, 100).await.unwrap();
    let mut by_cursor = ids(&page);
    by_cursor.reverse();
    assert_eq!(by_number, by_cursor);
    by_number
}

fn ids(page: &CallPage) -> Vec<String> {
    page.items
        .iter()
        .map(|item| item.call.call_id.clone())
        .collect()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

async fn every_filter_holds(db: TestDb) {
    let (a, b) = (agent(&db.store).await, agent(&db.store).await);
    let start = db.store.now();
    for (agent, file) in [
        (
            &a,
            json!({
                "callId": "One_1", "type": "webcall", "status": "completed", "from": "+491", "startedAt": "2026-03-01T09:00:00Z",
                "extra": {"duration": 12, "disconnectionReason": "user_hangup", "campaignId": "k"},
            }),
        ),
        (
            &b,
            json!({
                "callId": "two%2", "type": "telephony_inbound", "status": "failed", "to": "+492",
                "startedAt": "2026-03-02T09:00:00Z", "extra": {"duration": 30, "retryCallId": "One_1"}, "isTest": true,
            }),
        ),
        (
            &b,
            json!({"callId": "three|3", "status": "in_queue", "transcript": [], "extra": {"duration": 90.5}}),
        ),
    ] {
        send(&db.store, agent, file).await.unwrap();
        db.clock.advance(SignedDuration::from_secs(10));
    }
    let seconds = |n| Some(SignedDuration::from_secs(n));
    let range = |from, to| DurationRange { from, to };
    let none = CallFilter::default;
    let second = start + SignedDuration::from_secs(10);
    let (one, two, three) = ("One_1", "two%2", "three|3");
    for (filter, expected) in [
        (none(), vec![one, two, three]),
        (
            CallFilter {
                agent_ids: vec![a.id.clone()],
                ..none()
            },
            vec![one],
        ),
        (
            CallFilter {
                agent_ids: vec![a.id.clone(), b.id.clone()],
                ..none()
            },
            vec![one, two, three],
        ),
        (
            CallFilter {
                agent_ids: texts(&["nobody"]),
                ..none()
            },
            vec![],
        ),
        (
            CallFilter {
                campaign_ids: texts(&["k", "l"]),
                ..none()
            },
            vec![one],
        ),
        (
            CallFilter {
                kinds: texts(&["webcall", "telephony_inbound"]),
                ..none()
            },
            vec![one, two],
        ),
        (
            CallFilter {
                statuses: texts(&["failed", "in_queue"]),
                ..none()
            },
            vec![two, three],
        ),
        (
            CallFilter {
                disconnection_reasons: texts(&["user_hangup"]),
                ..none()
            },
            vec![one],
        ),
        (
            CallFilter {
                revision_ids: vec![b.active_revision_id.clone()],
                ..none()
            },
            vec![two, three],
        ),
        (
            CallFilter {
                attempts: Attempts::Initial,
                ..none()
            },
            vec![one, three],
        ),
        (
            CallFilter {
                attempts: Attempts::Retry,
                ..none()
            },
            vec![two],
        ),
        (
            CallFilter {
                durations: vec![range(seconds(0), seconds(30))],
                ..none()
            },
            vec![one],
        ),
        (
            CallFilter {
                durations: vec![range(None, seconds(30)), range(seconds(60), None)],
                ..none()
            },
            vec![one, three],
        ),
        (
            CallFilter {
                durations: vec![range(seconds(30), seconds(60))],
                ..none()
            },
            vec![two],
        ),
        (
            CallFilter {
                search: Some("one_".to_owned()),
                ..none()
            },
            vec![one],
        ),
        (
            CallFilter {
                search: Some("+49".to_owned()),
                ..none()
            },
            vec![one, two],
        ),
        (
            CallFilter {
                search: Some("%".to_owned()),
                ..none()
            },
            vec![two],
        ),
        (
            CallFilter {
                search: Some("E|3".to_owned()),
                ..none()
            },
            vec![three],
        ),
        (
            CallFilter {
                search: Some(String::new()),
                ..none()
            },
            vec![one, two, three],
        ),
        (
            CallFilter {
                created_from: Some(second),
                ..none()
            },
            vec![two, three],
        ),
        (
            CallFilter {
                created_to: Some(second),
                ..none()
            },
            vec![one, two],
        ),
        (
            CallFilter {
                started_from: "2026-03-01T10:00:00Z".parse().ok(),
                ..none()
            },
            vec![two],
        ),
        (
            CallFilter {
                started_to: "2026-03-01T10:00:00Z".parse().ok(),
                ..none()
            },
            vec![one],
        ),
        (
            CallFilter {
                finished: Some(false),
                ..none()
            },
            vec![three],
        ),
        (
            CallFilter {
                is_test: Some(true),
                ..none()
            },
            vec![two],
        ),
        (
            CallFilter {
                analysed: Some(true),
                ..none()
            },
            vec![],
        ),
        (
            CallFilter {
                analysed: Some(false),
                statuses: texts(&["failed"]),
                ..none()
            },
            vec![two],
        ),
    ] {
        assert_eq!(found(&db.store, &filter).await, expected, "{filter:?}");
    }
}

async fn calls_are_found_by_their_answers(db: TestDb) {
    let agent = agent(&db.store).await;
    let answers = [
        json!({"outcome": "escalated", "csat": 2, "solved": false, "back_at": "2026-03-05T10:00:00+01:00", "note": ["3", 0.4]}),
        json!({"outcome": "resolved", "csat": 5, "solved": true, "back_at": null, "note": "true"}),
        json!({"outcome": null, "csat": [3, 0.55]}),
    ];
    for (n, answers) in answers.into_iter().enumerate() {
        sent(&db.store, &agent, &format!("c{n}")).await;
        finish(&db.store, "internal", answers).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    sent(&db.store, &agent, "waiting").await;
    for (filters, expected) in [
        (&[("outcome", "escalated")][..], vec!["c0"]),
        (&[("outcome", "ESCALATED")], vec![]),
        (&[("outcome.ne", "escalated")], vec!["c1"]),
        (&[("outcome.in", "escalated,resolved")], vec!["c0", "c1"]),
        (&[("csat", "3")], vec!["c2"]),
        (&[("csat.ne", "3")], vec!["c0", "c1"]),
        (&[("csat.lt", "3")], vec!["c0"]),
        (&[("csat.lte", "3")], vec!["c0", "c2"]),
        (&[("csat.gt", "3")], vec!["c1"]),
        (&[("csat.gte", "3"), ("csat.lt", "5")], vec!["c2"]),
        (&[("solved", "true")], vec!["c1"]),
        (&[("solved", "false")], vec!["c0"]),
        (&[("back_at.lt", "2026-03-05T09:00:01Z")], vec!["c0"]),
        (&[("back_at.gt", "2026-03-05T09:00:00Z")], vec![]),
        (&[("back_at", "2026-03-05T09:00:00Z")], vec!["c0"]),
        (&[("note", "3")], vec!["c0"]),
        (&[("note", "true")], vec!["c1"]),
        (&[("note.lt", "9")], vec![]),
        (&[("outcome.missing", "true")], vec!["c2"]),
        (&[("back_at.missing", "true")], vec!["c1", "c2"]),
        (&[("never.missing", "true")], vec!["c0", "c1", "c2"]),
        (&[("csat.missing", "false")], vec!["c0", "c1", "c2"]),
        (&[("outcome.status", "not_mentioned")], vec!["c2"]),
        (&[("outcome.status", "failed")], vec![]),
        (&[("csat.confidence.lt", "0.6")], vec!["c2"]),
        (&[("csat.confidence.gte", "0.55")], vec!["c0", "c1", "c2"]),
        (&[("outcome", "escalated"), ("csat", "5")], vec![]),
    ] {
        let metrics = filters
            .iter()
            .map(|(name, value)| MetricFilter::parse(name, value).unwrap());
        let filter = CallFilter {
            metrics: metrics.collect(),
            ..CallFilter::default()
        };
        assert_eq!(found(&db.store, &filter).await, expected, "{filters:?}");
    }
}

/// To the last bit, on either side, and of that metric alone.
async fn bounds_are_exact(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let random = SeededRandom::new(7);
    let numbers = [
        i64::MIN,
        i64::MIN + 1,
        -1,
        0,
        9_007_199_254_740_993,
        i64::MAX,
    ];
    let mut confidences = vec![0.0, 1.0, 0.6, 0.1 + 0.2, 1e-9, 1.0 - f64::EPSILON / 2.0];
    confidences.extend((0..90).map(|_| (random.u64() >> 11) as f64 / (1u64 << 53) as f64));
    let asked: Vec<(String, i64, f64)> = confidences
        .iter()
        .zip(numbers.iter().cycle())
        .enumerate()
        .map(|(at, (confidence, number))| (format!("m_{at}"), *number, *confidence))
        .collect();
    let answers = asked
        .iter()
        .map(|(identifier, number, confidence)| (identifier.clone(), json!([number, confidence])));
    let answers: serde_json::Map<_, _> = answers.collect();
    finish(&db.store, "internal", answers.into()).await;
    let passes = async |identifier: &str, test: MetricTest| {
        let test = MetricFilter {
            identifier: identifier.to_owned(),
            test,
        };
        let filter = CallFilter {
            metrics: vec![test],
            ..CallFilter::default()
        };
        !found(&db.store, &filter).await.is_empty()
    };
    for (identifier, number, confidence) in &asked {
        for (comparison, expected) in [
            (Comparison::Less, false),
            (Comparison::AtMost, true),
            (Comparison::More, false),
            (Comparison::AtLeast, true),
        ] {
            let value = MetricTest::Value(comparison, Bound::Number(*number));
            assert_eq!(passes(identifier, value).await, expected, "{number}");
            let share = MetricTest::Confidence(comparison, *confidence);
            assert_eq!(passes(identifier, share).await, expected, "{confidence}");
        }
    }
    for identifier in ["m", "m_", "mx1", "m_1000"] {
        let any = MetricTest::Confidence(Comparison::AtLeast, 0.0);
        assert!(!passes(identifier, any).await, "{identifier}");
    }
    let soon = Bound::Time("2100-01-01T00:00:00Z".parse().unwrap());
    assert!(!passes("m_0", MetricTest::Value(Comparison::Less, soon)).await);
    // Answers without a value, of whatever is stored, and a call without an analysis: there is nothing to compare.
    for lines in ["'c\nm_0\tIa\t\t1\nm_1\tDa\t\t1'", "NULL"] {
        db.execute(&format!("UPDATE calls SET answer_lines = {lines}"))
            .await;
        for comparison in [Comparison::Less, Comparison::More] {
            let number = MetricTest::Value(comparison, Bound::Number(0));
            assert!(!passes("m_0", number).await, "{lines}");
            let began = Bound::Time(jiff::Timestamp::UNIX_EPOCH);
            let time = MetricTest::Value(comparison, began);
            assert!(!passes("m_1", time).await, "{lines}");
        }
    }
}

async fn only_the_current_analysis_counts(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    finish(&db.store, "internal", json!({"outcome": "escalated"})).await;
    let escalated = CallFilter {
        metrics: vec![MetricFilter::parse("outcome", "escalated").unwrap()],
        ..CallFilter::default()
    };
    assert_eq!(found(&db.store, &escalated).await, ["c"]);
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    finish(&db.store, "internal", json!({"outcome": "resolved"})).await;
    assert!(found(&db.store, &escalated).await.is_empty());
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let stored = db
        .store
        .finish_analysis(&lease, failed(&call, "no model"))
        .await
        .unwrap();
    assert_eq!(stored.unwrap().number, 3);
    let resolved = CallFilter {
        metrics: vec![MetricFilter::parse("outcome", "resolved").unwrap()],
        analysed: Some(true),
        ..CallFilter::default()
    };
    assert_eq!(found(&db.store, &resolved).await, ["c"]);
    let list = db
        .store
        .list_calls(&resolved, &order(CallSort::default(), Order::Desc))
        .await
        .unwrap();
    assert_eq!(list.items[0].analysis.as_ref().unwrap().number, 2);
    assert_eq!(list.items[0].version_number, Some(1));
}

async fn lists_have_an_order(db: TestDb) {
    let (agent, slot) = agent_of_slot(&db.store, "m").await;
    for (call_id, duration, latency) in [
        ("a", json!(20), json!(5)),
        ("b", json!(10), json!(9)),
        ("c", json!(null), json!(7)),
    ] {
        let extra = json!({"duration": duration, "turnLatencyMetrics": {"avgLatency": latency}});
        send(
            &db.store,
            &agent,
            json!({"callId": call_id, "extra": extra}),
        )
        .await
        .unwrap();
        db.clock.advance(SignedDuration::from_secs(1));
    }
    // The oldest job is the call "a": it is the last that changed.
    finish(&db.store, &slot, json!({})).await;
    for (sort, direction, expected) in [
        (CallSort::CreatedAt, Order::Asc, ["a", "b", "c"]),
        (CallSort::CreatedAt, Order::Desc, ["c", "b", "a"]),
        (CallSort::UpdatedAt, Order::Desc, ["a", "c", "b"]),
        (CallSort::Duration, Order::Asc, ["b", "a", "c"]),
        (CallSort::Duration, Order::Desc, ["a", "b", "c"]),
        (CallSort::Latency, Order::Asc, ["a", "c", "b"]),
    ] {
        let list = db
            .store
            .list_calls(&CallFilter::default(), &order(sort, direction))
            .await
            .unwrap();
        let ids: Vec<_> = list
            .items
            .iter()
            .map(|item| item.call.call_id.as_str())
            .collect();
        assert_eq!(ids, expected, "{sort:?} {direction:?}");
    }
    for (page, limit, expected) in [
        (1, 2, vec!["a", "b"]),
        (2, 2, vec!["c"]),
        (3, 2, vec![]),
        (0, 1, vec!["a"]),
        (1, 0, vec![]),
        (u64::MAX, u64::MAX, vec![]),
    ] {
        let part = CallOrder {
            page,
            limit,
            ..order(CallSort::CreatedAt, Order::Asc)
        };
        let list = db
            .store
            .list_calls(&CallFilter::default(), &part)
            .await
            .unwrap();
        let ids: Vec<_> = list
            .items
            .iter()
            .map(|item| item.call.call_id.as_str())
            .collect();
        assert_eq!(ids, expected, "page {page} of {limit}");
        assert_eq!(list.total, 3);
    }
}

async fn pages_miss_nothing_and_repeat_nothing(db: TestDb) {
    let agent = agent(&db.store).await;
    for n in 0..10 {
        sent(&db.store, &agent, &format!("c{n}")).await;
        // Some arrive at the same instant.
        if n % 3 == 0 {
            db.clock.advance(SignedDuration::from_secs(1));
        }
    }
    let all = CallFilter::default();
    let whole = ids(&db.store.page_calls(&all, None, 100).await.unwrap());
    assert_eq!(whole.len(), 10);
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = db
            .store
            .page_calls(&all, cursor.as_deref(), 3)
            .await
            .unwrap();
        seen.extend(ids(&page));
        // What comes in or goes in between moves nothing.
        sent(&db.store, &agent, &format!("new-{}", seen.len())).await;
        db.store.delete_call(&seen[seen.len() - 1]).await.unwrap();
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, whole);
    let exact = db.store.page_calls(&all, None, 10).await.unwrap();
    assert_eq!((exact.items.len(), exact.next), (10, None));
}

async fn a_cursor_is_of_its_filter(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "a").await;
    sent(&db.store, &agent, "b").await;
    let all = CallFilter::default();
    let next = db
        .store
        .page_calls(&all, None, 1)
        .await
        .unwrap()
        .next
        .unwrap();
    let other = CallFilter {
        finished: Some(true),
        ..CallFilter::default()
    };
    for (filter, cursor) in [
        (&other, next.as_str()),
        (&all, "x"),
        (&all, ""),
        (&all, "1é"),
    ] {
        let error = db
            .store
            .page_calls(filter, Some(cursor), 1)
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Refused(problem) if problem.field == "cursor"));
    }
}

/// An id or a number may be too long for the index of searches.
async fn a_search_finds_long_numbers_and_letters_of_any_size(db: TestDb) {
    let agent = agent(&db.store).await;
    let long = format!("{}77", "1".repeat(300));
    for (call_id, from) in [("ÄPFEL-1", "+49"), ("b", long.as_str()), ("c", "+4977")] {
        let file = json!({"callId": call_id, "from": from});
        send(&db.store, &agent, file).await.unwrap();
    }
    for (part, expected) in [
        ("äpfel", vec!["ÄPFEL-1"]),
        ("77", vec!["b", "c"]),
        ("1177", vec!["b"]),
        ("B", vec!["b"]),
    ] {
        let filter = CallFilter {
            search: Some(part.to_owned()),
            ..CallFilter::default()
        };
        let page = db.store.page_calls(&filter, None, 10).await.unwrap();
        let found = page.items.iter().map(|item| item.call.call_id.as_str());
        assert_eq!(
            found.collect::<BTreeSet<_>>(),
            expected.into_iter().collect(),
            "{part}"
        );
    }
}
