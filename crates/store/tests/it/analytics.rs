//! Sums over calls, against sums made by hand and by a loop.

use std::collections::BTreeMap;

use aftercall_core::CallOutcome;
use aftercall_store::analytics::{Attempt, Counts, Split, Spread, When, Who};
use aftercall_store::calls::{CallFilter, CallOrder, CallSort};
use aftercall_store::testing::TestDb;
use aftercall_store::{Order, on_both};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::help::{agent, send};

on_both!(
    outcomes_durations_and_costs_are_counted,
    calls_are_parted_by_day_week_hour_and_minute,
    calls_are_parted_by_agent_and_by_our_own_number,
    the_busiest_numbers_alone_can_be_had,
    a_period_begins_with_its_first_instant_and_ends_before_its_last,
    percentiles_lie_between_the_calls,
    percentiles_of_many_calls_are_those_of_a_sorted_list,
    attempts_are_numbered_for_each_person,
    spans_are_those_of_calls_that_took_place,
    great_figures_are_no_error,
    calls_are_listed_by_when_they_began,
);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A call that began at that time of March 2026 and lasted so many seconds.
fn call(id: &str, start: &str, status: &str, seconds: f64) -> Json {
    json!({
        "callId": id, "startedAt": format!("2026-03-{start}Z"), "status": status,
        "type": "telephony_outbound", "from": "+1", "to": "+99",
        "extra": {"duration": seconds},
    })
}

fn with(mut call: Json, more: Json) -> Json {
    let fields = call.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    call
}

async fn take(db: &TestDb, calls: impl IntoIterator<Item = Json>) -> String {
    let agent = agent(&db.store).await;
    for call in calls {
        send(&db.store, &agent, call).await.unwrap();
    }
    agent.id
}

fn all() -> CallFilter {
    CallFilter::default()
}

async fn by(db: &TestDb, who: Option<Who>, when: Option<When>) -> Vec<(String, i64, u64)> {
    let split = Split {
        who,
        when,
        ..Split::default()
    };
    let parts = db.store.count_calls_by(&all(), &split).await.unwrap();
    parts
        .into_iter()
        .map(|part| (part.who, part.when, part.counts.total))
        .collect()
}

