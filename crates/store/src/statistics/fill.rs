//! Everything that is stored, counted anew.

use std::collections::HashMap;

use sea_orm::Value;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};

use super::delta::{Part, Sums};
use super::fold::Totals;
use super::sums::{QUARTER, QUARTERS, quarter_of};
use crate::answer_line::lines;
use crate::calls::{BEGAN, CallFilter, search_text};
use crate::chunks::chunks;
use crate::entity::{
    analyses, answers, calls, statistics_calls, statistics_deltas, statistics_metrics,
};
use crate::times::from_us;
use crate::{Store, StoreError};

/// Calls whose answers are read at once.
const AT_ONCE: u64 = 512;

impl Store {
    /// Counts all calls and answers anew, for sums that do not agree with them: another program wrote there. Nobody stores
    /// a call or an analysis meanwhile.
    ///
    /// # Errors
    /// Those of the database; then nothing was changed.
    pub async fn recount_statistics(&self) -> Result<(), StoreError> {
        let txn = self.begin().await?;
        fill(&txn).await?;
        Ok(txn.commit().await?)
    }
}

/// Counts all calls and answers.
pub(crate) async fn fill(txn: &DatabaseTransaction) -> Result<(), StoreError> {
    if txn.get_database_backend() == DbBackend::Postgres {
        let lock =
            "LOCK TABLE calls, analyses, answers, statistics_deltas IN SHARE ROW EXCLUSIVE MODE";
        txn.execute_unprepared(lock).await?;
        // Where it is not known how many there are, as after a dump was read in, all answers would be read for each page of
        // calls. Who does not own the tables gets a warning.
        txn.execute_unprepared("ANALYZE analyses, answers").await?;
    }
    derive(txn).await?;
    statistics_deltas::Entity::delete_many().exec(txn).await?;
    statistics_calls::Entity::delete_many().exec(txn).await?;
    statistics_metrics::Entity::delete_many().exec(txn).await?;
    add_up(txn).await?;
    if txn.get_database_backend() == DbBackend::Postgres {
        // Before, the columns that calls are found and counted by were empty.
        txn.execute_unprepared("ANALYZE calls").await?;
    }
    Ok(())
}

/// A call with what is made of other columns and tables.
#[derive(FromQueryResult)]
struct Derived {
    id: String,
    call_id: String,
    from_number: Option<String>,
    to_number: Option<String>,
    current_analysis_id: Option<String>,
    answer_lines: Option<String>,
    search_text: Option<String>,
}

/// Writes the columns that are made of others, where they are not as they should be.
async fn derive(txn: &DatabaseTransaction) -> Result<(), StoreError> {
    use calls::Column as C;
    let mut last = String::new();
    loop {
        let page: Vec<Derived> = calls::Entity::find()
            .select_only()
            .columns([
                C::Id,
                C::CallId,
                C::FromNumber,
                C::ToNumber,
                C::CurrentAnalysisId,
                C::AnswerLines,
                C::SearchText,
            ])
            .filter(C::Id.gt(last.as_str()))
            .order_by_asc(C::Id)
            .limit(AT_ONCE)
            .into_model()
            .all(txn)
            .await?;
        let Some(end) = page.last() else {
            return Ok(());
        };
        last.clone_from(&end.id);
        let ids = || {
            page.iter()
                .filter_map(|call| call.current_analysis_id.as_deref())
        };
        let statuses: Vec<(String, String)> = analyses::Entity::find()
            .select_only()
            .columns([analyses::Column::Id, analyses::Column::Status])
            .filter(analyses::Column::Id.is_in(ids()))
            .into_tuple()
            .all(txn)
            .await?;
        let statuses: HashMap<String, String> = statuses.into_iter().collect();
        let mut answered: HashMap<String, Vec<answers::Model>> = HashMap::new();
        for answer in answers::Entity::find()
            .filter(answers::Column::AnalysisId.is_in(ids()))
            .all(txn)
            .await?
        {
            let answers = answered.entry(answer.analysis_id.clone());
            answers.or_default().push(answer);
        }
        let mut changed = Vec::new();
        for call in page {
            let lines = call.current_analysis_id.map(|id| {
                let completed = statuses
                    .get(&id)
                    .is_some_and(|status| status == "completed");
                lines(completed, &answered.remove(&id).unwrap_or_default())
            });
            let (from, to) = (call.from_number.as_deref(), call.to_number.as_deref());
            let search = search_text(&call.call_id, from, to);
            if call.answer_lines != lines || call.search_text != search {
                changed.push([Some(call.id), lines, search]);
            }
        }
        for changed in chunks(&changed) {
            update(txn, changed).await?;
        }
    }
}

