//! The parent's end of one child: started, spoken to, listened to with patience, ended.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::EngineError;
use crate::protocol::{Reply, Request, receive, send};

/// Lines of the child's log that are kept for error messages.
const KEPT_LINES: usize = 8;

pub(crate) struct ChildProcess {
    child: Child,
    /// To a thread that writes them: a child that hangs does not empty its pipe, and that must not hold us up.
    requests: SyncSender<Request>,
    replies: Receiver<Reply>,
    log: Arc<Mutex<VecDeque<String>>>,
}

/// Why a child gave no answer.
pub(crate) enum Lost {
    /// It ended.
    Ended,
    /// It said nothing for too long and was ended.
    Silent(Duration),
}

impl ChildProcess {
    pub(crate) fn start(mut command: Command) -> Result<Self, EngineError> {
        let program = command.get_program().into();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| EngineError::Spawn { program, source })?;
        let (Some(input), Some(output), Some(errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(EngineError::Native(
                "the engine process has no pipes".into(),
            ));
        };
        let log = Arc::new(Mutex::new(VecDeque::new()));
        keep_log(errors, Arc::clone(&log));
        let (sender, replies) = sync_channel(16);
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Ok(reply) = receive::<Reply>(&mut output) {
                if sender.send(reply).is_err() {
                    break;
                }
            }
        });
        let (requests, outbox) = sync_channel::<Request>(1);
        std::thread::spawn(move || {
            let mut input = input;
            // What cannot be written has no reader any more; then the replies end too.
            while let Ok(request) = outbox.recv() {
                if send(&mut input, &request).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            child,
            requests,
            replies,
            log,
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a request and waits for its reply, as long as signs of life come.
    pub(crate) fn ask(&mut self, request: &Request, silence: Duration) -> Result<Reply, Lost> {
        if self.requests.send(request.clone()).is_err() {
            return Err(Lost::Ended);
        }
        loop {
            match self.replies.recv_timeout(silence) {
                Ok(Reply::Alive) => {}
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Disconnected) => return Err(Lost::Ended),
                Err(RecvTimeoutError::Timeout) => return Err(Lost::Silent(silence)),
            }
        }
    }

    /// What the child last said that looks like a reason, else its last line, else how it ended.
    pub(crate) fn last_words(&mut self) -> String {
        let lines = self
            .log
            .lock()
            .map_or_else(|_| VecDeque::new(), |log| log.clone());
        let said = lines
            .iter()
            .rev()
            .find(|line| {
                line.contains("error") || line.contains("ASSERT") || line.contains("what()")
            })
            .or_else(|| lines.back())
            .cloned();
        match (said, self.child.try_wait()) {
            (Some(said), Ok(Some(status))) => format!("{said} ({status})"),
            (Some(said), _) => said,
            (None, Ok(Some(status))) => status.to_string(),
            (None, _) => "nothing was said".into(),
        }
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        // Both fail only when the process is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// llama.cpp logs to standard error; it speaks of tensors and never of prompts.
fn keep_log(from: impl Read + Send + 'static, log: Arc<Mutex<VecDeque<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            tracing::trace!(target: "aftercall_engine::native", "{line}");
            if let Ok(mut log) = log.lock() {
                if log.len() == KEPT_LINES {
                    log.pop_front();
                }
                log.push_back(line);
            }
        }
    });
}
