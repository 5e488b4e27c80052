//! What is asked for an agent: its own fields, and the configuration of its first version.

use aftercall_core::agent_config::{self, Config, PatchError};
use aftercall_store::{AgentPatch, NewAgent};
use serde_json::Value as Json;

use super::body::{Fields, Reader};
use super::config_request;
use super::error::AtomsError;
use crate::auth::Caller;
use crate::settings::Limits;

/// Characters of an agent's name.
const MAX_NAME: usize = 200;
/// Characters of an agent's description.
const MAX_DESCRIPTION: usize = 4000;
/// Characters of the address of its picture.
const MAX_ADDRESS: usize = 2048;
/// Telephone numbers of one agent.
const MAX_NUMBERS: usize = 100;

/// Fields that the agent has itself, whatever its versions say.
const OWN_FIELDS: [&str; 6] = [
    "name",
    "description",
    "avatarUrl",
    "telephonyProductId",
    "allowInboundCall",
    "visibleToEveryone",
];

/// An agent to be made.
///
/// # Errors
/// 400 with every problem.
pub(super) fn new_agent(
    fields: &Fields,
    limits: &Limits,
    caller: &Caller,
) -> Result<NewAgent, AtomsError> {
    let mut read = fields.read();
    let name = read.required_text("name", MAX_NAME);
    let description = read.text("description", MAX_DESCRIPTION);
    let document = own_fields(&mut read);
    read.finish()?;
    let mut request = fields.map().clone();
    request.retain(|field, _| !OWN_FIELDS.contains(&field.as_str()));
    match agent_config::check_patch(&request, limits.max_metrics) {
        // A name is enough for an agent.
        Ok(()) | Err(PatchError::NoRecognisedField) => {}
        Err(error) => return Err(config_request::refused(error)),
    }
    let config = agent_config::created(&request);
    agent_config::check_size(&config).map_err(|problem| vec![problem])?;
    Ok(NewAgent {
        name: name.unwrap_or_default(),
        description,
        document,
        workflow_type: agent_config::workflow_type(&config).to_owned(),
        config,
        created_by: Some(caller.key_id.clone()),
    })
}

/// A change to an agent's own fields.
///
/// # Errors
/// 400 with every problem, also where a field belongs to the configuration.
pub(super) fn patch(fields: &Fields) -> Result<AgentPatch, AtomsError> {
    let config_field = |field: &String| {
        agent_config::is_recognised(field) && !OWN_FIELDS.contains(&field.as_str())
    };
    if fields.map().keys().any(config_field) {
        return Err(AtomsError::bad_request(
            "Agent has versioning enabled. Config changes must be made through drafts.",
        ));
    }
    let mut read = fields.read();
    let given = fields.map().contains_key("name");
    let name = if given {
        read.required_text("name", MAX_NAME)
    } else {
        None
    };
    let description = read.text("description", MAX_DESCRIPTION);
    let document = own_fields(&mut read);
    read.finish()?;
    Ok(AgentPatch {
        name,
        description,
        document,
    })
}

/// The fields of [`OWN_FIELDS`] that are only kept.
fn own_fields(read: &mut Reader<'_>) -> Config {
    let fields = [
        (
            "avatarUrl",
            read.text("avatarUrl", MAX_ADDRESS).map(Json::from),
        ),
        (
            "telephonyProductId",
            read.texts("telephonyProductId", MAX_NUMBERS)
                .map(Json::from),
        ),
        (
            "allowInboundCall",
            read.flag("allowInboundCall").map(Json::from),
        ),
        (
            "visibleToEveryone",
            read.flag("visibleToEveryone").map(Json::from),
        ),
    ];
    let given = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
}
