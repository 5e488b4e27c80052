//! Deliveries: written with what they report, taken in order, and never lost.

use aftercall_core::Event;
use aftercall_store::deliveries::{
    Delivery, DeliveryFilter, DeliveryLease, DeliveryState, NewAttempt, Outcome, Recorded, Replay,
};
use aftercall_store::testing::TestDb;
use aftercall_store::webhooks::{
    NewSubscription, NewWebhook, Webhook, WebhookPatch, WebhookStatus,
};
use aftercall_store::{Agent, Conflict, Store, StoreError, on_both};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::help::{LEASE, agent, claim_one, failed, finish, send, sent};

on_both!(
    an_event_is_written_for_each_receiver_that_asked,
    a_call_that_is_refused_writes_nothing,
    filters_choose_by_answers,
    later_analyses_are_told_only_if_asked,
    a_failed_analysis_is_told,
    first_attempts_go_in_order_and_a_failure_holds_back_none,
    concurrency_bounds_what_is_out,
    a_lease_that_ran_out_is_sent_again_under_the_same_id,
    a_receiver_that_fails_for_five_days_is_disabled,
    a_receiver_that_is_gone_is_disabled_at_once,
    what_waits_for_a_disabled_receiver_goes_when_it_is_enabled,
    a_paused_receiver_gets_nothing,
    deliveries_are_replayed,
    a_call_takes_its_deliveries_with_it,
    old_deliveries_are_purged,
    receivers_are_made_changed_and_deleted,
    subscriptions_of_an_agent_are_replaced,
    secrets_overlap_while_they_are_rotated,
);

const ALL: Option<&Agent> = None;

async fn webhook(store: &Store, name: &str, of: Option<&Agent>, events: &[Event]) -> Webhook {
    let mut new = new_webhook(store, name);
    new.subscriptions = events
        .iter()
        .map(|&event| NewSubscription {
            agent_id: of.map(|agent| agent.id.clone()),
            event,
        })
        .collect();
    store.create_webhook(new).await.unwrap()
}

fn new_webhook(store: &Store, name: &str) -> NewWebhook {
    NewWebhook {
        id: store.new_id().to_string(),
        url: format!("https://example.com/{name}"),
        description: name.to_owned(),
        secret: "sealed".to_owned(),
        headers: None,
        filters: Vec::new(),
        paused: false,
        concurrency: 8,
        subscriptions: Vec::new(),
        created_by: None,
    }
}

/// Every delivery, the oldest first, as event and state.
async fn all(store: &Store) -> Vec<(Event, DeliveryState)> {
    let mut items = deliveries(store).await;
    items.sort_by_key(|one| one.created_at);
    items.iter().map(|one| (one.event, one.state)).collect()
}

async fn deliveries(store: &Store) -> Vec<Delivery> {
    let page = store.deliveries(&DeliveryFilter::default(), 1, 100).await;
    let items = page.unwrap().items;
    items.into_iter().map(|item| item.delivery).collect()
}

async fn take(store: &Store, webhook: &Webhook) -> Vec<DeliveryLease> {
    let taken = store.take_deliveries(&webhook.id, "s", 100, LEASE).await;
    taken.unwrap().leases
}

async fn record(store: &Store, leases: Vec<DeliveryLease>, outcome: Outcome) {
    let attempt = NewAttempt {
        started_at: store.now(),
        milliseconds: 5,
        status: Some(500),
        headers: vec![("a".to_owned(), "b".to_owned())],
        body: "no".to_owned(),
        cut: false,
        error: (outcome != Outcome::Delivered).then(|| "it failed".to_owned()),
    };
    let recorded = leases.into_iter().map(|lease| Recorded {
        lease,
        attempt: attempt.clone(),
        outcome: outcome.clone(),
        hold: None,
    });
    store.record_attempts(recorded.collect()).await.unwrap();
}

fn pass(db: &TestDb, time: SignedDuration) -> Timestamp {
    let now = db.store.now().saturating_add(time).unwrap();
    db.clock.set(now);
    now
}

