//! Figures for charts.

pub(super) mod calls;
mod metric_views;
pub(super) mod metrics;
mod question;
