//! Analytics and campaigns of the compatible API.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Server, finished};

on_both!(
    sums_are_those_of_the_calls,
    days_hours_and_weeks_are_listed,
    numbers_agents_and_attempts_are_told_apart,
    one_day_is_shown_by_minute,
    calls_are_logged_and_shown,
    a_period_is_the_last_thirty_days_unless_given,
    there_are_no_campaigns,
);

const MARCH: &str = "dateFrom=2026-03-01T00:00:00Z&dateTo=2026-03-31";

struct Scene {
    server: Server,
    one: String,
    two: String,
}

impl Scene {
    /// Six calls of two agents on the first two days of March, and one of February.
    async fn new(db: TestDb) -> Self {
        db.clock.set("2026-03-10T12:00:00Z".parse().unwrap());
        let server = Server::start(db).await;
        let (one, two) = (server.agent("One").await, server.agent("Two").await);
        let scene = Self { server, one, two };
        let calls = [
            ("a", &scene.one, "01T09:00:00", "completed", 10, "+a"),
            ("b", &scene.one, "01T09:00:05", "completed", 50, "+b"),
            ("c", &scene.one, "01T23:00:00", "no_answer", 30, "+c"),
            ("d", &scene.one, "02T09:00:00", "completed", 600, "+c"),
            ("e", &scene.two, "02T10:00:00", "failed", 0, "+d"),
            ("f", &scene.two, "02T10:30:00", "cancelled", 0, "+e"),
        ];
        for (id, agent, start, status, seconds, to) in calls {
            let started_at = format!("2026-03-{start}Z");
            scene
                .take(id, agent, &started_at, status, seconds, to)
                .await;
        }
        scene
            .take(
                "old",
                &scene.one,
                "2026-02-20T09:00:00Z",
                "completed",
                20,
                "+a",
            )
            .await;
        scene
    }

    async fn take(&self, id: &str, agent: &str, start: &str, status: &str, seconds: u32, to: &str) {
        let mut call = finished(id, agent);
        for (name, value) in [
            ("startedAt", json!(start)),
            ("status", json!(status)),
            ("type", json!("telephony_outbound")),
            ("duration", json!(seconds)),
            ("callCost", json!(0.1)),
            ("from", json!("+1")),
            ("to", json!(to)),
        ] {
            call[name] = value;
        }
        self.server.call(&call).await.with(201);
    }

    /// What a route of the analytics answers.
    async fn get(&self, path: &str) -> Json {
        let answer = self
            .server
            .get(&format!("/atoms/v1/analytics/{path}"))
            .await;
        let body = answer.with(200);
        assert_eq!(body["success"], true, "{path}");
        body["data"].clone()
    }
}