async fn an_event_is_written_for_each_receiver_that_asked(db: TestDb) {
    let (a, b) = (agent(&db.store).await, agent(&db.store).await);
    let every = webhook(&db.store, "every", ALL, &[Event::PostConversation]).await;
    let of_a = webhook(&db.store, "a", Some(&a), &[Event::PostConversation]).await;
    webhook(&db.store, "other", Some(&a), &[Event::AnalysisFailed]).await;
    // Who asked twice hears of it once.
    let both = NewSubscription {
        agent_id: None,
        event: Event::PostConversation,
    };
    let mut wanted = vec![both];
    wanted.push(NewSubscription {
        agent_id: Some(a.id.clone()),
        event: Event::PostConversation,
    });
    let patch = WebhookPatch {
        subscriptions: Some(wanted),
        ..WebhookPatch::default()
    };
    db.store.patch_webhook(&every.id, patch).await.unwrap();
    sent(&db.store, &a, "one").await;
    let to = |all: Vec<Delivery>| {
        let mut to: Vec<String> = all.into_iter().map(|one| one.webhook_id).collect();
        to.sort();
        to
    };
    let mut expected = vec![every.id.clone(), of_a.id.clone()];
    expected.sort();
    assert_eq!(to(deliveries(&db.store).await), expected);
    // The same again is no event, nor is a call that is not over.
    sent(&db.store, &a, "one").await;
    let open = json!({"callId": "open", "status": "in_progress"});
    send(&db.store, &a, open).await.unwrap();
    assert_eq!(deliveries(&db.store).await.len(), 2);
    let done = json!({"callId": "open", "status": "completed"});
    send(&db.store, &b, done.clone()).await.unwrap_err();
    send(&db.store, &a, done).await.unwrap();
    sent(&db.store, &b, "two").await;
    assert_eq!(deliveries(&db.store).await.len(), 5);
}

async fn a_call_that_is_refused_writes_nothing(db: TestDb) {
    let agent = agent(&db.store).await;
    webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    let call = json!({"callId": "c", "versionId": "0123456789abcdef01234567"});
    send(&db.store, &agent, call).await.unwrap_err();
    assert_eq!(all(&db.store).await, []);
}

async fn filters_choose_by_answers(db: TestDb) {
    let agent = agent(&db.store).await;
    for (name, filters) in [
        ("escalated", vec![("outcome", "ESCALATED")]),
        ("low", vec![("outcome", "ESCALATED"), ("csat.lt", "3")]),
        ("sure", vec![("outcome.confidence.gte", "0.8")]),
    ] {
        let owned = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
        let mut new = new_webhook(&db.store, name);
        new.filters = filters.into_iter().map(owned).collect();
        new.subscriptions = [Event::PostConversation, Event::AnalyticsCompleted]
            .map(|event| NewSubscription {
                agent_id: None,
                event,
            })
            .into();
        db.store.create_webhook(new).await.unwrap();
    }
    let told = async |call_id: &str| {
        let filter = DeliveryFilter {
            call_id: Some(call_id.to_owned()),
            event: Some(Event::AnalyticsCompleted.name().to_owned()),
            ..DeliveryFilter::default()
        };
        let items = db.store.deliveries(&filter, 1, 100).await.unwrap().items;
        let mut names = Vec::new();
        for item in items {
            let id = item.delivery.webhook_id;
            names.push(db.store.webhook(&id).await.unwrap().description);
        }
        names.sort();
        names
    };
    for (call_id, answers, expected) in [
        (
            "a",
            json!({"outcome": "ESCALATED", "csat": 2}),
            vec!["escalated", "low", "sure"],
        ),
        (
            "b",
            json!({"outcome": "ESCALATED", "csat": 3}),
            vec!["escalated", "sure"],
        ),
        (
            "c",
            json!({"outcome": ["RESOLVED", 0.5], "csat": 1}),
            vec![],
        ),
        ("d", json!({"outcome": null}), vec!["sure"]),
    ] {
        sent(&db.store, &agent, call_id).await;
        finish(&db.store, "internal", answers).await;
        assert_eq!(told(call_id).await, expected, "{call_id}");
    }
    // That a call is over has no answers yet: everybody hears of it.
    let filter = DeliveryFilter {
        event: Some(Event::PostConversation.name().to_owned()),
        ..DeliveryFilter::default()
    };
    let posted = db.store.deliveries(&filter, 1, 1).await.unwrap();
    assert_eq!((posted.total, posted.items.len()), (12, 1));
    let mut new = new_webhook(&db.store, "wrong");
    new.filters = vec![("csat.between".to_owned(), "1".to_owned())];
    let error = db.store.create_webhook(new).await.unwrap_err();
    assert!(error.to_string().contains("metric.csat.between"), "{error}");
}

