//! What analyses cost, and how many jobs of an endpoint run at a time.

use aftercall_core::{ConfidenceSource, OtherEndpoint, Usage};
use aftercall_store::analyses::NewAnalysis;
use aftercall_store::jobs::{JobState, Share};
use aftercall_store::testing::TestDb;
use aftercall_store::{Store, UsageFilter, on_both};
use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::json;

use crate::help::{LEASE, agent, analysis, claim, claim_one, failed, sent};

on_both!(
    costs_are_summed_by_day_agent_and_endpoint,
    costs_outlive_the_call,
    a_share_bounds_what_runs_on_all_nodes,
    a_job_that_is_put_off_loses_no_attempt,
    slots_with_open_jobs_are_listed,
);

/// An analysis by the endpoint `big`, with a metric answered by `small`.
fn costly(new: NewAnalysis, cost: f64) -> NewAnalysis {
    let mut new = new;
    let provenance = &mut new.analysis.provenance;
    let usage = |tokens, cost| Usage {
        tokens_read: tokens,
        tokens_written: 1,
        requests: 1,
        cost: Some(cost),
        ..Usage::default()
    };
    provenance.endpoint = Some("big".to_owned());
    provenance.usage = usage(100, cost);
    let other = usage(40, 0.25);
    provenance.usage.add(&other);
    provenance.others.push(OtherEndpoint {
        endpoint: "small".to_owned(),
        model: None,
        confidence_source: ConfidenceSource::SelfReported,
        metrics: vec!["csat".to_owned()],
        usage: other,
    });
    new
}

async fn finish(store: &Store, cost: f64) {
    let lease = claim_one(store, "internal").await;
    let call = store.work(&lease).await.unwrap().call;
    let new = costly(analysis(&call, json!({"resolved": true})), cost);
    store.finish_analysis(&lease, new).await.unwrap().unwrap();
}

fn this_month() -> UsageFilter {
    UsageFilter {
        from: date(2026, 3, 1),
        to: date(2026, 3, 31),
        agent_id: None,
        endpoint: None,
    }
}

async fn costs_are_summed_by_day_agent_and_endpoint(db: TestDb) {
    db.clock.set("2026-03-30T23:00:00Z".parse().unwrap());
    let agent = agent(&db.store).await;
    for call_id in ["a", "b"] {
        sent(&db.store, &agent, call_id).await;
        finish(&db.store, 1.5).await;
    }
    let rows = db.store.usage(&this_month()).await.unwrap();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.endpoint.as_str(),
                row.analyses,
                row.usage.tokens_read,
                row.usage.cost,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [("big", 2, 200, Some(3.0)), ("small", 2, 80, Some(0.5))]
    );
    assert!(
        rows.iter()
            .all(|row| row.day == date(2026, 3, 30) && row.agent_id == agent.id)
    );
    let small = UsageFilter {
        endpoint: Some("small".to_owned()),
        ..this_month()
    };
    assert_eq!(db.store.usage(&small).await.unwrap().len(), 1);
    let nobody = UsageFilter {
        agent_id: Some("x".to_owned()),
        ..this_month()
    };
    assert!(db.store.usage(&nobody).await.unwrap().is_empty());
    assert!((db.store.spent_this_month(&agent.id).await.unwrap() - 3.5).abs() < 1e-9);
    db.clock.advance(SignedDuration::from_hours(26));
    assert_eq!(db.store.spent_this_month(&agent.id).await.unwrap(), 0.0);
}

async fn costs_outlive_the_call(db: TestDb) {
    db.clock.set("2026-03-30T23:00:00Z".parse().unwrap());
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "a").await;
    finish(&db.store, 1.0).await;
    db.store.delete_call("a").await.unwrap();
    assert_eq!(db.store.usage(&this_month()).await.unwrap().len(), 2);
    // What was asked of nobody cost nothing.
    sent(&db.store, &agent, "b").await;
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let new = failed(&call, "no model");
    db.store.finish_analysis(&lease, new).await.unwrap();
    let rows = db.store.usage(&this_month()).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.analyses).sum::<i64>(), 2);
}

async fn a_share_bounds_what_runs_on_all_nodes(db: TestDb) {
    let agent = agent(&db.store).await;
    for n in 0..8 {
        sent(&db.store, &agent, &format!("c-{n}")).await;
    }
    let share = Share {
        name: "big".to_owned(),
        most: 3,
    };
    let mut nodes = tokio::task::JoinSet::new();
    for node in 0..6 {
        let (store, share) = (db.store.clone(), share.clone());
        nodes.spawn(async move {
            let slots = ["internal".to_owned()];
            store
                .claim(&slots, &node.to_string(), 2, LEASE, Some(&share))
                .await
                .unwrap()
        });
    }
    let leases = nodes.join_all().await.concat();
    assert_eq!(leases.len(), 3);
    let slots = ["internal".to_owned()];
    let more = async |share: &Share| {
        let claimed = db.store.claim(&slots, "w", 8, LEASE, Some(share)).await;
        claimed.unwrap().len()
    };
    assert_eq!(more(&share).await, 0);
    assert!(db.store.release(&leases[0]).await.unwrap());
    assert_eq!(more(&share).await, 1);
    // A worker that is gone holds its place until its lease ends, and no longer.
    db.clock.advance(LEASE + SignedDuration::from_secs(1));
    assert_eq!(more(&share).await, 3);
    assert_eq!(claim(&db.store, "internal", 10).await.len(), 2);
}

async fn a_job_that_is_put_off_loses_no_attempt(db: TestDb) {
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let until = db.store.now() + SignedDuration::from_mins(15);
    assert!(db.store.put_off(&lease, until, "the budget").await.unwrap());
    assert!(!db.store.put_off(&lease, until, "the budget").await.unwrap());
    let job = db.store.job(&lease.job.id).await.unwrap().job;
    assert_eq!(
        (job.state, job.attempts, job.run_at),
        (JobState::Queued, 0, until)
    );
    assert_eq!(job.last_error.as_deref(), Some("the budget"));
    assert!(claim(&db.store, "internal", 1).await.is_empty());
    db.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(claim_one(&db.store, "internal").await.attempt, 1);
}

async fn slots_with_open_jobs_are_listed(db: TestDb) {
    assert!(db.store.open_slots().await.unwrap().is_empty());
    let agent = agent(&db.store).await;
    sent(&db.store, &agent, "c").await;
    assert_eq!(db.store.open_slots().await.unwrap(), ["internal"]);
    finish(&db.store, 1.0).await;
    assert!(db.store.open_slots().await.unwrap().is_empty());
}