async fn sums_are_those_of_the_calls(db: TestDb) {
    let scene = Scene::new(db).await;
    let summary = scene.get(&format!("summary?{MARCH}")).await;
    let trend = |current: Json, previous: Json, change: Json| {
        let mut trend = json!({ "current": current, "previous": previous });
        if !change.is_null() {
            trend["percentChange"] = change;
        }
        trend
    };
    assert_eq!(
        summary["totalCalls"],
        trend(json!(6.0), json!(1.0), json!(500.0))
    );
    assert_eq!(
        summary["pickupRate"],
        trend(json!(50.0), json!(100.0), json!(-50.0))
    );
    assert_eq!(
        summary["avgDurationMs"],
        trend(json!(220_000.0), json!(20_000.0), json!(1000.0))
    );
    assert_eq!(summary["medianDurationMs"], 50_000.0);
    assert_eq!(summary["totalDurationMs"]["current"], 660_000.0);
    assert_eq!(
        summary["uniqueUsersReached"],
        trend(json!(3.0), json!(1.0), json!(200.0))
    );
    assert_eq!(
        summary["totalCost"],
        trend(json!(0.6), json!(0.1), json!(500.0))
    );
    assert_eq!(
        summary["period"],
        json!({"from": "2026-03-01", "to": "2026-03-31"})
    );
    assert_eq!(
        summary["previousPeriod"],
        json!({"from": "2026-01-29", "to": "2026-02-28"})
    );
    let empty = scene
        .get("summary?dateFrom=2020-01-01&dateTo=2020-01-02")
        .await;
    assert_eq!(
        empty["totalCalls"],
        trend(json!(0.0), json!(0.0), Json::Null)
    );

    let stats = scene.get(&format!("duration-stats?{MARCH}")).await;
    assert_eq!(stats["avgDurationMs"], 220_000.0);
    assert_eq!(stats["p90DurationMs"], 490_000.0);
    assert_eq!(stats["p95DurationMs"], 545_000.0);
    assert_eq!(
        (&stats["shortCallsPercent"], &stats["longCallsPercent"]),
        (&json!(33.33), &json!(33.33))
    );
    assert_eq!(stats["totalCalls"], 6);

    let dashboard = scene.get(&format!("dashboard?{MARCH}")).await;
    assert_eq!(dashboard["summary"], summary);
    assert_eq!(dashboard["durationStats"], stats);
    for (name, path) in [
        ("callVolumeTimeseries", "call-volume-timeseries"),
        ("callOutcomesTimeseries", "call-outcomes-timeseries"),
        ("pickupRateByNumber", "pickup-rate-by-number"),
        ("hourlyPerformance", "hourly-performance"),
    ] {
        assert_eq!(
            dashboard[name],
            scene.get(&format!("{path}?{MARCH}")).await,
            "{path}"
        );
    }
    let organisation = scene.server.db.store.organisation().await.unwrap().id;
    assert_eq!(summary["orgId"], organisation);
}

async fn days_hours_and_weeks_are_listed(db: TestDb) {
    let scene = Scene::new(db).await;
    let volume = scene.get(&format!("call-volume-timeseries?{MARCH}")).await;
    let points = volume["dataPoints"].as_array().unwrap();
    assert_eq!(points.len(), 31, "days without a call are there too");
    let point = json!({"date": "2026-03-02", "totalCalls": 3, "answeredCalls": 1, "noAnswerCalls": 0, "failedCalls": 1,
        "cancelledCalls": 1, "totalDurationMs": 600_000.0});
    assert_eq!(points[1], point);
    assert_eq!(points[30]["date"], "2026-03-31");

    let outcomes = scene
        .get(&format!("call-outcomes-timeseries?{MARCH}"))
        .await;
    let totals = json!({"answered": 3, "noAnswer": 1, "failed": 1, "cancelled": 1, "total": 6});
    assert_eq!(outcomes["totals"], totals);
    let first = json!({"date": "2026-03-01", "answered": 2, "noAnswer": 1, "failed": 0, "cancelled": 0, "total": 3});
    assert_eq!(outcomes["dataPoints"][0], first);

    let days = scene
        .get("call-counts-by-day?dateFrom=2026-03-02&dateTo=2026-03-03")
        .await;
    let expected = json!([{"day": "2026-03-02", "count": 3}, {"day": "2026-03-03", "count": 0}]);
    assert_eq!(days["callCountsByDay"], expected);

    let hours = scene.get(&format!("hourly-performance?{MARCH}")).await["hours"].clone();
    assert_eq!(hours.as_array().unwrap().len(), 24);
    let nine = json!({"hour": 9, "totalCalls": 3, "answeredCalls": 3, "pickupRate": 100.0,
        "totalDurationMs": 660_000.0, "avgDurationMs": 220_000.0});
    assert_eq!(hours[9], nine);

    let weeks = scene.get(&format!("weekly-trends?{MARCH}")).await["weeks"].clone();
    let starts: Vec<_> = weeks
        .as_array()
        .unwrap()
        .iter()
        .map(|week| &week["weekStart"])
        .collect();
    assert_eq!(starts, ["2026-02-23", "2026-03-02"]);
    let week = &weeks[0];
    assert_eq!(
        (&week["avgDuration"], &week["medianDuration"]),
        (&json!(30.0), &json!(30.0))
    );
    assert_eq!(week["p90Duration"], 46.0);

    let usage = scene
        .get("usage/timeseries?dateFrom=2026-03-01&dateTo=2026-03-02")
        .await;
    assert_eq!(usage["totalCredits"], 0.6);
    assert_eq!(
        usage["dayWiseCredits"][1],
        json!({"date": "2026-03-02", "credits": 0.3})
    );
}