async fn later_analyses_are_told_only_if_asked(db: TestDb) {
    let agent = agent(&db.store).await;
    webhook(&db.store, "x", ALL, &[Event::AnalyticsCompleted]).await;
    sent(&db.store, &agent, "c").await;
    finish(&db.store, "internal", json!({"a": true})).await;
    assert_eq!(all(&db.store).await.len(), 1);
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    finish(&db.store, "internal", json!({"a": false})).await;
    assert_eq!(all(&db.store).await.len(), 1);
    // Of two that ask for the same, one wants it told.
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    let job = db.store.enqueue_analysis("c", None, true).await.unwrap();
    assert!(job.announce);
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    finish(&db.store, "internal", json!({"a": true})).await;
    assert_eq!(all(&db.store).await.len(), 2);
}

async fn a_failed_analysis_is_told(db: TestDb) {
    let agent = agent(&db.store).await;
    let events = [Event::AnalyticsCompleted, Event::AnalysisFailed];
    webhook(&db.store, "x", Some(&agent), &events).await;
    sent(&db.store, &agent, "c").await;
    let lease = claim_one(&db.store, "internal").await;
    let call = db.store.work(&lease).await.unwrap().call;
    let failure = aftercall_store::jobs::Failure {
        reason: "no model".to_owned(),
        retry_at: None,
        analysis: Some(failed(&call, "no model")),
    };
    db.store.fail(&lease, failure).await.unwrap();
    assert_eq!(
        all(&db.store).await,
        [(Event::AnalysisFailed, DeliveryState::Waiting)]
    );
    // The first that completes is told, whatever failed before.
    db.store.enqueue_analysis("c", None, false).await.unwrap();
    pass(&db, SignedDuration::from_secs(1));
    finish(&db.store, "internal", json!({"a": true})).await;
    let events: Vec<Event> = all(&db.store).await.iter().map(|one| one.0).collect();
    assert_eq!(events, [Event::AnalysisFailed, Event::AnalyticsCompleted]);
}

async fn first_attempts_go_in_order_and_a_failure_holds_back_none(db: TestDb) {
    let agent = agent(&db.store).await;
    let events = [Event::PostConversation, Event::AnalyticsCompleted];
    let webhook = webhook(&db.store, "x", ALL, &events).await;
    sent(&db.store, &agent, "c").await;
    pass(&db, SignedDuration::from_secs(1));
    finish(&db.store, "internal", json!({"a": true})).await;
    let first = take(&db.store, &webhook).await;
    let events = |leases: &[DeliveryLease]| -> Vec<Event> {
        leases.iter().map(|one| one.delivery.event).collect()
    };
    assert_eq!(events(&first), [Event::PostConversation]);
    // It has room, and nothing that may go.
    let none = db.store.take_deliveries(&webhook.id, "s", 100, LEASE).await;
    let none = none.unwrap();
    assert_eq!((none.leases, none.full), (Vec::new(), false));
    let later = db.store.now().saturating_add(SignedDuration::from_hours(1));
    record(&db.store, first, Outcome::Again(later.unwrap())).await;
    let second = take(&db.store, &webhook).await;
    assert_eq!(events(&second), [Event::AnalyticsCompleted]);
    record(&db.store, second, Outcome::Delivered).await;
    pass(&db, SignedDuration::from_hours(1));
    let again = take(&db.store, &webhook).await;
    assert_eq!(events(&again), [Event::PostConversation]);
    assert_eq!(again[0].delivery.attempts, 2);
}

