//! Ctrl-C: the call in hand is finished, then the run ends; a second one ends it at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;
use crate::terminal;

static STOPPING: AtomicBool = AtomicBool::new(false);
static IN_HAND: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C. `hint` says what to do afterwards.
pub(crate) fn listen(hint: String) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || {
        let again = STOPPING.swap(true, Ordering::SeqCst);
        if again || !IN_HAND.load(Ordering::SeqCst) {
            terminal::set_bar(None);
            terminal::tell(&hint);
            // The process with the model ends when its parent is gone.
            std::process::exit(Exit::Interrupted as i32);
        }
        terminal::tell("stopping after the call in hand; Ctrl-C again stops at once");
    })
}

/// Whether Ctrl-C was pressed.
pub(crate) fn stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

/// Does work that Ctrl-C lets be finished; none if it was pressed before.
pub(crate) fn in_hand<T>(work: impl FnOnce() -> T) -> Option<T> {
    IN_HAND.store(true, Ordering::SeqCst);
    let outcome = (!stopping()).then(work);
    IN_HAND.store(false, Ordering::SeqCst);
    outcome
}
