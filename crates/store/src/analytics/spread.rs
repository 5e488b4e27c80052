//! How durations are spread: the median and high percentiles.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Alias, Expr, Query};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::sql::{When, is_measured};
use crate::calls::CallFilter;
use crate::entity::calls;
use crate::{Store, StoreError};

/// Durations that half, nine tenths and nineteen twentieths of the calls do not exceed, in milliseconds. Between two calls it is
/// the point on the line from one to the other, as `percentile_cont` of SQL has it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spread {
    /// Of half of the calls.
    pub median_ms: f64,
    /// Of nine tenths.
    pub p90_ms: f64,
    /// Of nineteen twentieths.
    pub p95_ms: f64,
}

/// Shares as fractions, so that ranks are reckoned in whole numbers.
const SHARES: [(i64, i64); 3] = [(1, 2), (9, 10), (19, 20)];

/// Ranks from 0 around a share of `count` calls, and how far the place is from the first to the second.
fn place(count: i64, (part, whole): (i64, i64)) -> (i64, i64, f64) {
    let steps = (count - 1) * part;
    let (low, rest) = (steps / whole, steps % whole);
    #[expect(clippy::cast_precision_loss, reason = "both are below 20")]
    let between = rest as f64 / whole as f64;
    (low, low + i64::from(rest > 0), between)
}

impl Store {
    /// How the durations of answered calls that pass the filter are spread, by [`When`] as it counts, else under 0. Parts
    /// without a duration are not there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn spread_of_calls(
        &self,
        filter: &CallFilter,
        when: Option<When>,
    ) -> Result<BTreeMap<i64, Spread>, StoreError> {
        let part = when.map_or_else(|| "0".into(), When::sql);
        let ranked = calls::Entity::find()
            .select_only()
            .expr_as(Expr::cust(format!("CAST({part} AS BIGINT)")), "part")
            .expr_as(Expr::col((calls::Entity, calls::Column::DurationUs)), "us")
            .expr_as(
                Expr::cust(format!(
                    r#"ROW_NUMBER() OVER (PARTITION BY {part} ORDER BY "calls"."duration_us", "calls"."id") - 1"#
                )),
                "place",
            )
            .expr_as(
                Expr::cust(format!("COUNT(*) OVER (PARTITION BY {part})")),
                "number",
            )
            .filter(filter.condition(self.backend()))
            .filter(Expr::cust(is_measured()))
            .into_query();
        // The calls around each share's place, and no others, leave the database.
        let places: Vec<String> = SHARES
            .iter()
            .flat_map(|(part, whole)| {
                let steps = format!("(number - 1) * {part}");
                [
                    format!("{steps} / {whole}"),
                    format!("({steps} + {whole} - 1) / {whole}"),
                ]
            })
            .collect();
        let query = Query::select()
            .columns(["part", "us", "place", "number"].map(Alias::new))
            .from_subquery(ranked, Alias::new("ranked"))
            .and_where(Expr::cust(format!("place IN ({})", places.join(", "))))
            .take();
        let mut parts: BTreeMap<i64, (i64, BTreeMap<i64, i64>)> = BTreeMap::new();
        for row in self.reader().query_all(&query).await? {
            let number: i64 = row.try_get("", "number")?;
            let part = parts
                .entry(row.try_get("", "part")?)
                .or_insert((number, BTreeMap::new()));
            part.1
                .insert(row.try_get("", "place")?, row.try_get("", "us")?);
        }
        Ok(parts
            .into_iter()
            .map(|(part, (number, found))| (part, spread(number, &found)))
            .collect())
    }
}

fn spread(number: i64, found: &BTreeMap<i64, i64>) -> Spread {
    let [median_ms, p90_ms, p95_ms] = SHARES.map(|share| {
        let (low, high, between) = place(number, share);
        #[expect(clippy::cast_precision_loss, reason = "exact up to centuries")]
        let at = |place| found.get(&place).copied().unwrap_or_default() as f64 / 1000.0;
        at(low) + (at(high) - at(low)) * between
    });
    Spread {
        median_ms,
        p90_ms,
        p95_ms,
    }
}
