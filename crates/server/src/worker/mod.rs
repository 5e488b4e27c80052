//! What analyses calls: the model slots of this process, the loop that takes jobs for them, and the sweeper.
//!
//! A slot is a thread with a model ([`Analysts`]). For every slot that is ready the loop in `run` claims jobs, renews
//! their leases while they run, and stores what comes out. A lease that ends before its job does is put back into the
//! queue by `sweep`, here or on any other node. Requests that wait for an answer (stateless analysis) take turns with jobs.

mod analyse;
mod analysts;
mod held;
mod job;
mod line;
mod run;
mod settings;
mod slot_thread;
mod sweep;
mod unconfigured;
mod zone;

pub use analyse::{Analyse, AnalyseError, Maker, NotReady};
pub use analysts::{Analysts, SlotState, State, Urgency};
pub use run::{Panicked, Wake, Worker};
pub use settings::WorkerSettings;