async fn concurrency_bounds_what_is_out(db: TestDb) {
    let agent = agent(&db.store).await;
    let mut new = new_webhook(&db.store, "x");
    new.concurrency = 2;
    new.subscriptions = vec![NewSubscription {
        agent_id: None,
        event: Event::PostConversation,
    }];
    let webhook = db.store.create_webhook(new).await.unwrap();
    for n in 0..5 {
        sent(&db.store, &agent, &format!("c{n}")).await;
    }
    let id = webhook.id.as_str();
    let first = db.store.take_deliveries(id, "s", 100, LEASE).await.unwrap();
    assert!(first.full);
    let first = first.leases;
    assert_eq!(first.len(), 2);
    let none = db.store.take_deliveries(id, "s", 100, LEASE).await.unwrap();
    assert_eq!((none.leases, none.full), (Vec::new(), true));
    record(&db.store, first[..1].to_vec(), Outcome::Delivered).await;
    db.store.give_back_delivery(&first[1]).await.unwrap();
    assert_eq!(take(&db.store, &webhook).await.len(), 2);
    assert_eq!(db.store.due_webhooks().await.unwrap(), [webhook.id]);
}

async fn a_lease_that_ran_out_is_sent_again_under_the_same_id(db: TestDb) {
    let agent = agent(&db.store).await;
    let webhook = webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    sent(&db.store, &agent, "c").await;
    let lost = take(&db.store, &webhook).await;
    assert_eq!(db.store.sweep_deliveries(9).await.unwrap(), 0);
    pass(&db, LEASE + SignedDuration::from_secs(1));
    assert_eq!(db.store.sweep_deliveries(9).await.unwrap(), 1);
    let log = db.store.delivery_attempts(&lost[0].delivery.id).await;
    let log = log.unwrap();
    assert_eq!((log.len(), log[0].number), (1, 1));
    assert!(log[0].made.error.as_deref().unwrap().contains("ended"));
    let again = take(&db.store, &webhook).await;
    assert_eq!(again[0].delivery.id, lost[0].delivery.id);
    assert_eq!(again[0].delivery.attempts, 2);
    // What the lost sender tells changes nothing, but stands in the log in place of what was thought.
    record(&db.store, lost, Outcome::Failed).await;
    let log = db.store.delivery_attempts(&again[0].delivery.id).await;
    let log = log.unwrap();
    assert_eq!((log.len(), log[0].number), (1, 1));
    assert_eq!(log[0].made.headers, [("a".to_owned(), "b".to_owned())]);
    let now = db.store.delivery(&again[0].delivery.id).await.unwrap();
    assert_eq!(now.delivery.state, DeliveryState::Sending);
    record(&db.store, again.clone(), Outcome::Delivered).await;
    let now = db.store.delivery(&again[0].delivery.id).await.unwrap();
    assert_eq!(now.delivery.state, DeliveryState::Delivered);
    assert_eq!(now.call_id.as_deref(), Some("c"));
    let log = db.store.delivery_attempts(&now.delivery.id).await.unwrap();
    let numbers: Vec<i64> = log.iter().map(|one| one.number).collect();
    assert_eq!(numbers, [1, 2]);
    assert_eq!(log[1].made.headers, [("a".to_owned(), "b".to_owned())]);
}

async fn a_receiver_that_fails_for_five_days_is_disabled(db: TestDb) {
    let agent = agent(&db.store).await;
    let bad = webhook(&db.store, "bad", ALL, &[Event::PostConversation]).await;
    // That it asks for one agent's does not matter: the event is of none.
    let watch = webhook(&db.store, "watch", Some(&agent), &[Event::EndpointDisabled]).await;
    sent(&db.store, &agent, "c").await;
    let attempt = async |hours: i64, outcome: fn(Timestamp) -> Outcome| {
        let now = pass(&db, SignedDuration::from_hours(hours));
        let taken = take(&db.store, &bad).await;
        assert_eq!(taken.len(), 1);
        record(&db.store, taken, outcome(now)).await;
        db.store.webhook(&bad.id).await.unwrap()
    };
    let since = attempt(0, Outcome::Again).await.failing_since;
    assert!(since.is_some());
    assert_eq!(attempt(100, Outcome::Again).await.failing_since, since);
    // One that succeeds in between makes it well again.
    assert_eq!(
        attempt(19, |_| Outcome::Delivered).await.failing_since,
        None
    );
    sent(&db.store, &agent, "d").await;
    attempt(0, Outcome::Again).await;
    let before = attempt(119, Outcome::Again).await;
    assert_eq!(before.status, WebhookStatus::Enabled);
    let after = attempt(1, Outcome::Again).await;
    assert!(
        matches!(after.status, WebhookStatus::Disabled(reason) if reason.contains("five days"))
    );
    assert_eq!(take(&db.store, &bad).await, []);
    let told = take(&db.store, &watch).await;
    assert_eq!(told.len(), 1);
    let payload = told[0].delivery.payload.clone().unwrap();
    assert_eq!(payload["webhookId"], bad.id.as_str());
    assert_eq!(payload["description"], "bad");
    // Addresses of others may hold secrets.
    assert!(!payload.to_string().contains(&bad.url));
}