async fn numbers_agents_and_attempts_are_told_apart(db: TestDb) {
    let scene = Scene::new(db).await;
    let numbers = scene.get(&format!("pickup-rate-by-number?{MARCH}")).await["numbers"].clone();
    let expected = json!([{"phoneNumber": "+1", "totalCalls": 6, "answeredCalls": 3, "pickupRate": 50.0,
        "lastActiveDate": "2026-03-02"}]);
    assert_eq!(numbers, expected);
    let trends = scene.get(&format!("phone-number-trends?{MARCH}")).await["trends"].clone();
    let point = |date: &str, total: u64, answered: u64, rate: f64| json!({"date": date, "totalCalls": total, "answeredCalls": answered, "pickupRate": rate});
    let points = [
        point("2026-03-01", 3, 2, 66.67),
        point("2026-03-02", 3, 1, 33.33),
    ];
    assert_eq!(trends, json!([{"phoneNumber": "+1", "dataPoints": points}]));
    let none = scene
        .get("phone-number-trends?agentId=000000000000000000000000")
        .await;
    assert_eq!(none["trends"], json!([]));

    let agents = scene.get(&format!("agent-performance?{MARCH}")).await["agents"].clone();
    let first = json!({"agentId": scene.one, "totalCalls": 4, "answeredCalls": 3, "pickupRate": 75.0,
        "avgDuration": 220.0, "totalCost": 0.4});
    assert_eq!(
        (&agents[0], &agents[1]["agentId"]),
        (&first, &json!(scene.two))
    );
    let query = format!("agent-performance?{MARCH}&sortBy=pickupRate&sortOrder=asc&limit=1");
    let agents = scene.get(&query).await["agents"].clone();
    assert_eq!(agents.as_array().unwrap().len(), 1);
    assert_eq!(agents[0]["agentId"], scene.two);
    let both = format!("agentId={},{}", scene.one, scene.two);
    let summary = scene
        .get(&format!("summary?{MARCH}&{both}&callType=outbound"))
        .await;
    assert_eq!(summary["totalCalls"]["current"], 6.0);
    for query in ["callType=inbound", "campaignId=none", "agentId=nobody"] {
        let summary = scene.get(&format!("summary?{MARCH}&{query}")).await;
        assert_eq!(summary["totalCalls"]["current"], 0.0, "{query}");
    }

    let cohorts = scene.get(&format!("attempt-cohort?{MARCH}")).await;
    assert_eq!(cohorts["totalUniqueNumbers"], 5);
    assert_eq!(
        (&cohorts["maxAttemptsSeen"], &cohorts["avgAttemptsToPickup"]),
        (&json!(2), &json!(1.33))
    );
    let second = json!({"attemptNumber": 2, "totalCalls": 1, "answeredCalls": 1, "pickupRate": 100.0,
        "cumulativeAnswered": 3, "cumulativeRate": 60.0, "marginalGain": 20.0});
    assert_eq!(cohorts["cohorts"][1], second);
}

async fn one_day_is_shown_by_minute(db: TestDb) {
    let scene = Scene::new(db).await;
    let day = scene.get("daily-call-summary?date=2026-03-01").await;
    let expected = json!({"date": "2026-03-01", "totalCalls": 3, "answeredCalls": 2, "unansweredCalls": 1,
        "failedCalls": 0, "pickupRate": 66.67, "inProgressCalls": 0, "inQueueCalls": 0, "totalDurationMs": 60_000.0});
    assert_eq!(day, expected);

    let starts = scene.get("call-start-distribution?date=2026-03-01").await;
    let points = json!([{"minute": "09:00", "callCount": 2}, {"minute": "23:00", "callCount": 1}]);
    assert_eq!(
        starts,
        json!({"date": "2026-03-01", "dataPoints": points, "totalCalls": 3})
    );

    let busy = scene
        .get("concurrency?date=2026-03-01&includeAgents=true")
        .await;
    let points = json!([{"minute": "09:00", "concurrentCalls": 2}]);
    let agents =
        json!([{"agentId": scene.one, "peakConcurrent": 2, "avgConcurrent": 2.0, "totalCalls": 2}]);
    let expected = json!({"date": "2026-03-01", "dataPoints": points, "peakConcurrent": 2, "avgConcurrent": 2.0,
        "totalMinutes": 1, "byAgent": agents});
    assert_eq!(busy, expected);
    let path = format!("concurrency?date=2026-03-02&agentId={}", scene.two);
    let other = scene.get(&path).await;
    assert_eq!(
        (&other["peakConcurrent"], other.get("byAgent")),
        (&json!(1), None)
    );
    let none = scene.get("concurrency?date=2026-03-05").await;
    assert_eq!(
        (&none["dataPoints"], &none["avgConcurrent"]),
        (&json!([]), &json!(0.0))
    );
}

