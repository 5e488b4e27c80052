//! How often a number was called until somebody answered.

use aftercall_core::CallOutcome;
use sea_orm::sea_query::{Alias, Expr, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::sql::{count_where, is, user_number};
use crate::calls::{BEGAN, CallFilter};
use crate::entity::calls;
use crate::{Store, StoreError};

/// Calls by the number of the attempt that they were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Every attempt, from the first on.
    pub attempts: Vec<Attempt>,
    /// Numbers of people that were called, or called.
    pub numbers: u64,
}

/// The calls that were the same attempt of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Which attempt, from 1.
    pub number: u64,
    /// Calls.
    pub calls: u64,
    /// Those of them that were answered.
    pub answered: u64,
    /// Those of them that were the first answered call of their number.
    pub first_answered: u64,
}

impl Store {
    /// Numbers the calls of each person's number in the order in which they began, among those that pass the filter. Calls
    /// without a number are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn attempts_of_calls(&self, filter: &CallFilter) -> Result<Attempts, StoreError> {
        let reached = format!(
            r#"SUM(CASE WHEN {} THEN 1 ELSE 0 END) OVER (PARTITION BY {number} ORDER BY {BEGAN}, "calls"."id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"#,
            is(CallOutcome::Answered),
            number = user_number(),
        );
        let numbered = calls::Entity::find()
            .select_only()
            .expr_as(
                Expr::cust(format!(
                    r#"ROW_NUMBER() OVER (PARTITION BY {} ORDER BY {BEGAN}, "calls"."id")"#,
                    user_number()
                )),
                "attempt",
            )
            .expr_as(
                Expr::cust(format!(
                    "CASE WHEN {} THEN 1 ELSE 0 END",
                    is(CallOutcome::Answered)
                )),
                "answered",
            )
            .expr_as(Expr::cust(reached), "reached")
            .filter(filter.condition(self.backend()))
            .filter(Expr::cust(format!("{} IS NOT NULL", user_number())))
            .into_query();
        let mut found = Attempts::default();
        for row in self.reader().query_all(&by_attempt(numbered)).await? {
            let count = |name: &str| -> Result<u64, StoreError> {
                let count: i64 = row.try_get("", name)?;
                Ok(u64::try_from(count).unwrap_or_default())
            };
            found.attempts.push(Attempt {
                number: count("attempt")?,
                calls: count("calls")?,
                answered: count("answered_calls")?,
                first_answered: count("first_answered")?,
            });
        }
        // Each number has one first attempt.
        found.numbers = found.attempts.first().map_or(0, |first| first.calls);
        Ok(found)
    }
}

fn by_attempt(numbered: SelectStatement) -> SelectStatement {
    let attempt = || Expr::col(Alias::new("attempt"));
    Query::select()
        .expr_as(attempt(), Alias::new("attempt"))
        .expr_as(Expr::cust("COUNT(*)"), Alias::new("calls"))
        .expr_as(
            Expr::cust(count_where("answered = 1")),
            Alias::new("answered_calls"),
        )
        .expr_as(
            Expr::cust(count_where("answered = 1 AND reached = 1")),
            Alias::new("first_answered"),
        )
        .from_subquery(numbered, Alias::new("numbered"))
        .add_group_by([attempt()])
        .order_by(Alias::new("attempt"), Order::Asc)
        .take()
}
