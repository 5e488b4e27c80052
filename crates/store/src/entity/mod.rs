//! The tables as rows, one file a table. Times are microseconds of UTC, ids are text.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::derive_partial_eq_without_eq,
    reason = "sea-orm's derives write public items beside each model; the columns are explained in the migration"
)]

pub(crate) mod agents;
pub(crate) mod analyses;
pub(crate) mod answers;
pub(crate) mod branches;
pub(crate) mod calls;
pub(crate) mod deliveries;
pub(crate) mod delivery_attempts;
pub(crate) mod draft_edits;
pub(crate) mod drafts;
pub(crate) mod export_partitions;
pub(crate) mod exports;
pub(crate) mod intake_notices;
pub(crate) mod intake_payloads;
pub(crate) mod intake_secrets;
pub(crate) mod intake_sources;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod organisations;
pub(crate) mod revisions;
pub(crate) mod sessions;
pub(crate) mod statistics_calls;
pub(crate) mod statistics_deltas;
pub(crate) mod statistics_metrics;
pub(crate) mod transcripts;
pub(crate) mod usage_days;
pub(crate) mod webhook_secrets;
pub(crate) mod webhook_subscriptions;
pub(crate) mod webhooks;