async fn calls_are_logged_and_shown(db: TestDb) {
    let scene = Scene::new(db).await;
    let log = scene.get("call-counts-log?page=2&limit=3").await;
    assert_eq!(
        (&log["totalCalls"], &log["totalPages"]),
        (&json!(7), &json!(3))
    );
    assert_eq!((&log["currentPage"], &log["limit"]), (&json!(2), &json!(3)));
    let ids: Vec<_> = log["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| &call["callId"])
        .collect();
    assert_eq!(ids, ["c", "b", "a"]);
    let call = &log["calls"][1];
    for (name, value) in [
        ("agentId", json!(scene.one)),
        ("agentName", json!("One")),
        ("callType", json!("telephony_outbound")),
        ("timestamp", json!("2026-03-01T09:00:05.000Z")),
        ("callDurationMs", json!(50_000)),
        ("callLatencyMs", json!(0)),
        ("costSpent", json!(0.1)),
        ("callStatus", json!("completed")),
        ("fromNumber", json!("+1")),
        ("toNumber", json!("+b")),
    ] {
        assert_eq!(call[name], value, "{name}");
    }
    let zero = scene.get("call-counts-log?page=0").await;
    assert_eq!(zero["currentPage"], 1);
    let day = scene
        .get("call-counts-log?dateFrom=2026-03-01&dateTo=2026-03-01")
        .await;
    assert_eq!(day["totalCalls"], 3, "the last day is part of it");

    let details = scene.get("conversation-details/a").await;
    assert_eq!(
        (&details["callId"], &details["agentName"]),
        (&json!("a"), &json!("One"))
    );
    assert_eq!(
        (&details["callDurationMs"], &details["events"]),
        (&json!(10_000), &json!([]))
    );
    let said = json!({"role": "agent", "text": "Hello, how can I help?"});
    assert_eq!(details["transcript"][0], said);
    assert_eq!(details["workflowType"], "single_prompt");
}

async fn a_period_is_the_last_thirty_days_unless_given(db: TestDb) {
    let scene = Scene::new(db).await;
    let volume = scene.get("call-outcomes-timeseries").await;
    assert_eq!(
        volume["period"],
        json!({"from": "2026-02-08", "to": "2026-03-10"})
    );
    assert_eq!(volume["totals"]["total"], 7);
    let until = scene
        .get("call-outcomes-timeseries?dateTo=2026-02-28")
        .await;
    assert_eq!(
        until["period"],
        json!({"from": "2026-01-30", "to": "2026-02-28"})
    );
    assert_eq!(until["totals"]["total"], 1);
    let instant = "dateFrom=2026-03-01T09:00:00Z&dateTo=2026-03-01T09:00:05Z";
    let both = scene
        .get(&format!("call-outcomes-timeseries?{instant}"))
        .await;
    assert_eq!(both["totals"]["total"], 2, "both ends are part of it");
}

async fn there_are_no_campaigns(db: TestDb) {
    let scene = Scene::new(db).await;
    let list = scene
        .server
        .get("/atoms/v1/campaign?page=0&offset=7&status=running")
        .await;
    let pagination = json!({"total": 0, "page": 1, "offset": 7, "hasMore": false, "totalPages": 0});
    let expected = json!({"campaigns": [], "pagination": pagination, "totalCampaignCount": 0});
    assert_eq!(list.with(200)["data"], expected);
}