async fn a_receiver_that_is_gone_is_disabled_at_once(db: TestDb) {
    let agent = agent(&db.store).await;
    let webhook = webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    sent(&db.store, &agent, "c").await;
    sent(&db.store, &agent, "d").await;
    let taken = take(&db.store, &webhook).await;
    record(
        &db.store,
        taken[..1].to_vec(),
        Outcome::Gone("it is gone".to_owned()),
    )
    .await;
    let webhook = db.store.webhook(&webhook.id).await.unwrap();
    assert_eq!(
        webhook.status,
        WebhookStatus::Disabled("it is gone".to_owned())
    );
    let states: Vec<DeliveryState> = all(&db.store).await.iter().map(|one| one.1).collect();
    assert!(states.contains(&DeliveryState::Failed) && states.contains(&DeliveryState::Sending));
}

async fn what_waits_for_a_disabled_receiver_goes_when_it_is_enabled(db: TestDb) {
    let agent = agent(&db.store).await;
    let webhook = webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    sent(&db.store, &agent, "a").await;
    let taken = take(&db.store, &webhook).await;
    let later = db.store.now().saturating_add(SignedDuration::from_hours(9));
    record(&db.store, taken, Outcome::Again(later.unwrap())).await;
    let change = async |disabled: Option<&str>| {
        let patch = WebhookPatch {
            disabled: Some(disabled.map(str::to_owned)),
            ..WebhookPatch::default()
        };
        db.store.patch_webhook(&webhook.id, patch).await.unwrap()
    };
    change(Some("by hand")).await;
    sent(&db.store, &agent, "b").await;
    assert_eq!(db.store.due_webhooks().await.unwrap(), Vec::<String>::new());
    assert_eq!(take(&db.store, &webhook).await, []);
    let enabled = change(None).await;
    assert_eq!(enabled.status, WebhookStatus::Enabled);
    assert_eq!(enabled.failing_since, None);
    assert_eq!(take(&db.store, &webhook).await.len(), 2);
}

async fn a_paused_receiver_gets_nothing(db: TestDb) {
    let agent = agent(&db.store).await;
    let webhook = webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    let pause = async |paused: bool| {
        let patch = WebhookPatch {
            paused: Some(paused),
            ..WebhookPatch::default()
        };
        db.store.patch_webhook(&webhook.id, patch).await.unwrap();
    };
    pause(true).await;
    sent(&db.store, &agent, "a").await;
    assert_eq!(take(&db.store, &webhook).await, []);
    pause(false).await;
    assert_eq!(take(&db.store, &webhook).await.len(), 1);
}

