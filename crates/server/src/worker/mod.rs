//! What analyses calls: the model endpoints of this process, the loop that takes jobs for them, and the sweeper.
//!
//! An endpoint is a model with its threads ([`Analysts`]); [`Routes`] say which of them answers in which slot. For every endpoint
//! that is ready the loops in `run` claim jobs, renew
//! their leases while they run, and stores what comes out. A lease that ends before its job does is put back into the
//! queue by `sweep`, here or on any other node. Requests that wait for an answer (stateless analysis) take turns with jobs.

mod analyse;
mod analysts;
mod budget;
mod endpoint_thread;
mod fold;
mod held;
mod job;
mod line;
mod routes;
mod run;
mod settings;
mod sweep;
mod unconfigured;
mod zone;

pub use analyse::{Analyse, AnalyseError, Maker, NotReady, Trouble};
pub use analysts::{Analysts, Endpoint, EndpointState, SlotState, State, Urgency};
pub use budget::Budget;
pub use routes::Routes;
pub(crate) use run::node_name;
pub use run::{Panicked, Wake, Worker};
pub use settings::WorkerSettings;
pub(crate) use zone::agent_zone;