async fn outcomes_durations_and_costs_are_counted(db: TestDb) {
    let costing = |id, cost: Json| {
        with(
            call(id, "02T10:00:00", "completed", 30.0),
            json!({"extra": {"duration": 30, "callCost": cost}, "to": format!("+{id}")}),
        )
    };
    let mut untold = call("untold", "02T10:00:00", "completed", 0.0);
    untold["status"] = Json::Null;
    untold["extra"] = Json::Null;
    take(
        &db,
        [
            call("a", "02T10:00:00", "completed", 29.999),
            call("b", "02T10:00:00", "completed", 300.0),
            costing("1", json!(0.5)),
            costing("2", json!(0.25)),
            costing("3", json!("9")),
            costing("4", json!(-9)),
            untold,
            call("c", "02T10:00:00", "no_answer", 20.0),
            call("d", "02T10:00:00", "busy", 20.0),
            call("e", "02T10:00:00", "failed", 20.0),
            call("f", "02T10:00:00", "canceled", 20.0),
            call("g", "02T10:00:00", "in_progress", 20.0),
            call("h", "02T10:00:00", "in_queue", 20.0),
            call("i", "02T11:00:00", "of its own", 20.0),
        ],
    )
    .await;
    let counts = db.store.count_calls_in(&all()).await.unwrap();
    let expected = Counts {
        total: 14,
        answered: 7,
        no_answer: 2,
        failed: 1,
        cancelled: 1,
        running: 1,
        waiting: 1,
        measured: 6,
        duration_ms: 29_999.0 + 300_000.0 + 4.0 * 30_000.0,
        short: 1,
        long: 1,
        cost: 0.75,
        // "+99" and four of their own.
        users: 5,
        last: Some(at("2026-03-02T11:00:00Z")),
    };
    assert_eq!(counts, expected);
    let none = CallFilter {
        agent_ids: vec!["nobody".into()],
        ..all()
    };
    let counts = db.store.count_calls_in(&none).await.unwrap();
    assert_eq!(counts, Counts::default());
    assert!(
        db.store
            .spread_of_calls(&none, None)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(db.store.attempts_of_calls(&none).await.unwrap().numbers, 0);
}

async fn calls_are_parted_by_day_week_hour_and_minute(db: TestDb) {
    // The 2nd of March 2026 was a Monday.
    take(
        &db,
        [
            call("a", "01T23:59:59.999999", "completed", 1.0),
            call("b", "02T00:00:00", "completed", 1.0),
            call("c", "08T23:59:59", "completed", 1.0),
            call("d", "09T00:00:30", "completed", 1.0),
        ],
    )
    .await;
    let days = |when| {
        let split = Split {
            when: Some(when),
            ..Split::default()
        };
        let store = db.store.clone();
        async move {
            let parts = store.count_calls_by(&all(), &split).await.unwrap();
            let days = parts.iter().map(|part| (part.day(), part.counts.total));
            days.collect::<Vec<_>>()
        }
    };
    let march = |day| date(2026, 3, day);
    assert_eq!(
        days(When::Day).await,
        [(march(1), 1), (march(2), 1), (march(8), 1), (march(9), 1)]
    );
    assert_eq!(
        days(When::Week).await,
        [(date(2026, 2, 23), 1), (march(2), 2), (march(9), 1)]
    );
    let hours = by(&db, None, Some(When::HourOfDay)).await;
    assert_eq!(hours, [(String::new(), 0, 2), (String::new(), 23, 2)]);
    let minutes = by(&db, None, Some(When::Minute)).await;
    let first = at("2026-03-01T23:59:00Z").as_second() / 60;
    let minutes: Vec<i64> = minutes
        .iter()
        .map(|(_, minute, _)| minute - first)
        .collect();
    assert_eq!(minutes, [0, 1, 7 * 1440, 7 * 1440 + 1]);
}

async fn calls_are_parted_by_agent_and_by_our_own_number(db: TestDb) {
    let inbound = |id| {
        with(
            call(id, "02T10:00:00", "completed", 1.0),
            json!({"type": "telephony_inbound", "from": "+99", "to": "+1"}),
        )
    };
    let unknown = with(
        call("web", "02T10:00:00", "completed", 1.0),
        json!({"type": "webcall", "from": null, "to": null}),
    );
    let one = take(
        &db,
        [
            call("a", "02T10:00:00", "completed", 1.0),
            inbound("b"),
            unknown,
        ],
    )
    .await;
    let other = with(
        call("c", "03T10:00:00", "no_answer", 1.0),
        json!({"from": "+2"}),
    );
    let two = take(&db, [other]).await;
    let mut agents = vec![(one, 0, 3), (two, 0, 1)];
    agents.sort();
    assert_eq!(by(&db, Some(Who::Agent), None).await, agents);
    let numbers = by(&db, Some(Who::OwnNumber), None).await;
    assert_eq!(numbers, [("+1".to_owned(), 0, 2), ("+2".to_owned(), 0, 1)]);
    let days = by(&db, Some(Who::OwnNumber), Some(When::Day)).await;
    assert_eq!(days[1].1 - days[0].1, 1);
    let users = db.store.count_calls_in(&all()).await.unwrap().users;
    assert_eq!(users, 1);
}

async fn the_busiest_numbers_alone_can_be_had(db: TestDb) {
    let numbers = ["+3", "+1", "+2", "+3", "+2", "+3"].into_iter();
    let calls = numbers.enumerate().map(|(n, from)| {
        with(
            call(&n.to_string(), "02T10:00:00", "completed", 1.0),
            json!({ "from": from }),
        )
    });
    take(&db, calls).await;
    let split = |most, only: &[&str]| Split {
        who: Some(Who::OwnNumber),
        most,
        only: only.iter().map(|&number| number.to_owned()).collect(),
        when: None,
    };
    for (split, expected) in [
        (split(Some(2), &[]), &[("+2", 2), ("+3", 3)][..]),
        (split(None, &["+1", "+3", "+9"]), &[("+1", 1), ("+3", 3)]),
    ] {
        let parts = db.store.count_calls_by(&all(), &split).await.unwrap();
        let parts: Vec<_> = parts
            .iter()
            .map(|part| (part.who.as_str(), part.counts.total))
            .collect();
        assert_eq!(parts, expected);
    }
}

async fn a_period_begins_with_its_first_instant_and_ends_before_its_last(db: TestDb) {
    db.clock.set(at("2026-03-05T00:00:00Z"));
    let mut arrived = call("d", "01T00:00:00", "completed", 1.0);
    arrived["startedAt"] = Json::Null;
    take(
        &db,
        [
            call("a", "03T23:59:59.999999", "completed", 1.0),
            call("b", "04T00:00:00", "completed", 1.0),
            call("c", "04T23:59:59.999999", "completed", 1.0),
            arrived,
        ],
    )
    .await;
    let within = |since: &str, until: &str| {
        let filter = CallFilter {
            since: Some(at(since)),
            until: Some(at(until)),
            ..all()
        };
        let store = db.store.clone();
        async move { store.count_calls_in(&filter).await.unwrap().total }
    };
    assert_eq!(
        within("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z").await,
        2
    );
    assert_eq!(
        within("2026-03-04T00:00:00Z", "2026-03-05T00:00:00.000001Z").await,
        3
    );
    assert_eq!(
        within("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z").await,
        1
    );
}

async fn percentiles_lie_between_the_calls(db: TestDb) {
    let calls = [10.0, 20.0, 40.0, 80.0].into_iter().enumerate();
    let calls = calls.map(|(n, seconds)| call(&n.to_string(), "02T10:00:00", "completed", seconds));
    let late = call("late", "09T10:00:00", "completed", 7.0);
    let unanswered = call("no", "02T10:00:00", "no_answer", 9000.0);
    take(&db, calls.chain([late, unanswered])).await;
    let weeks = db
        .store
        .spread_of_calls(&all(), Some(When::Week))
        .await
        .unwrap();
    let spreads: Vec<_> = weeks.values().copied().collect();
    let expected = [
        // At the places 1.5, 2.7 and 2.85 of 0 to 3.
        Spread {
            median_ms: 30_000.0,
            p90_ms: 68_000.0,
            p95_ms: 74_000.0,
        },
        Spread {
            median_ms: 7000.0,
            p90_ms: 7000.0,
            p95_ms: 7000.0,
        },
    ];
    for (found, expected) in spreads.iter().zip(expected) {
        for (found, expected) in [
            (found.median_ms, expected.median_ms),
            (found.p90_ms, expected.p90_ms),
            (found.p95_ms, expected.p95_ms),
        ] {
            assert!((found - expected).abs() < 1e-6, "{spreads:?}");
        }
    }
    assert_eq!(spreads.len(), 2);
}

async fn percentiles_of_many_calls_are_those_of_a_sorted_list(db: TestDb) {
    let agent = agent(&db.store).await;
    let (mut state, mut durations): (u32, Vec<f64>) = (7, Vec::new());
    for n in 0..43 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // Some are equal.
        let seconds = f64::from(state >> 26);
        let file = call(&n.to_string(), "02T10:00:00", "completed", seconds);
        send(&db.store, &agent, file).await.unwrap();
        durations.push(seconds * 1000.0);
        durations.sort_by(f64::total_cmp);
        if ![1, 2, 3, 10, 20, 21, 40, 43].contains(&durations.len()) {
            continue;
        }
        let expected = |share: f64| {
            let place = share * (durations.len() - 1) as f64;
            let (low, high) = (place.floor(), place.ceil());
            let (a, b) = (durations[low as usize], durations[high as usize]);
            a + (b - a) * (place - low)
        };
        let found = db.store.spread_of_calls(&all(), None).await.unwrap()[&0];
        for (found, share) in [
            (found.median_ms, 0.5),
            (found.p90_ms, 0.9),
            (found.p95_ms, 0.95),
        ] {
            let expected = expected(share);
            let calls = durations.len();
            assert!(
                (found - expected).abs() < 1e-6,
                "{calls}, {share}: {found} {expected}"
            );
        }
    }
}