async fn deliveries_are_replayed(db: TestDb) {
    let agent = agent(&db.store).await;
    let webhook = webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    for call_id in ["a", "b", "c"] {
        sent(&db.store, &agent, call_id).await;
        pass(&db, SignedDuration::from_secs(10));
    }
    let taken = take(&db.store, &webhook).await;
    let error = db
        .store
        .replay_delivery(&taken[0].delivery.id)
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::DeliverySending)
    ));
    record(&db.store, taken[..1].to_vec(), Outcome::Delivered).await;
    record(&db.store, taken[1..].to_vec(), Outcome::Failed).await;
    let replay = async |replay: Replay| db.store.replay(&webhook.id, &replay).await.unwrap();
    let middle = Replay {
        from: Some(taken[1].delivery.created_at),
        to: Some(taken[1].delivery.created_at),
        ..Replay::default()
    };
    assert_eq!(replay(middle).await, 1);
    let again = take(&db.store, &webhook).await;
    assert_eq!(again[0].delivery.id, taken[1].delivery.id);
    assert_eq!(again[0].delivery.attempts, 1);
    assert_eq!(again[0].delivery.attempts_ever, 2);
    record(&db.store, again, Outcome::Failed).await;
    assert_eq!(replay(Replay::default()).await, 2);
    let every = Replay {
        delivered: true,
        ..Replay::default()
    };
    assert_eq!(replay(every).await, 1);
    assert_eq!(take(&db.store, &webhook).await.len(), 3);
    let one = db.store.replay_delivery("0123456789abcdef01234567").await;
    assert!(matches!(one, Err(StoreError::Missing { .. })));
    let every = Replay::default();
    let none = db.store.replay("0123456789abcdef01234567", &every).await;
    assert!(matches!(none, Err(StoreError::Missing { .. })));
}

async fn a_call_takes_its_deliveries_with_it(db: TestDb) {
    let agent = agent(&db.store).await;
    let events = [Event::PostConversation, Event::AnalyticsCompleted];
    let webhook = webhook(&db.store, "x", ALL, &events).await;
    sent(&db.store, &agent, "a").await;
    sent(&db.store, &agent, "b").await;
    finish(&db.store, "internal", json!({"a": true})).await;
    let taken = take(&db.store, &webhook).await;
    for call_id in ["a", "b"] {
        db.store.delete_call(call_id).await.unwrap();
    }
    assert_eq!(all(&db.store).await, []);
    // A sender that is at it just then stores nothing.
    record(&db.store, taken, Outcome::Delivered).await;
    assert_eq!(all(&db.store).await, []);
}

async fn old_deliveries_are_purged(db: TestDb) {
    let agent = agent(&db.store).await;
    let webhook = webhook(&db.store, "x", ALL, &[Event::PostConversation]).await;
    for call_id in ["a", "b", "c"] {
        sent(&db.store, &agent, call_id).await;
    }
    let taken = take(&db.store, &webhook).await;
    record(&db.store, taken[..1].to_vec(), Outcome::Delivered).await;
    record(&db.store, taken[1..2].to_vec(), Outcome::Failed).await;
    let day = SignedDuration::from_hours(24);
    assert_eq!(db.store.purge_deliveries(day, 10).await.unwrap(), 0);
    pass(&db, day + day);
    assert_eq!(db.store.purge_deliveries(day, 1).await.unwrap(), 1);
    assert_eq!(db.store.purge_deliveries(day, 10).await.unwrap(), 1);
    // What still waits stays, unless nothing is sent there.
    assert_eq!(deliveries(&db.store).await.len(), 1);
    let patch = WebhookPatch {
        paused: Some(true),
        ..WebhookPatch::default()
    };
    db.store.patch_webhook(&webhook.id, patch).await.unwrap();
    db.store.give_back_delivery(&taken[2]).await.unwrap();
    assert_eq!(db.store.purge_deliveries(day, 10).await.unwrap(), 1);
}

