//! The loop that sends what is due.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use aftercall_delivery::{Client, Outgoing, schedule, sign};
use aftercall_store::deliveries::{DeliveryLease, NewAttempt, Outcome, Recorded};
use aftercall_store::webhooks::Webhook;
use aftercall_store::{Store, StoreError};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::SignedDuration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{DeliverySettings, Sealed, outcome, payload};
use crate::worker::{Wake, node_name};

/// How much longer than a receiver may take a delivery is leased.
const SPARE: Duration = Duration::from_secs(10);
/// The longest pause after the database could not be reached.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How often leases that ran out and old deliveries are looked for.
const SWEEP: Duration = Duration::from_secs(10);
/// Lost and old deliveries that are looked after at once.
const AT_ONCE: u64 = 500;

/// Sends deliveries. A clone is the same courier.
#[derive(Clone)]
pub struct Courier {
    store: Store,
    client: Client,
    sealed: Sealed,
    settings: Arc<DeliverySettings>,
    wake: Wake,
    /// Stands with the deliveries that it has.
    name: String,
}

/// What came of a delivery that was taken.
enum Sent {
    /// An attempt.
    Attempt(Box<Recorded>),
    /// It could not be tried: the database does not answer.
    NotNow(Box<DeliveryLease>),
}

/// What is under way.
#[derive(Default)]
struct Way {
    sending: JoinSet<Sent>,
    /// Deliveries by receiver.
    out: HashMap<String, usize>,
    /// Receivers that have as many as they may, until one comes back.
    full: HashSet<String>,
    /// What is still to be stored.
    recorded: Vec<Recorded>,
    /// What could not be tried and is to be given back.
    untried: Vec<DeliveryLease>,
}

impl Courier {
    /// A courier of this process.
    #[must_use]
    pub fn new(
        store: Store,
        client: Client,
        sealed: Sealed,
        settings: DeliverySettings,
        wake: Wake,
    ) -> Self {
        Self {
            store,
            client,
            sealed,
            settings: Arc::new(settings),
            wake,
            name: node_name(),
        }
    }

    /// Sends what is due until `stop`; what is on the way then is waited for.
    pub async fn run(self, stop: CancellationToken) {
        let mut way = Way::default();
        let mut swept = None;
        let mut failures = 0;
        while !stop.is_cancelled() {
            if swept.is_none_or(|at: tokio::time::Instant| at.elapsed() >= SWEEP) {
                self.sweep().await;
                swept = Some(tokio::time::Instant::now());
            }
            // Listening begins before the look, so that what comes in between is not slept over.
            let woken = self.wake.listen();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let pause = match self.turn(&mut way).await {
                Ok(()) => {
                    failures = 0;
                    self.settings.poll()
                }
                Err(error) => {
                    failures += 1;
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "deliveries cannot be taken or stored");
                    (self.settings.poll() * failures).min(LONGEST_PAUSE)
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = woken => {}
                () = tokio::time::sleep(pause) => {}
                Some(sent) = way.sending.join_next(), if failures == 0 => way.came_back(sent.ok()),
            }
        }
        self.finish(way).await;
    }

