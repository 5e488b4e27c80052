//! The client of one endpoint.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::abilities::{Abilities, Sent};
use super::body::body;
use super::breaker::{Breaker, Outcome};
use super::environment::Environment;
use super::error::ChatError;
use super::reply::{self, ChatReply};
use super::request::ChatRequest;
use super::retry;
use super::settings::ChatSettings;
use super::wire::{Failure, Wire};

/// A model at an endpoint. Copies are the same client.
#[derive(Clone)]
pub struct Chat(pub(super) Arc<Inner>);

pub(super) struct Inner {
    settings: ChatSettings,
    wire: Wire,
    pub(super) environment: Box<dyn Environment>,
    breaker: Breaker,
    known: Mutex<Known>,
    /// Held by the thread that finds out what the server can do.
    pub(super) probing: Mutex<()>,
}

/// What is remembered of a server.
pub(super) struct Known {
    pub(super) probed: bool,
    pub(super) sent: Sent,
    pub(super) cached_tokens: bool,
    pub(super) reasoning: bool,
}

impl Known {
    pub(super) fn abilities(&self) -> Abilities {
        Abilities {
            mode: self.sent.mode,
            log_probs: self.sent.log_probs,
            cached_tokens: self.cached_tokens,
            reasoning: self.reasoning,
            token_limit: self.sent.token_limit,
        }
    }
}

impl Chat {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ChatError::Settings`] where no request could be sent with the settings.
    pub fn new(
        settings: ChatSettings,
        environment: Box<dyn Environment>,
    ) -> Result<Self, ChatError> {
        settings.check()?;
        Ok(Self(Arc::new(Inner {
            wire: Wire::new(&settings)?,
            settings,
            environment,
            breaker: Breaker::default(),
            known: Mutex::new(Known {
                probed: false,
                sent: Sent::all(),
                cached_tokens: false,
                reasoning: false,
            }),
            probing: Mutex::new(()),
        })))
    }

    /// Asks, after a probe if there was none yet. The answer is JSON as far as the server can be held to it: whether it
    /// follows the schema is for the caller to check.
    ///
    /// # Errors
    /// A [`ChatError`] where no answer came, after all repetitions that attempts and deadline allow.
    pub fn ask(&self, request: &ChatRequest) -> Result<ChatReply, ChatError> {
        let start = self.0.environment.now();
        let end = start + self.0.settings.deadline;
        if self.abilities().is_none() {
            self.find_out(end)?;
        }
        let mut reply = self.exchange(request, end)?;
        reply.elapsed = self.0.environment.now().saturating_duration_since(start);
        Ok(reply)
    }

    /// Finds out with small requests what the server can do, unless that is known.
    ///
    /// # Errors
    /// A [`ChatError`] where the server gives no answer to the plainest of requests.
    pub fn probe(&self) -> Result<Abilities, ChatError> {
        if let Some(abilities) = self.abilities() {
            return Ok(abilities);
        }
        self.find_out(self.0.environment.now() + self.0.settings.deadline)
    }

    /// What is known of the server. A refused request may lower it later.
    pub fn abilities(&self) -> Option<Abilities> {
        let known = self.known();
        known.probed.then(|| known.abilities())
    }

    /// The model's name at the endpoint.
    pub fn model(&self) -> &str {
        &self.0.settings.model
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request until it is answered or nothing more is to be hoped for.
    pub(super) fn exchange(
        &self,
        request: &ChatRequest,
        end: Instant,
    ) -> Result<ChatReply, ChatError> {
        let Inner {
            settings,
            environment,
            breaker,
            ..
        } = &*self.0;
        let (mut requests, mut failed) = (0, 0);
        loop {
            let now = environment.now();
            let pass = match breaker.admit(now) {
                Ok(pass) => pass,
                // One that has begun waits with the others, as long as its deadline allows.
                Err(wait) if requests > 0 && now + wait < end => {
                    environment.sleep(wait);
                    continue;
                }
                Err(wait) => return Err(ChatError::Paused { wait }),
            };
            let left = end.saturating_duration_since(now);
            if left.is_zero() {
                return Err(ChatError::TimedOut);
            }
            let sent = self.known().sent;
            requests += 1;
            let outcome = self.once(request, sent, settings.timeout.min(left));
            let now = environment.now();
            let failure = match outcome {
                Ok(mut reply) => {
                    pass.settle(Outcome::Works, now);
                    reply.requests = requests;
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            if let Some(objection) = failure.objection(sent) {
                pass.settle(Outcome::Works, now);
                self.known().sent.give_up(sent, objection);
                continue;
            }
            failed += 1;
            let wait = retry::wait(failed, failure.retry_after, environment.random());
            let last = !failure.repeat || failed >= settings.attempts || now + wait >= end;
            let outcome = match &failure.error {
                ChatError::RateLimited {
                    retry_after: Some(wait),
                } => Outcome::Busy(*wait),
                ChatError::Rejected { .. } => Outcome::Works,
                // What a repetition may mend is no failure yet, unless the breaker waits for this very request.
                error if error.is_of_the_endpoint() && (last || pass.is_trial()) => Outcome::Fails,
                // One question may be too long for the time there is; if every one is, the server hangs.
                ChatError::TimedOut if last => Outcome::Fails,
                _ => Outcome::Unclear,
            };
            pass.settle(outcome, now);
            if last {
                return Err(failure.error);
            }
            environment.sleep(wait);
        }
    }

    /// Sends a request once.
    fn once(
        &self,
        request: &ChatRequest,
        sent: Sent,
        timeout: Duration,
    ) -> Result<ChatReply, Failure> {
        let body = body(&self.0.settings, sent, request);
        let json = self.0.wire.post(&body, timeout)?;
        let (reply, tells_cached) =
            reply::read(&json, sent.mode, &request.schema_name).map_err(Failure::lasting)?;
        let mut known = self.known();
        known.cached_tokens |= tells_cached;
        known.reasoning |= reply.reasoning.is_some();
        Ok(reply)
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat")
            .field("settings", &self.0.settings)
            .field("abilities", &self.abilities())
            .finish_non_exhaustive()
    }
}
