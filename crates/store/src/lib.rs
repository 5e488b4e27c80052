//! What the server keeps: agents and their versions, calls, analyses, jobs and keys. The only SQL of the project, on
//! SQLite and PostgreSQL alike.

pub mod analyses;
pub mod analytics;
pub mod calls;
pub mod deliveries;
pub mod exports;
pub mod intake;
pub mod jobs;
pub mod statistics;
pub mod webhooks;

mod agent_list;
mod agents;
mod answer_line;
mod answers;
mod blocks;
mod branch_changes;
mod branch_drafts;
mod branches;
mod chunks;
mod clock;
mod clock_difference;
mod draft_edits;
mod drafts;
mod entity;
mod error;
mod follow;
mod json_text;
mod keys;
mod migration;
mod named_drafts;
mod organisations;
mod outage;
mod page;
mod publish;
mod random;
mod rebase;
mod revisions;
mod secrets;
mod sessions;
mod settings;
mod sqlite_file;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod times;
mod usage;
mod versions;

pub use agent_list::{AgentFilter, AgentRow, AgentSort};
pub use agents::{Agent, AgentPatch, NewAgent};
pub use branches::{Branch, BranchStatus, BranchSummary};
pub use clock::{Clock, ManualClock, SystemClock};
pub use drafts::{Draft, DraftDetail, DraftEdit, DraftState};
pub use error::{Conflict, StoreError};
pub use keys::{Key, NewKey, Role};
pub use named_drafts::{NewDraft, PublishDraft};
pub use organisations::Organisation;
pub use page::{Order, Page};
pub use random::{Random, SeededRandom, SystemRandom};
pub use revisions::{HistoryStep, Revision, RevisionHistory};
pub use sessions::{NewSession, Session};
pub use settings::PoolOptions;
pub use store::Store;
pub use usage::{UsageFilter, UsageRow};
pub use versions::VersionPatch;
