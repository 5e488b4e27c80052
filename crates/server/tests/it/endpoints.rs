//! Which endpoint answers, what happens when it does not, and what it may cost.

use std::collections::BTreeMap;
use std::time::Duration;

use aftercall_server::worker::{Analysts, Budget, Routes, WorkerSettings};
use aftercall_store::analyses::AnalysisStatus;
use aftercall_store::jobs::JobState;
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::SignedDuration;
use serde_json::json;

use crate::scripted::{Act, Script};
use crate::workers::{agent, analysed, job, send, start, start_within, until};

on_both!(
    flags_choose_the_endpoint,
    a_model_that_is_not_set_up_is_named,
    single_metrics_have_their_own_endpoint,
    an_endpoint_that_is_away_costs_no_attempt,
    a_budget_that_is_used_up_puts_analyses_off,
);

fn names(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    pairs.iter().map(owned).collect()
}

fn analysts(script: &Script, routes: Routes) -> Analysts {
    let endpoints = ["small", "big", "any"].map(|name| script.endpoint(name));
    Analysts::start(endpoints.into(), routes, &WorkerSettings::default()).unwrap()
}

async fn flags_choose_the_endpoint(db: TestDb) {
    let routes = Routes {
        slots: names(&[("internal", "small"), ("reasoning", "big")]),
        agents: Some("any".to_owned()),
        ..Routes::default()
    };
    let running = start(&db.store, analysts(&Script::default(), routes));
    for (n, (flags, endpoint)) in [
        (&[][..], "small"),
        (&[("useReasoningModel", json!(true))], "big"),
        (&[("useInternalAnalyticsModel", json!(false))], "any"),
    ]
    .into_iter()
    .enumerate()
    {
        let agent = agent(&db.store, flags).await;
        let call_id = format!("c{n}");
        send(&db.store, &agent, &call_id, "hello").await;
        let call = analysed(&db.store, &call_id, 1).await;
        let provenance = &call.current().unwrap().analysis.provenance;
        assert_eq!(provenance.endpoint.as_deref(), Some(endpoint));
    }
    running.end().await;
}

async fn a_model_that_is_not_set_up_is_named(db: TestDb) {
    let agent = agent(&db.store, &[("useInternalAnalyticsModel", json!(false))]).await;
    send(&db.store, &agent, "c", "hello").await;
    let routes = Routes {
        slots: names(&[("internal", "small"), ("agent:gpt-4o", "big")]),
        ..Routes::default()
    };
    let running = start(&db.store, analysts(&Script::default(), routes));
    let call = analysed(&db.store, "c", 1).await;
    let row = call.current().unwrap();
    assert_eq!(row.status, AnalysisStatus::Failed);
    let reason = row.reason.as_deref().unwrap();
    assert!(
        reason.contains("slmModel `electron`") && reason.contains("slots.agent_default"),
        "{reason}"
    );
    running.end().await;
}

async fn single_metrics_have_their_own_endpoint(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    send(&db.store, &agent, "c", "hello").await;
    let routes = Routes {
        slots: names(&[("internal", "small")]),
        metrics: names(&[("solved", "big")]),
        ..Routes::default()
    };
    let script = Script::default();
    // While the metric's endpoint is away the slot's own is not asked, which costs too.
    script.then(Act::Away(Duration::from_millis(5)));
    let running = start(&db.store, analysts(&script, routes));
    let call = analysed(&db.store, "c", 1).await;
    assert_eq!(script.taken().len(), 3);
    let analysis = &call.current().unwrap().analysis;
    assert_eq!(analysis.disposition_metrics.len(), 1);
    assert_eq!(analysis.provenance.endpoint.as_deref(), Some("small"));
    let other = &analysis.provenance.others[0];
    assert_eq!(
        (other.endpoint.as_str(), &other.metrics[..]),
        ("big", &["solved".to_owned()][..])
    );
    assert_eq!(analysis.provenance.usage.cost, Some(2.0));
    running.end().await;
}

async fn an_endpoint_that_is_away_costs_no_attempt(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let script = Script::default();
    for _ in 0..12 {
        script.then(Act::Away(Duration::from_millis(5)));
    }
    send(&db.store, &agent, "c", "hello").await;
    let running = start(&db.store, script.analysts());
    let call = analysed(&db.store, "c", 1).await;
    assert_eq!(call.current().unwrap().status, AnalysisStatus::Completed);
    assert_eq!(job(&db.store).await.attempts, 1);
    assert_eq!(script.taken().len(), 13);
    running.end().await;
}

async fn a_budget_that_is_used_up_puts_analyses_off(db: TestDb) {
    let agent = agent(&db.store, &[]).await;
    let budget = Budget {
        monthly: 0.5,
        agents: BTreeMap::new(),
    };
    let running = start_within(&db.store, Script::default().analysts(), budget);
    send(&db.store, &agent, "a", "hello").await;
    analysed(&db.store, "a", 1).await;
    // Later, so that its job is the newest.
    db.clock.advance(SignedDuration::from_secs(1));
    send(&db.store, &agent, "b", "hello").await;
    let waiting = until(async || {
        let job = job(&db.store).await;
        job.last_error.is_some().then_some(job)
    })
    .await;
    assert_eq!((waiting.state, waiting.attempts), (JobState::Queued, 0));
    let reason = waiting.last_error.unwrap();
    assert!(
        reason.contains("monthly budget of 0.50 is used up (1.00 spent)"),
        "{reason}"
    );
    assert!(waiting.run_at > db.store.now());
    assert!(db.store.call("b").await.unwrap().analyses.is_empty());
    running.end().await;

    // A greater budget lets it go on, without anybody asking for it.
    let budget = Budget {
        monthly: 0.5,
        agents: BTreeMap::from([(agent.clone(), 50.0)]),
    };
    let running = start_within(&db.store, Script::default().analysts(), budget);
    db.clock.advance(SignedDuration::from_mins(16));
    let call = analysed(&db.store, "b", 1).await;
    assert_eq!(call.current().unwrap().status, AnalysisStatus::Completed);
    assert!((db.store.spent_this_month(&agent).await.unwrap() - 2.0).abs() < 1e-9);
    running.end().await;
}
