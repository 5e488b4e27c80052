//! What an agent's analyses may cost in a month.

use std::collections::BTreeMap;

use aftercall_store::{Store, StoreError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// How soon a job that was put off is looked at again: a budget may be raised before the month is over.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// The section `budget` of the configuration, in the currency of the endpoints' prices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Budget {
    /// For every agent that has none of its own; 0 sets no limit.
    pub monthly: f64,
    /// By the agent's id; 0 sets no limit.
    pub agents: BTreeMap<String, f64>,
}

impl Budget {
    /// What the agent may cost in a month (of UTC); `None` without a limit.
    #[must_use]
    pub fn of(&self, agent_id: &str) -> Option<f64> {
        let budget = self.agents.get(agent_id).copied();
        Some(budget.unwrap_or(self.monthly)).filter(|budget| *budget > 0.0)
    }

    /// Until when analyses of an agent's calls are put off, and why; `None` while its budget lasts.
    pub(super) async fn used_up(
        &self,
        store: &Store,
        agent_id: &str,
    ) -> Result<Option<(Timestamp, String)>, StoreError> {
        let Some(budget) = self.of(agent_id) else {
            return Ok(None);
        };
        let spent = store.spent_this_month(agent_id).await?;
        if spent < budget {
            return Ok(None);
        }
        let now = store.now();
        let next = next_month(now);
        let reason = format!(
            "the agent's monthly budget of {budget:.2} is used up ({spent:.2} spent): its analyses wait until {} or until the budget is raised",
            next.strftime("%Y-%m-%d")
        );
        let again = now.saturating_add(LOOK_AGAIN).unwrap_or(next);
        Ok(Some((next.min(again), reason)))
    }
}

fn next_month(now: Timestamp) -> Timestamp {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first = today.first_of_month().saturating_add(1.month());
    first
        .to_zoned(TimeZone::UTC)
        .map_or(now, |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agents_own_budget_goes_before_the_common_one() {
        let mut budget = Budget::default();
        assert_eq!(budget.of("a"), None);
        budget.monthly = 5.0;
        budget.agents = BTreeMap::from([("b".into(), 0.0), ("c".into(), 1.5)]);
        assert_eq!(budget.of("a"), Some(5.0));
        assert_eq!(budget.of("b"), None);
        assert_eq!(budget.of("c"), Some(1.5));
    }

    #[test]
    fn months_end_in_utc() {
        for (now, next) in [
            ("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
            ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ] {
            let next: Timestamp = next.parse().unwrap();
            assert_eq!(next_month(now.parse().unwrap()), next);
        }
    }
}