    /// Sends what is due now, and waits for what comes of it. What becomes due by that is left.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pass(&self) -> Result<(), StoreError> {
        let mut way = Way::default();
        self.store.sweep_deliveries(AT_ONCE).await?;
        self.take(&mut way).await?;
        while let Some(sent) = way.sending.join_next().await {
            way.came_back(sent.ok());
        }
        self.record(&mut way).await
    }

    /// Stores what came back, and takes what is due.
    async fn turn(&self, way: &mut Way) -> Result<(), StoreError> {
        while let Some(sent) = way.sending.try_join_next() {
            way.came_back(sent.ok());
        }
        self.record(way).await?;
        while let Some(lease) = way.untried.last() {
            self.store.give_back_delivery(lease).await?;
            way.untried.pop();
        }
        self.take(way).await
    }

    async fn record(&self, way: &mut Way) -> Result<(), StoreError> {
        if way.recorded.is_empty() {
            return Ok(());
        }
        match self.store.record_attempts(way.recorded.clone()).await {
            Ok(()) => way.recorded.drain(..).for_each(|one| count(&one)),
            Err(error) if error.is_outage() => return Err(error),
            // One of them cannot be stored, and must not hold up the others.
            Err(_) => {
                while let Some(one) = way.recorded.last() {
                    self.record_alone(one).await?;
                    way.recorded.pop();
                }
            }
        }
        Ok(())
    }

    /// Stores one attempt. Where that cannot be, the log says so, and its lease runs out.
    async fn record_alone(&self, one: &Recorded) -> Result<(), StoreError> {
        match self.store.record_attempts(vec![one.clone()]).await {
            Ok(()) => count(one),
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                let delivery = one.lease.delivery.id.as_str();
                let error = &error as &dyn std::error::Error;
                tracing::error!(delivery, error, "what came of a delivery cannot be stored");
            }
        }
        Ok(())
    }

    async fn take(&self, way: &mut Way) -> Result<(), StoreError> {
        let lease = self.settings.timeout() + SPARE;
        let lease = SignedDuration::try_from(lease).unwrap_or(SignedDuration::MAX);
        let mut due = self.store.due_webhooks().await?;
        // Who has least under way comes first.
        due.sort_by_key(|id| way.out.get(id).copied());
        for webhook_id in due {
            if way.full.contains(&webhook_id) {
                continue;
            }
            let room = self.settings.concurrency.saturating_sub(way.sending.len());
            // However many hang, one that has nothing under way gets something.
            let least = usize::from(!way.out.contains_key(&webhook_id));
            let limit = room.max(least) as u64;
            if limit == 0 {
                continue;
            }
            let taken = self
                .store
                .take_deliveries(&webhook_id, &self.name, limit, lease)
                .await?;
            // Only where one of them comes back here is it looked at again before long.
            let comes_back = way.out.contains_key(&webhook_id) || !taken.leases.is_empty();
            if taken.full && comes_back {
                way.full.insert(webhook_id.clone());
            }
            if !taken.leases.is_empty() {
                *way.out.entry(webhook_id).or_default() += taken.leases.len();
            }
            for lease in taken.leases {
                let courier = self.clone();
                way.sending.spawn(async move { courier.send(lease).await });
            }
        }
        Ok(())
    }

    async fn send(self, lease: DeliveryLease) -> Sent {
        let delivery = &lease.delivery;
        if delivery.attempts > schedule::ATTEMPTS {
            let reason = "Every attempt was lost: the sender did not come back.".to_owned();
            return self.failed(lease, reason, true);
        }
        let webhook = match self.store.webhook(&delivery.webhook_id).await {
            Ok(webhook) => webhook,
            Err(error) => return self.not_made(lease, &error),
        };
        let body = match payload::body(&self.store, &webhook, delivery).await {
            Ok(body) => body,
            Err(error) => return self.not_made(lease, &error),
        };
        let request = match self.request(&webhook, delivery.id.as_str(), body) {
            Ok(request) => request,
            Err(reason) => return self.failed(lease, reason, false),
        };
        let started = self.store.now();
        let sent = self.client.send(request).await;
        let now = self.store.now();
        let random = self.store.random_unit();
        let (attempt, outcome) = outcome::of(&sent, started, now, delivery.attempts, random);
        Sent::Attempt(Box::new(Recorded {
            lease,
            attempt,
            outcome,
            hold: outcome::hold(&sent, now),
        }))
    }

    /// The signed request, or why there is none.
    fn request(&self, webhook: &Webhook, id: &str, body: Vec<u8>) -> Result<Outgoing, String> {
        let address = self.settings.policy().check(&webhook.url);
        let address = address.map_err(|refused| refused.to_string())?;
        let secrets = self.sealed.secrets(webhook);
        let secrets = secrets.map_err(|error| format!("The secret cannot be opened: {error}."))?;
        let own = self.sealed.open_headers(webhook);
        let own = own.map_err(|error| format!("The headers cannot be opened: {error}."))?;
        let at = self.store.now().as_second();
        let all: Vec<&str> = secrets.iter().map(String::as_str).collect();
        let newest = all.first().copied().unwrap_or_default();
        let mut headers = HeaderMap::new();
        for (name, value) in own {
            let pair = (name.parse::<HeaderName>(), value.parse::<HeaderValue>());
            let (Ok(name), Ok(value)) = pair else {
                return Err(format!("The header {name} cannot be sent."));
            };
            headers.insert(name, value);
        }
        for (name, value) in [
            (header::CONTENT_TYPE.as_str(), "application/json".to_owned()),
            ("x-signature", sign::x_signature(newest, &body)),
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at.to_string()),
            ("webhook-signature", sign::standard(&all, id, at, &body)),
        ] {
            let value = HeaderValue::try_from(value);
            let value = value.map_err(|_| format!("The header {name} cannot be sent."))?;
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(Outgoing {
            address,
            headers,
            body: body.into(),
            timeout: self.settings.timeout(),
        })
    }

    /// What becomes of a delivery that could not be made.
    fn not_made(&self, lease: DeliveryLease, error: &StoreError) -> Sent {
        match error {
            // It goes with its call and its receiver: nothing is left to be stored.
            StoreError::Missing { .. } => self.failed(lease, error.to_string(), true),
            error if error.is_outage() => Sent::NotNow(Box::new(lease)),
            error => self.failed(lease, error.to_string(), false),
        }
    }

    fn failed(&self, lease: DeliveryLease, reason: String, last: bool) -> Sent {
        let now = self.store.now();
        let outcome = if last {
            Outcome::Failed
        } else {
            outcome::later(lease.delivery.attempts, self.store.random_unit(), None, now)
        };
        Sent::Attempt(Box::new(Recorded {
            attempt: NewAttempt {
                started_at: now,
                milliseconds: 0,
                status: None,
                headers: Vec::new(),
                body: String::new(),
                cut: false,
                error: Some(reason),
            },
            lease,
            outcome,
            hold: None,
        }))
    }

    async fn sweep(&self) {
        let keep = SignedDuration::from_hours(24 * i64::from(self.settings.keep_days));
        let swept = async {
            loop {
                let lost = self.store.sweep_deliveries(AT_ONCE).await?;
                if lost > 0 {
                    tracing::warn!(deliveries = lost, "leases ended before deliveries did");
                }
                if lost < AT_ONCE {
                    break;
                }
            }
            while self.settings.keep_days > 0
                && self.store.purge_deliveries(keep, AT_ONCE).await? == AT_ONCE
            {}
            Ok::<(), StoreError>(())
        };
        if let Err(error) = swept.await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "deliveries could not be looked through");
        }
    }

    /// Waits for what is on the way, which no receiver can hold for longer than its time, and stores it.
    async fn finish(&self, mut way: Way) {
        while let Some(sent) = way.sending.join_next().await {
            way.came_back(sent.ok());
        }
        for lease in &way.untried {
            // Its lease runs out otherwise.
            self.store.give_back_delivery(lease).await.ok();
        }
        if let Err(error) = self.record(&mut way).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                error,
                "what came of deliveries could not be stored: they are sent again"
            );
        }
    }
}

