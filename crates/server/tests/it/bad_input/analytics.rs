//! Analytics and campaigns of the compatible API.

use aftercall_store::on_both;
use aftercall_store::testing::TestDb;

use super::scene::{Scene, UNKNOWN, case};

on_both!(periods, days, others, campaigns);

const PERIODS: [&str; 13] = [
    "call-counts-by-day",
    "call-volume-timeseries",
    "call-outcomes-timeseries",
    "hourly-performance",
    "weekly-trends",
    "usage/timeseries",
    "summary",
    "dashboard",
    "pickup-rate-by-number",
    "phone-number-trends",
    "duration-stats",
    "agent-performance",
    "attempt-cohort",
];

async fn periods(db: TestDb) {
    let scene = Scene::new(db).await;
    let mut cases = Vec::new();
    for route in PERIODS.into_iter().chain(["call-counts-log"]) {
        for (query, says) in [
            ("dateFrom=soon", "dateFrom: Invalid date"),
            ("dateTo=2026-02-30", "dateTo: Invalid date"),
            (
                "dateFrom=2026-03-02&dateTo=2026-03-01",
                "dateFrom: Invalid date, must not be after dateTo",
            ),
            ("callType=%00", "U+0000"),
        ] {
            let path = format!("/atoms/v1/analytics/{route}?{query}");
            cases.push(case("GET", &path, "", 400, says));
        }
    }
    for route in PERIODS {
        let path = format!("/atoms/v1/analytics/{route}?dateFrom=1970-01-01&dateTo=2026-01-01");
        cases.push(case(
            "GET",
            &path,
            "",
            400,
            "dateFrom: Invalid date, must be at most 3660 days before dateTo",
        ));
        let path = format!("/atoms/v1/analytics/{route}?agentId={}", "a,".repeat(501));
        cases.push(case("GET", &path, "", 400, "agentId: Array"));
    }
    scene.refuses(cases).await;
    scene
        .asks_for_a_key("GET", "/atoms/v1/analytics/summary")
        .await;
}

async fn days(db: TestDb) {
    let scene = Scene::new(db).await;
    let mut cases = Vec::new();
    for route in [
        "daily-call-summary",
        "call-start-distribution",
        "concurrency",
    ] {
        for (query, says) in [
            ("", "date: Required"),
            ("date=", "date: Required"),
            ("date=2026-13-01", "date: Invalid date"),
            ("date=2026-03-01T00:00:00Z", "date: Invalid date"),
        ] {
            let path = format!("/atoms/v1/analytics/{route}?{query}");
            cases.push(case("GET", &path, "", 400, says));
        }
    }
    let path = "/atoms/v1/analytics/concurrency?date=2026-03-01&includeAgents=perhaps";
    cases.push(case(
        "GET",
        path,
        "",
        400,
        "includeAgents: Expected boolean",
    ));
    scene.refuses(cases).await;
}

async fn others(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/atoms/v1/analytics";
    scene
        .refuses(vec![
            case(
                "GET",
                &format!("{path}/conversation-details/none"),
                "",
                404,
                "Call log not found",
            ),
            case(
                "GET",
                &format!("{path}/conversation-details/%ff"),
                "",
                400,
                "path",
            ),
            case(
                "GET",
                &format!("{path}/call-counts-log?page=x"),
                "",
                400,
                "page: Expected number",
            ),
            case(
                "GET",
                &format!("{path}/call-counts-log?limit=x"),
                "",
                400,
                "limit: Expected number",
            ),
            case(
                "GET",
                &format!("{path}/agent-performance?sortBy=weight"),
                "",
                400,
                "sortBy: Invalid value",
            ),
            case(
                "GET",
                &format!("{path}/agent-performance?sortOrder=up"),
                "",
                400,
                "sortOrder: Invalid value",
            ),
        ])
        .await;
}

async fn campaigns(db: TestDb) {
    let scene = Scene::new(db).await;
    let path = "/atoms/v1/campaign";
    let one = format!("{path}/{UNKNOWN}");
    let gone = "Campaign not found";
    let unknown = "no campaign found for id";
    let mut cases = vec![
        case(
            "GET",
            &format!("{path}?page=x"),
            "",
            400,
            "page: Expected number",
        ),
        case(
            "GET",
            &format!("{path}?status=lost"),
            "",
            400,
            "status: Invalid value",
        ),
    ];
    for (method, route, status, says) in [
        ("GET", "", 400, unknown),
        ("DELETE", "", 404, gone),
        ("POST", "/start", 404, gone),
        ("POST", "/pause", 400, unknown),
        ("GET", "/export/by-audience-member", 404, gone),
        ("GET", "/logs/export", 400, unknown),
    ] {
        cases.push(case(method, &format!("{one}{route}"), "", status, says));
        let path = format!("{path}/none{route}");
        cases.push(case(method, &path, "", 400, "id: Invalid id"));
    }
    scene.refuses(cases).await;
    scene.asks_for_a_key("GET", path).await;
}