async fn attempts_are_numbered_for_each_person(db: TestDb) {
    let to = |id: &str, start: &str, status: &str, to: &str| {
        with(call(id, start, status, 1.0), json!({ "to": to }))
    };
    take(
        &db,
        [
            // Out of order: it is when they began that counts.
            to("a2", "02T11:00:00", "completed", "+a"),
            to("a1", "02T10:00:00", "no_answer", "+a"),
            to("a3", "02T12:00:00", "completed", "+a"),
            to("b1", "02T10:00:00", "completed", "+b"),
            to("c1", "02T10:00:00", "no_answer", "+c"),
            to("c2", "02T11:00:00", "failed", "+c"),
            with(
                to("d1", "02T12:00:00", "completed", "+1"),
                json!({"type": "telephony_inbound", "from": "+c"}),
            ),
            with(
                to("none", "02T10:00:00", "completed", ""),
                json!({ "to": null }),
            ),
        ],
    )
    .await;
    let found = db.store.attempts_of_calls(&all()).await.unwrap();
    let attempt = |number, calls, answered, first_answered| Attempt {
        number,
        calls,
        answered,
        first_answered,
    };
    assert_eq!(found.numbers, 3);
    assert_eq!(
        found.attempts,
        [
            attempt(1, 3, 1, 1),
            attempt(2, 2, 1, 1),
            attempt(3, 2, 2, 1)
        ]
    );
}

