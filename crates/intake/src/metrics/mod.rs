//! Analysis settings of other platforms → our metrics, and what did not fit.

mod atoms;
mod bolna;
mod elevenlabs;
mod fish;
mod list;
mod retell;
mod schema;
mod vapi;

use aftercall_core::{Metric, Problem, parse_metrics_json};
use serde_json::Value as Json;

use list::List;

/// Platforms whose settings can be read.
pub const PLATFORMS: [&str; 6] = ["vapi", "retell", "elevenlabs", "bolna", "fish", "atoms"];

/// Metrics that were made of another platform's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The metrics, valid.
    pub metrics: Vec<Metric>,
    /// What has no counterpart, or only a near one.
    pub left_over: Vec<LeftOver>,
}

/// A setting that does not come over as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOver {
    /// Its path in the settings.
    pub field: String,
    /// What becomes of it.
    pub why: String,
}

/// Reads the settings of a platform: an assistant or agent as its API gives it, or the part of it that is about analysis.
///
/// # Errors
/// There is no such platform, the settings hold no questions, or what they make breaks a rule of metrics.
pub fn import_metrics(platform: &str, settings: &Json) -> Result<Imported, Vec<Problem>> {
    let mut list = List::default();
    match platform {
        "vapi" => vapi::read(settings, &mut list),
        "retell" => retell::read(settings, &mut list),
        "elevenlabs" => elevenlabs::read(settings, &mut list),
        "bolna" => bolna::read(settings, &mut list),
        "fish" => fish::read(settings, &mut list),
        "atoms" => return atoms::read(settings),
        other => {
            let rule = format!("must be one of {}", PLATFORMS.join(", "));
            return Err(vec![Problem::told("platform", other, rule)]);
        }
    }
    let (metrics, left_over) = list.end();
    if metrics.is_empty() {
        let rule = "must hold questions about calls, as this platform writes them";
        return Err(vec![Problem::told("document", "none", rule)]);
    }
    Ok(Imported {
        metrics: parse_metrics_json(&Json::Array(metrics))?,
        left_over,
    })
}
