//! The compatible API: paths, names, wrappers, paging and errors as on the Atoms wire. One file a group of routes.

mod agent_document;
mod agent_request;
mod agents;
mod analytics;
pub(crate) mod body;
mod branch_document;
mod branch_drafts;
mod branches;
pub(crate) mod call_detail;
mod call_item;
mod call_logs;
mod campaigns;
mod config_request;
mod conversation_list;
mod conversations;
mod diff;
mod drafts;
pub(crate) mod error;
mod events;
mod legacy;
mod names;
pub(crate) mod path;
mod post_call_analytics;
pub(crate) mod post_call_document;
pub(crate) mod query;
pub(crate) mod reply;
mod revision_document;
mod revisions;
mod template_library;
mod templates;
mod users;
mod versions;
pub(crate) mod webhooks;

use axum::Router;

use crate::App;

/// Every route of the compatible API, without its mount.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .merge(agents::routes())
        .merge(branches::routes())
        .merge(branch_drafts::routes())
        .merge(revisions::routes())
        .merge(drafts::routes())
        .merge(versions::routes())
        .merge(diff::routes())
        .merge(post_call_analytics::routes())
        .merge(templates::routes())
        .merge(users::routes())
        .merge(call_logs::routes())
        .merge(conversations::routes())
        .merge(events::routes())
        .merge(webhooks::routes())
        .merge(analytics::routes())
        .merge(campaigns::routes())
}