async fn spans_are_those_of_calls_that_took_place(db: TestDb) {
    db.clock.set(at("2026-03-02T12:00:00Z"));
    let mut untold = call("untold", "02T08:00:00", "completed", 0.0);
    untold["extra"] = Json::Null;
    take(
        &db,
        [
            call("before", "01T23:00:00", "completed", 3599.0),
            call("over midnight", "01T23:00:00", "completed", 3600.0),
            call("long", "01T01:00:00", "completed", 1e9),
            call("longer before", "01T00:00:00", "completed", 1.0),
            call("running", "02T11:00:00", "active", 5.0),
            call("waiting", "02T11:00:00", "in_queue", 500.0),
            call("nobody", "02T11:00:00", "no_answer", 20.0),
            call("after", "03T00:00:00", "completed", 20.0),
            untold,
        ],
    )
    .await;
    let (since, until) = (at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"));
    let spans = db.store.spans_of_calls(&all(), since, until).await.unwrap();
    let spans: Vec<_> = spans
        .iter()
        .map(|span| (span.from.to_string(), span.to.to_string()))
        .collect();
    let expected = [
        ("2026-03-01T01:00:00Z", "2026-03-02T01:00:00Z"),
        ("2026-03-01T23:00:00Z", "2026-03-02T00:00:00Z"),
        ("2026-03-02T08:00:00Z", "2026-03-02T08:00:00Z"),
        ("2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"),
    ];
    let expected = expected.map(|(from, to)| (from.to_owned(), to.to_owned()));
    assert_eq!(spans, expected);
}

async fn great_figures_are_no_error(db: TestDb) {
    let calls = (0..3).map(|n| {
        with(
            call(&n.to_string(), "02T10:00:00", "completed", 0.0),
            json!({"extra": {"duration": 9e15, "callCost": 1e300}}),
        )
    });
    take(&db, calls).await;
    let counts = db.store.count_calls_in(&all()).await.unwrap();
    assert_eq!((counts.measured, counts.cost), (3, 0.0));
    assert!(counts.duration_ms > 2e16, "{counts:?}");
    db.store.spread_of_calls(&all(), None).await.unwrap();
    let (since, until) = (at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z"));
    let spans = db.store.spans_of_calls(&all(), since, until).await.unwrap();
    let day = SignedDuration::from_hours(24);
    assert!(
        spans
            .iter()
            .all(|span| span.to.duration_since(span.from) == day)
    );
}

async fn calls_are_listed_by_when_they_began(db: TestDb) {
    take(
        &db,
        [
            call("b", "02T10:00:00", "completed", 1.0),
            call("c", "03T10:00:00", "no_answer", 1.0),
            call("a", "01T10:00:00", "completed", 1.0),
        ],
    )
    .await;
    let order = CallOrder {
        page: 1,
        limit: 10,
        sort: CallSort::Began,
        order: Order::Desc,
    };
    let page = db.store.list_calls(&all(), &order).await.unwrap();
    let ids: Vec<_> = page
        .items
        .iter()
        .map(|item| item.call.call_id.as_str())
        .collect();
    assert_eq!(ids, ["c", "b", "a"]);
    // What a list shows and what is counted are the same calls.
    let mut outcomes: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for item in &page.items {
        *outcomes.entry(item.call.status.as_deref()).or_default() += 1;
    }
    let counts = db.store.count_calls_in(&all()).await.unwrap();
    let of = |outcome: CallOutcome| -> u64 {
        let mut all = outcomes.iter();
        all.by_ref()
            .filter(|(status, _)| CallOutcome::of(**status) == Some(outcome))
            .map(|(_, calls)| calls)
            .sum()
    };
    assert_eq!(counts.answered, of(CallOutcome::Answered));
    assert_eq!(counts.no_answer, of(CallOutcome::NoAnswer));
}