impl Way {
    fn came_back(&mut self, sent: Option<Sent>) {
        let lease = match &sent {
            Some(Sent::Attempt(recorded)) => &recorded.lease,
            Some(Sent::NotNow(lease)) => lease,
            // It panicked, which the log tells: its lease runs out.
            None => {
                self.full.clear();
                self.out.clear();
                return;
            }
        };
        let webhook_id = lease.delivery.webhook_id.clone();
        self.full.remove(&webhook_id);
        if let Some(out) = self.out.get_mut(&webhook_id) {
            *out = out.saturating_sub(1);
            if *out == 0 {
                self.out.remove(&webhook_id);
            }
        }
        match sent {
            Some(Sent::Attempt(recorded)) => self.recorded.push(*recorded),
            Some(Sent::NotNow(lease)) => self.untried.push(*lease),
            None => {}
        }
    }
}

fn count(one: &Recorded) {
    let outcome = match &one.outcome {
        Outcome::Delivered => "delivered",
        Outcome::Again(_) => "again",
        Outcome::Failed => "failed",
        Outcome::Gone(_) => "gone",
    };
    metrics::counter!("aftercall_deliveries_total", "outcome" => outcome).increment(1);
    let milliseconds = one.attempt.milliseconds as f64;
    metrics::histogram!("aftercall_delivery_seconds").record(milliseconds / 1000.0);
    tracing::info!(
        delivery = one.lease.delivery.id,
        webhook = one.lease.delivery.webhook_id,
        event = one.lease.delivery.event.name(),
        attempt = one.lease.delivery.attempts,
        status = one.attempt.status,
        outcome,
        duration_ms = one.attempt.milliseconds,
        "a delivery was tried"
    );
}
