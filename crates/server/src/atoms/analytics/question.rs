//! Which calls are asked about, and in which period.

use aftercall_store::calls::CallFilter;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Serialize;

use crate::App;
use crate::atoms::error::AtomsError;
use crate::atoms::query::{Params, Reader};

/// Days of a period that is not given.
const DAYS: i64 = 30;

/// Days of a period, at most: every day of it stands in an answer.
const MAX_DAYS: i64 = 3660;

const INSTANT: SignedDuration = SignedDuration::from_micros(1);

/// A period, from its first instant to before its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

/// A period on the wire: its first and its last day.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Days {
    pub(super) from: Date,
    pub(super) to: Date,
}

/// Calls of a period.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) filter: CallFilter,
    pub(super) period: Period,
}

impl Question {
    /// Reads what all routes ask by.
    ///
    /// # Errors
    /// 400 with every problem.
    pub(super) fn of(app: &App, params: &Params) -> Result<Self, AtomsError> {
        let mut reader = params.read();
        let question = Self::read(&mut reader, app.store.now());
        reader.finish()?;
        Ok(question)
    }

    /// As [`Question::of`], where a route asks for more.
    pub(super) fn read(reader: &mut Reader<'_>, now: Timestamp) -> Self {
        let filter = filter(reader);
        let period = Period::read(reader, now);
        Self {
            filter: CallFilter {
                since: Some(period.since),
                until: Some(period.until),
                ..filter
            },
            period,
        }
    }

    /// The same of the period as long before this one.
    pub(super) fn before(&self) -> Self {
        let length = self.period.until.duration_since(self.period.since);
        let period = Period {
            since: self
                .period
                .since
                .checked_sub(length)
                .unwrap_or(Timestamp::MIN),
            until: self.period.since,
        };
        Self {
            filter: CallFilter {
                since: Some(period.since),
                until: Some(period.until),
                ..self.filter.clone()
            },
            period,
        }
    }
}

/// Agents, campaigns and types.
pub(super) fn filter(reader: &mut Reader<'_>) -> CallFilter {
    let kinds = reader.csv("callType");
    CallFilter {
        agent_ids: reader.csv("agentId"),
        campaign_ids: reader.csv("campaignId"),
        kinds: kinds.into_iter().flat_map(spellings).collect(),
        ..CallFilter::default()
    }
}

/// The types of calls that a word means: the API has a short one for each direction.
fn spellings(kind: String) -> Vec<String> {
    let other = match kind.as_str() {
        "inbound" => "telephony_inbound",
        "outbound" => "telephony_outbound",
        _ => return vec![kind],
    };
    vec![kind, other.to_owned()]
}

impl Period {
    fn read(reader: &mut Reader<'_>, now: Timestamp) -> Self {
        let until = reader.end("dateTo");
        let until = until.unwrap_or_else(|| now.checked_add(INSTANT).unwrap_or(now));
        let month = SignedDuration::from_hours(24 * DAYS);
        let since = reader.instant("dateFrom");
        let since = since.unwrap_or_else(|| until.checked_sub(month).unwrap_or(Timestamp::MIN));
        let period = Self { since, until };
        if since >= until {
            reader.problem("dateFrom", "Invalid date, must not be after dateTo");
        } else if until.duration_since(since).as_hours() > 24 * MAX_DAYS {
            let rule = format_args!("Invalid date, must be at most {MAX_DAYS} days before dateTo");
            reader.problem("dateFrom", rule);
        } else {
            return period;
        }
        // The request is refused, so that nothing is asked of this one.
        Self {
            since,
            until: since,
        }
    }

    pub(super) fn days(self) -> Days {
        Days {
            from: day(self.since),
            to: day(self.until.checked_sub(INSTANT).unwrap_or(self.until)),
        }
    }
}

impl Days {
    /// Every day, in order.
    pub(super) fn each(self) -> impl Iterator<Item = Date> {
        self.from
            .series(1.day())
            .take_while(move |day| *day <= self.to)
    }
}

/// The day of an instant, in UTC.
pub(super) fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
