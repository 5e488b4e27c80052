//! Which endpoint answers in which slot.

use std::collections::BTreeMap;

use aftercall_core::{Metric, Slot};

/// The operator's choice of endpoints, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// By the slot's name.
    pub slots: BTreeMap<String, String>,
    /// For agents' own models that no slot is set up for.
    pub agents: Option<String>,
    /// For single metrics, by identifier, whatever the slot.
    pub metrics: BTreeMap<String, String>,
}

impl Routes {
    /// One endpoint for one slot.
    #[must_use]
    pub fn one(slot: &Slot, endpoint: &str) -> Self {
        Self {
            slots: BTreeMap::from([(slot.name(), endpoint.to_owned())]),
            ..Self::default()
        }
    }

    /// The endpoint of the slot of that name.
    pub(super) fn endpoint(&self, slot: &str) -> Option<&str> {
        let own = || matches!(Slot::from_name(slot), Some(Slot::Agent(_)));
        self.slots
            .get(slot)
            .or_else(|| self.agents.as_ref().filter(|_| own()))
            .map(String::as_str)
    }

    /// Slots of an endpoint that are set up by name.
    pub(super) fn named(&self, endpoint: &str) -> Vec<String> {
        self.slots
            .iter()
            .filter(|(_, to)| *to == endpoint)
            .map(|(slot, _)| slot.clone())
            .collect()
    }

    /// Whether an endpoint also answers for agents' models that nobody named.
    pub(super) fn takes_any_agent(&self, endpoint: &str) -> bool {
        self.agents.as_deref() == Some(endpoint)
    }

    /// The metrics that are left to the slot's endpoint, even if that is none, and those of each other endpoint.
    pub(super) fn parts(
        &self,
        own: &str,
        metrics: &[Metric],
    ) -> (Vec<Metric>, Vec<(String, Vec<Metric>)>) {
        let mut rest = Vec::new();
        let mut others: Vec<(String, Vec<Metric>)> = Vec::new();
        for metric in metrics {
            match self.metrics.get(&metric.identifier) {
                Some(to) if to != own => match others.iter_mut().find(|(name, _)| name == to) {
                    Some((_, part)) => part.push(metric.clone()),
                    None => others.push((to.clone(), vec![metric.clone()])),
                },
                _ => rest.push(metric.clone()),
            }
        }
        (rest, others)
    }
}

#[cfg(test)]
mod tests {
    use aftercall_core::MetricType;

    use super::*;

    fn routes() -> Routes {
        let pairs = |list: &[(&str, &str)]| {
            list.iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect()
        };
        Routes {
            slots: pairs(&[
                ("internal", "embedded"),
                ("reasoning", "big"),
                ("agent:gpt-4o", "big"),
            ]),
            agents: Some("small".into()),
            metrics: pairs(&[("csat", "big"), ("mood", "small")]),
        }
    }

    #[test]
    fn every_slot_has_its_endpoint_or_none() {
        let routes = routes();
        assert_eq!(routes.endpoint("internal"), Some("embedded"));
        assert_eq!(routes.endpoint("agent:gpt-4o"), Some("big"));
        assert_eq!(routes.endpoint("agent:electron"), Some("small"));
        assert_eq!(routes.endpoint("other"), None);
        assert_eq!(routes.named("big"), ["agent:gpt-4o", "reasoning"]);
        assert!(routes.takes_any_agent("small") && !routes.takes_any_agent("big"));
        let without = Routes {
            agents: None,
            ..routes
        };
        assert_eq!(without.endpoint("agent:electron"), None);
    }

    #[test]
    fn single_metrics_go_to_their_own_endpoint() {
        let metric = |identifier: &str| Metric {
            identifier: identifier.into(),
            prompt: "What?".into(),
            kind: MetricType::String,
            choices: Vec::new(),
        };
        let routes = routes();
        let names = |own: &str, metrics: &[Metric]| -> Vec<(String, Vec<String>)> {
            let (rest, others) = routes.parts(own, metrics);
            [(own.to_owned(), rest)]
                .into_iter()
                .chain(others)
                .map(|(to, part)| (to, part.into_iter().map(|m| m.identifier).collect()))
                .collect()
        };
        let metrics = [metric("a"), metric("csat"), metric("b"), metric("mood")];
        assert_eq!(
            names("embedded", &metrics),
            [
                ("embedded".into(), vec!["a".into(), "b".into()]),
                ("big".into(), vec!["csat".into()]),
                ("small".into(), vec!["mood".into()]),
            ]
        );
        assert_eq!(
            names("big", &metrics[1..2]),
            [("big".into(), vec!["csat".into()])]
        );
        assert_eq!(
            names("small", &metrics[1..2]),
            [
                ("small".into(), vec![]),
                ("big".into(), vec!["csat".into()])
            ]
        );
    }
}