/// Many rows by one statement.
async fn update(txn: &DatabaseTransaction, rows: &[[Option<String>; 3]]) -> Result<(), StoreError> {
    let backend = txn.get_database_backend();
    let mut number = 0;
    let mut mark = || {
        number += 1;
        match backend {
            DbBackend::Postgres => format!("CAST(${number} AS TEXT)"),
            _ => "?".to_owned(),
        }
    };
    let rows_of_marks: Vec<String> = rows
        .iter()
        .map(|_| format!("({}, {}, {})", mark(), mark(), mark()))
        .collect();
    // Both databases call the columns of such rows so.
    let sql = format!(
        "UPDATE calls SET answer_lines = column2, search_text = column3 FROM (VALUES {}) AS told WHERE calls.id = column1",
        rows_of_marks.join(", ")
    );
    let values = rows.iter().flatten().cloned().map(Value::String);
    let statement = Statement::from_sql_and_values(backend, sql, values);
    txn.execute_raw(statement).await?;
    Ok(())
}

/// A call as it is counted.
#[derive(FromQueryResult)]
struct Counted {
    agent_id: String,
    revision_id: Option<String>,
    finished: bool,
    duration_us: Option<i64>,
    answer_lines: Option<String>,
}

/// Adds up everything, a quarter of an hour at a time and a day together.
async fn add_up(txn: &DatabaseTransaction) -> Result<(), StoreError> {
    use calls::Column as C;
    let mut totals = Totals::default();
    let mut day = None;
    let mut from = i64::MIN;
    while let Some(first) = first_from(txn, from).await? {
        let quarter = quarter_of(first);
        if day.replace(quarter.div_euclid(QUARTERS)) != Some(quarter.div_euclid(QUARTERS)) {
            std::mem::take(&mut totals).write(txn).await?;
        }
        let until = quarter.saturating_add(1).saturating_mul(QUARTER);
        let filter = CallFilter {
            since: Some(from_us(first)?),
            // At the end of the calendar there is no next one.
            until: from_us(until).ok(),
            ..CallFilter::default()
        };
        let calls: Vec<Counted> = calls::Entity::find()
            .select_only()
            .columns([
                C::AgentId,
                C::RevisionId,
                C::Finished,
                C::DurationUs,
                C::AnswerLines,
            ])
            .filter(filter.condition(txn.get_database_backend()))
            .into_model()
            .all(txn)
            .await?;
        for call in calls {
            let part = Part {
                quarter,
                agent_id: call.agent_id,
                revision_id: call.revision_id.unwrap_or_default(),
            };
            let lines = call.answer_lines.as_deref();
            let mut sums = Sums::default();
            sums.calls
                .add_call(call.finished, call.duration_us, lines, 1);
            sums.add_answers(lines.unwrap_or_default(), 1);
            totals.add(&part, sums);
        }
        from = until;
    }
    totals.write(txn).await
}

/// When the first call began that began then or later.
async fn first_from(db: &impl ConnectionTrait, from: i64) -> Result<Option<i64>, StoreError> {
    let first: Option<Option<i64>> = calls::Entity::find()
        .select_only()
        .expr(Expr::cust(format!("CAST(MIN({BEGAN}) AS BIGINT)")))
        .filter(Expr::cust(format!("{BEGAN} >= {from}")))
        .into_tuple()
        .one(db)
        .await?;
    Ok(first.flatten())
}
