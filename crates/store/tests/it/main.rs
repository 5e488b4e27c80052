//! The store on both of its databases.

#![expect(
    clippy::unwrap_used,
    reason = "the bodies of tests are functions of their own here"
)]

mod agents;
mod analyses;
mod analytics;
mod branch_drafts;
mod branches;
mod call_lists;
mod calls;
mod clocks;
mod deliveries;
mod drafts;
mod exports;
mod help;
mod intake;
mod job_model;
mod jobs;
mod keys;
mod merged;
mod migrations;
mod revisions;
mod statistics;
mod support;
mod together;
mod usage;
