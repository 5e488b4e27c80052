//! What is sent to make or change a webhook.

use std::collections::BTreeMap;

use aftercall_core::{Event, Id, Problem as Broken};
use aftercall_delivery::headers;
use aftercall_store::calls::MetricFilter;
use aftercall_store::webhooks::NewSubscription;
use utoipa::ToSchema;

use super::view::EventName;
use crate::App;
use crate::api::body::Reader;

const MAX_URL: usize = 2_048;
const MAX_DESCRIPTION: usize = 1_000;
const MAX_AGENTS: usize = 1_000;
const MAX_FILTERS: usize = 20;
const MAX_CONCURRENCY: u64 = 64;

/// A webhook to be made, or what is to change about one.
#[derive(ToSchema)]
#[schema(as = NewWebhook, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct WebhookBody {
    /// Where it is: an address on the public internet, unless the operator allows others.
    #[schema(max_length = 2048)]
    url: Option<String>,
    /// What it is for.
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// What it gets.
    events: Option<Vec<EventName>>,
    /// Of these agents' calls; without, of every agent's.
    agents: Option<Vec<String>>,
    /// What an analysis has to answer to be told, in the names of the query of `GET /v1/calls` without `metric.`:
    /// `{"call_outcome": "escalated", "csat.lt": 3}`. All of it has to hold.
    filter: Option<BTreeMap<String, String>>,
    /// Its own headers, in place of all it has.
    headers: Option<BTreeMap<String, String>>,
    /// Requests at a time, of all nodes together; 8 without.
    #[schema(minimum = 1, maximum = 64)]
    concurrency: Option<u64>,
    /// Whether it is held back.
    paused: Option<bool>,
    /// Only where one is changed: whether it is sent anything.
    enabled: Option<bool>,
}

/// A body as it was read.
pub(super) struct Read {
    pub(super) url: Option<String>,
    pub(super) description: Option<String>,
    pub(super) subscriptions: Option<Vec<NewSubscription>>,
    pub(super) filters: Option<Vec<(String, String)>>,
    pub(super) headers: Option<Vec<(String, String)>>,
    pub(super) concurrency: Option<u64>,
    pub(super) paused: Option<bool>,
}

impl Read {
    /// Reads what can be set; what is wrong is added to the reader's problems.
    pub(super) fn of(app: &App, read: &mut Reader<'_>) -> Self {
        let url = read.text("url", MAX_URL);
        if let Some(url) = &url
            && let Err(refused) = app.settings.delivery.policy().check(url)
        {
            read.add([Broken::told("url", shown(url), told(&refused.to_string()))]);
        }
        let filters = read.pairs("filter", MAX_FILTERS);
        for (name, value) in filters.iter().flatten() {
            read.add(MetricFilter::parse(name, value).err());
        }
        let own = read.pairs("headers", headers::MAX_HEADERS);
        let pairs = own.iter().flatten();
        let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
        read.add(headers::read(pairs).err().into_iter().flatten());
        Self {
            url,
            description: read.text("description", MAX_DESCRIPTION),
            subscriptions: subscriptions(read),
            filters,
            headers: own,
            concurrency: read.whole("concurrency", 1..=MAX_CONCURRENCY),
            paused: read.flag("paused"),
        }
    }
}

/// Every event of every agent; `None` where nothing of it is sent.
fn subscriptions(read: &mut Reader<'_>) -> Option<Vec<NewSubscription>> {
    if read.has("agents") {
        read.require("events");
    }
    let names = read.texts("events", Event::ALL.len());
    let agents = read.texts("agents", MAX_AGENTS);
    for (n, id) in agents.iter().flatten().enumerate() {
        if id.parse::<Id>().is_err() {
            let rule = "must be the id of an agent, 24 hexadecimal digits";
            read.add([Broken::told(
                format!("agents[{n}]"),
                format!("{id:?}"),
                rule,
            )]);
        }
    }
    let agents: Vec<Option<String>> = match agents {
        None => vec![None],
        Some(agents) => agents.into_iter().map(Some).collect(),
    };
    let mut wanted = Vec::new();
    for (n, name) in names.as_deref()?.iter().enumerate() {
        let Some(event) = Event::ALL.into_iter().find(|event| event.name() == name) else {
            let rule = format!("must be one of {}", Event::ALL.map(Event::name).join(", "));
            read.add([Broken::told(
                format!("events[{n}]"),
                format!("{name:?}"),
                rule,
            )]);
            continue;
        };
        wanted.extend(
            agents
                .iter()
                .cloned()
                .map(|agent_id| NewSubscription { agent_id, event }),
        );
    }
    Some(wanted)
}

/// The rule without what was found, which stands beside it.
pub(crate) fn told(refused: &str) -> String {
    let end = refused.find(" (got ").unwrap_or(refused.len());
    refused[..end].to_owned()
}

/// An address without its query, which may hold a secret.
pub(crate) fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let text: String = url[..end].chars().take(100).collect();
    format!("{text:?}")
}
