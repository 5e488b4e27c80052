//! Calls that come at the same time are stored in one commit.
//!
//! A commit waits for the disk, whatever it holds. So whoever has a call to store puts it in a queue and asks for a turn
//! to commit; whoever gets the turn stores everything that waits by then. With one sender nothing waits; with many, the
//! commits grow instead of the queue.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sea_orm::{DbBackend, DbErr};
use tokio::sync::{Semaphore, oneshot};

use super::accept::unanswered;
use super::sent::Sent;
use super::{Accepted, NewCall, Rejected};
use crate::{Store, StoreError};

/// Calls of one commit, at most; more that came together go alone.
const MOST_CALLS: usize = 512;
/// Bytes of transcripts of one commit, at most; a longer one goes alone.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// Commits at a time on PostgreSQL, out of the connections that it has. SQLite has one writer.
const POSTGRES_TURNS: usize = 4;

/// What became of each call, in their order.
type Answers = Vec<Result<Accepted, Rejected>>;

/// Calls that wait for their commit.
pub(crate) struct Gather {
    waiting: Mutex<VecDeque<Entry>>,
    turns: Semaphore,
}

/// Calls that came together.
struct Entry {
    calls: Vec<Sent>,
    answer: oneshot::Sender<Result<Answers, StoreError>>,
}

impl Gather {
    pub(crate) fn new(backend: DbBackend) -> Self {
        let turns = match backend {
            DbBackend::Postgres => POSTGRES_TURNS,
            _ => 1,
        };
        Self {
            waiting: Mutex::default(),
            turns: Semaphore::new(turns),
        }
    }

    fn put(&self, entry: Entry) {
        self.queue().push_back(entry);
    }

    /// Takes what fits into one commit, from the front.
    fn next(&self) -> Vec<Entry> {
        let mut queue = self.queue();
        let (mut calls, mut bytes) = (0, 0);
        let fitting = queue.iter().take_while(|entry| {
            let first = calls == 0;
            calls += entry.calls.len();
            bytes += entry
                .calls
                .iter()
                .map(|call| call.turns.len())
                .sum::<usize>();
            first || calls <= MOST_CALLS && bytes <= MOST_BYTES
        });
        let number = fitting.count();
        queue.drain(..number).collect()
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Entry>> {
        // Entries are put and taken whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Takes one call; see [`Store::accept_calls`].
    ///
    /// # Errors
    /// Those of the database. What the sender did wrong is the inner error.
    pub async fn accept_call(
        &self,
        call: NewCall,
    ) -> Result<Result<Accepted, Rejected>, StoreError> {
        let mut answers = self.accept_calls(vec![call]).await?;
        answers.pop().ok_or_else(unanswered)
    }

    /// Takes calls in one commit and tells of each, in their order, what became of it. One that is rejected takes no
    /// other with it.
    ///
    /// The same content again changes nothing. A call that is not finished is completed by a later body: what it says
    /// replaces, what it leaves out stays. Once it is finished, other content is a conflict; another agent always is. A
    /// finished call gets its job. One that was cancelled here is still completed by a finished body of its sender, and
    /// gets its job anew.
    ///
    /// Once called, it is carried out even if nobody waits for the answer any more.
    ///
    /// # Errors
    /// Those of the database; then nothing was stored.
    pub async fn accept_calls(&self, calls: Vec<NewCall>) -> Result<Answers, StoreError> {
        let mut answers: Vec<Option<Result<Accepted, Rejected>>> = Vec::with_capacity(calls.len());
        let mut ready = Vec::with_capacity(calls.len());
        for call in calls {
            match Sent::new(call) {
                Ok(sent) => {
                    ready.push(sent);
                    answers.push(None);
                }
                Err(problem) => answers.push(Some(Err(problem.into()))),
            }
        }
        let stored = if ready.is_empty() {
            Vec::new()
        } else {
            self.gathered(ready).await?
        };
        let mut stored = stored.into_iter();
        answers
            .into_iter()
            .map(|answer| answer.or_else(|| stored.next()).ok_or_else(unanswered))
            .collect()
    }

    async fn gathered(&self, calls: Vec<Sent>) -> Result<Answers, StoreError> {
        let (answer, told) = oneshot::channel();
        self.gather().put(Entry { calls, answer });
        // Whoever commits does it for others too: it must not end with the request that began it.
        tokio::spawn(self.clone().commit_waiting());
        told.await.map_err(|_| unanswered())?
    }

    /// Waits for a turn and stores what waits by then. As it runs once for each entry, none is left.
    async fn commit_waiting(self) {
        // The semaphore is never closed.
        let Ok(_turn) = self.gather().turns.acquire().await else {
            return;
        };
        let entries = self.gather().next();
        if entries.is_empty() {
            return;
        }
        let all: Vec<&Sent> = entries.iter().flat_map(|entry| &entry.calls).collect();
        match self.commit_calls(&all).await {
            Ok(answers) => {
                let mut answers = answers.into_iter();
                for entry in entries {
                    let own = answers.by_ref().take(entry.calls.len()).collect();
                    tell(entry, Ok(own));
                }
            }
            Err(StoreError::Busy(error)) => {
                for entry in entries {
                    let same = DbErr::Custom(error.to_string());
                    tell(entry, Err(StoreError::Busy(same)));
                }
            }
            Err(error) if entries.len() == 1 => {
                let mut error = Some(error);
                for entry in entries {
                    tell(entry, Err(error.take().unwrap_or_else(unanswered)));
                }
            }
            // It may be the fault of one of them: each is tried alone, so that no other suffers.
            Err(_) => {
                for entry in entries {
                    let own: Vec<&Sent> = entry.calls.iter().collect();
                    let answers = self.commit_calls(&own).await;
                    tell(entry, answers);
                }
            }
        }
    }
}

/// Whoever does not wait any more need not know.
fn tell(entry: Entry, answer: Result<Answers, StoreError>) {
    entry.answer.send(answer).ok();
}
