//! From when to when calls went on.

use aftercall_core::CallOutcome;
use jiff::{SignedDuration, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use super::sql::{DAY, is};
use crate::calls::{BEGAN, CallFilter};
use crate::entity::calls;
use crate::times::{from_us, to_us};
use crate::{Store, StoreError};

/// From when to when a call went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSpan {
    /// The agent whose call it was.
    pub agent_id: String,
    /// When it began, or arrived where that is not known.
    pub from: Timestamp,
    /// When it ended: now where it goes on, and at its beginning where its duration is not known.
    pub to: Timestamp,
}

impl Store {
    /// The calls that went on at some time from `since` to before `until`, in the order in which they began. A call of more
    /// than a day counts for a day. The filter's own times are not looked at.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn spans_of_calls(
        &self,
        filter: &CallFilter,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CallSpan>, StoreError> {
        let filter = CallFilter {
            since: since.checked_sub(SignedDuration::from_micros(DAY)).ok(),
            until: Some(until),
            ..filter.clone()
        };
        let length = format!(
            r#"CAST(CASE WHEN {running} THEN {now} - {BEGAN} WHEN "calls"."duration_us" > {DAY} THEN {DAY} ELSE COALESCE("calls"."duration_us", 0) END AS BIGINT)"#,
            running = is(CallOutcome::Running),
            now = self.now_us(),
        );
        let rows: Vec<(String, i64, i64)> = calls::Entity::find()
            .select_only()
            .column(calls::Column::AgentId)
            .expr_as(Expr::cust(BEGAN), "began")
            .expr_as(Expr::cust(length), "length")
            .filter(filter.condition(self.backend()))
            // What was never made went on at no time.
            .filter(Expr::cust(format!(
                "({} OR {} OR {})",
                is(CallOutcome::Answered),
                is(CallOutcome::Running),
                is(CallOutcome::Failed)
            )))
            .into_tuple()
            .all(self.reader())
            .await?;
        let (since, mut spans) = (to_us(since), Vec::new());
        for (agent_id, from, length) in rows {
            let to = from.saturating_add(length.clamp(0, DAY));
            if to >= since {
                spans.push(CallSpan {
                    agent_id,
                    from: from_us(from)?,
                    to: from_us(to)?,
                });
            }
        }
        spans.sort_by(|a, b| (a.from, a.to, &a.agent_id).cmp(&(b.from, b.to, &b.agent_id)));
        Ok(spans)
    }
}
