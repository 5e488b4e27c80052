//! The child process: owns the model and does what the parent asks, one request at a time.

mod closed;
mod gguf;
mod load;
mod open;
mod sequences;
mod trie;

use std::io::{self, BufReader};
use std::sync::mpsc;

use crate::protocol::{Failure, Reply, Request, receive, send};

/// Runs the child: reads requests from standard input and answers on standard output until the input ends.
///
/// # Errors
/// When the parent's end of the pipe breaks or sends something that is no frame.
pub fn run_child() -> io::Result<()> {
    prefer_to_be_killed();
    // The parent may die while a batch is computed: a thread that waits on the pipe sees it at once.
    let (requests, inbox) = mpsc::sync_channel(1);
    std::thread::spawn(move || {
        let mut input = BufReader::new(io::stdin().lock());
        while let Ok(request) = receive::<Request>(&mut input) {
            if requests.send(request).is_err() {
                break;
            }
        }
        std::process::exit(0);
    });
    let mut output = io::stdout().lock();
    let Ok(Request::Load(config)) = inbox.recv() else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let loaded = load::load(&config, &mut || send(&mut output, &Reply::Alive).is_ok());
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(failure) => return send(&mut output, &Reply::Failed(failure)),
    };
    let mut runner = match sequences::Runner::new(&loaded, &config) {
        Ok(runner) => runner,
        Err(failure) => return send(&mut output, &Reply::Failed(failure)),
    };
    send(&mut output, &Reply::Loaded(runner.info(&config)))?;
    while let Ok(request) = inbox.recv() {
        // Heartbeats that cannot be sent mean that the parent is gone; the reading thread ends the process.
        let mut alive = || drop(send(&mut output, &Reply::Alive));
        let reply = match request {
            Request::Load(_) => Err(Failure::Native("a model is loaded already".into())),
            Request::Count(segments) => {
                let counts = segments
                    .iter()
                    .map(|s| runner.count(std::slice::from_ref(s)));
                Ok(Reply::Counted(counts.collect()))
            }
            Request::Read(prompt, same) => runner.read(&prompt, same, &mut alive).map(Reply::Read),
            Request::Score(questions) => runner
                .score(&questions, &mut alive)
                .map(|(scores, cost)| Reply::Scored(scores, cost)),
            Request::Write(questions) => runner
                .write(&questions, &mut alive)
                .map(|(texts, cost)| Reply::Wrote(texts, cost)),
        };
        send(&mut output, &reply.unwrap_or_else(Reply::Failed))?;
    }
    Ok(())
}

/// When memory runs out, Linux should end this process and not the server beside it. Raising one's own score needs no rights.
fn prefer_to_be_killed() {
    if let Err(error) = std::fs::write("/proc/self/oom_score_adj", "800") {
        tracing::debug!(%error, "cannot raise the out-of-memory score");
    }
}
