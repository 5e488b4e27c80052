//! The configuration of an agent, and what can be done with it.
//!
//! A configuration is one flat object in the wire names of the Atoms API (`firstMessage`, `postCallAnalyticsConfig` …).
//! What the API takes in `singlePromptConfig` stands in it as `prompt` and `tools`. Of all fields only a few mean something to
//! Aftercall; the others are kept and given back as they came, in the section that the API shows them under.

mod check;
mod defaults;
mod diff;
mod fields;
mod merge;
mod resolve;
mod rule;
mod sections;

use serde_json::{Map, Value as Json};

use crate::Problem;

pub use check::{MAX_CONFIG_BYTES, PatchError, check_patch, check_size};
pub use defaults::created;
pub use diff::{Change, Diff, SectionDiff, changed_fields, changed_sections, diff};
pub use merge::merge;
pub use resolve::{by_section, post_call_analytics, resolved};
pub use sections::{OTHER, SECTIONS, is_agent_field, is_recognised, is_section_name, section_of};

/// An agent's configuration: field → value, without nulls at its top.
pub type Config = Map<String, Json>;

/// The field that holds the metrics.
pub const POST_CALL_ANALYTICS: &str = "postCallAnalyticsConfig";

/// The `workflowType` of an agent that has a prompt and no graph; also of one that does not say.
pub const SINGLE_PROMPT: &str = "single_prompt";

/// The `workflowType` of a configuration.
#[must_use]
pub fn workflow_type(config: &Config) -> &str {
    given(config, "workflowType")
        .and_then(Json::as_str)
        .unwrap_or(SINGLE_PROMPT)
}

/// A configuration with the fields of `patch`, which is checked, put in.
///
/// # Errors
/// The broken rule, where it would be too long: see [`check_size`].
pub fn patched(config: &Config, patch: &Config) -> Result<Config, Problem> {
    let mut patched = config.clone();
    merge(&mut patched, patch);
    check_size(&patched)?;
    Ok(patched)
}

/// A field's value, where `null` is the same as absent.
pub(crate) fn given<'a>(object: &'a Config, name: &str) -> Option<&'a Json> {
    object.get(name).filter(|value| !value.is_null())
}