async fn receivers_are_made_changed_and_deleted(db: TestDb) {
    let agent = agent(&db.store).await;
    let one = webhook(&db.store, "one", Some(&agent), &[Event::PostConversation]).await;
    pass(&db, SignedDuration::from_secs(1));
    let two = webhook(&db.store, "two", ALL, &[]).await;
    let listed = db.store.webhooks().await.unwrap();
    assert_eq!(listed, [one.clone(), two.clone()]);
    assert_eq!(one.subscriptions[0].agent.as_ref().unwrap().name, "agent");
    let url = |url: &str| WebhookPatch {
        url: Some(url.to_owned()),
        ..WebhookPatch::default()
    };
    let taken = db.store.patch_webhook(&two.id, url(&one.url)).await;
    let exists = |error| matches!(error, StoreError::Conflict(Conflict::WebhookUrlExists));
    assert!(exists(taken.unwrap_err()));
    let mut same = new_webhook(&db.store, "two");
    same.description = String::new();
    assert!(exists(db.store.create_webhook(same).await.unwrap_err()));
    let mut unknown = new_webhook(&db.store, "three");
    unknown.subscriptions = vec![NewSubscription {
        agent_id: Some("0123456789abcdef01234567".to_owned()),
        event: Event::PostConversation,
    }];
    let error = db.store.create_webhook(unknown).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { what: "Agent", .. }));
    assert_eq!(db.store.webhooks().await.unwrap().len(), 2);
    let moved = db
        .store
        .patch_webhook(&two.id, url("https://b.example"))
        .await;
    assert_eq!(moved.unwrap().url, "https://b.example");
    sent(&db.store, &agent, "c").await;
    let error = db.store.delete_webhook(&one.id, true).await.unwrap_err();
    assert!(matches!(
        error,
        StoreError::Conflict(Conflict::WebhookAssigned)
    ));
    db.store.delete_webhook(&two.id, true).await.unwrap();
    db.store.delete_webhook(&one.id, false).await.unwrap();
    assert_eq!(all(&db.store).await, []);
    let missing = db.store.webhook(&one.id).await.unwrap_err();
    assert!(matches!(
        missing,
        StoreError::Missing {
            what: "Webhook",
            ..
        }
    ));
}

async fn subscriptions_of_an_agent_are_replaced(db: TestDb) {
    let (a, b) = (agent(&db.store).await, agent(&db.store).await);
    let one = webhook(&db.store, "one", Some(&a), &[Event::PostConversation]).await;
    let two = webhook(&db.store, "two", Some(&b), &[Event::PostConversation]).await;
    let events = [Event::AnalyticsCompleted, Event::PostConversation];
    db.store
        .replace_subscriptions(&a.id, &two.id, &events)
        .await
        .unwrap();
    let of_a = db.store.subscriptions(&a.id).await.unwrap();
    assert_eq!(of_a.len(), 2);
    assert!(of_a.iter().all(|one| one.webhook_id == two.id));
    assert_eq!(db.store.webhook(&one.id).await.unwrap().subscriptions, []);
    assert_eq!(
        db.store.webhook(&two.id).await.unwrap().subscriptions.len(),
        3
    );
    db.store.delete_subscriptions(&a.id).await.unwrap();
    assert_eq!(db.store.subscriptions(&a.id).await.unwrap(), []);
    let unknown = "0123456789abcdef01234567";
    for error in [
        db.store
            .replace_subscriptions(unknown, &two.id, &events)
            .await,
        db.store
            .replace_subscriptions(&a.id, unknown, &events)
            .await,
        db.store.delete_subscriptions(unknown).await,
    ] {
        assert!(matches!(error, Err(StoreError::Missing { .. })));
    }
}

async fn secrets_overlap_while_they_are_rotated(db: TestDb) {
    let webhook = webhook(&db.store, "x", ALL, &[]).await;
    let sealed = |webhook: &Webhook| -> Vec<String> {
        webhook
            .secrets
            .iter()
            .map(|one| one.sealed.clone())
            .collect()
    };
    let rotate = async |name: &str, hours: i64| {
        let until = db
            .store
            .now()
            .saturating_add(SignedDuration::from_hours(hours));
        let rotated = db
            .store
            .rotate_secret(&webhook.id, name.to_owned(), until.unwrap());
        sealed(&rotated.await.unwrap())
    };
    pass(&db, SignedDuration::from_secs(1));
    assert_eq!(rotate("second", 24).await, ["second", "sealed"]);
    pass(&db, SignedDuration::from_hours(1));
    // The oldest keeps its own, earlier end.
    assert_eq!(rotate("third", 48).await, ["third", "second", "sealed"]);
    pass(&db, SignedDuration::from_hours(24));
    let now = db.store.webhook(&webhook.id).await.unwrap();
    assert_eq!(sealed(&now), ["third", "second"]);
    assert_eq!(rotate("fourth", 0).await, ["fourth"]);
    let id = db.store.webhook(&webhook.id).await.unwrap().secrets[0]
        .id
        .clone();
    db.store.reseal_secret(&id, "fourth again").await.unwrap();
    let now = db.store.webhook(&webhook.id).await.unwrap();
    assert_eq!(sealed(&now), ["fourth again"]);
}
