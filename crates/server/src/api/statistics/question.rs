//! What a chart asks: which calls, from when to when, in which parts.

use aftercall_core::{BucketUnit, Buckets, Problem as Broken, TooManyBuckets, time_zone};
use aftercall_store::statistics::{Question, ServedBy};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::super::call_pages::filter;
use super::super::problem::Problem;
use super::super::query::{Query, Reader};
use crate::text::instant;

/// Days of a period that nothing is said of.
const DAYS: i64 = 30;
/// Buckets of a series, at most.
const MOST: usize = 1_500;

/// How to part the period. The period is that of the filters; without it, the last 30 days up to now.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a query that is read name by name")]
pub(crate) struct ChartQuery {
    /// What a bucket of the series is: `hour`, `day` (without), `week` (from Monday) or `month`. At most 1,500 in all.
    #[param(pattern = "^(hour|day|week|month)$")]
    bucket: Option<String>,
    /// Whose hours and days: a name of the IANA time zone database; `UTC` without.
    timezone: Option<String>,
}

/// What was asked, as it was understood.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    /// The beginning of the period.
    #[schema(format = DateTime)]
    from: String,
    /// Its end, which is no longer in it.
    #[schema(format = DateTime)]
    to: String,
    /// The time zone.
    timezone: String,
    /// What a bucket is.
    bucket: &'static str,
    /// `rollup` where figures come from sums that are kept, `scan` where the calls were read; they are the same either way.
    served_by: &'static str,
}

/// A question and what it was read from.
pub(super) struct Chart {
    pub(super) question: Question,
    from: Timestamp,
    to: Timestamp,
    timezone: String,
    unit: BucketUnit,
}

impl Chart {
    /// Reads a query; with `identifiers`, metrics can be chosen.
    pub(super) fn read(query: &Query, now: Timestamp, identifiers: bool) -> Result<Self, Problem> {
        let mut read = query.read();
        let filter = filter(&mut read);
        let unit = read
            .word("bucket", BucketUnit::from_name, "hour, day, week, month")
            .unwrap_or(BucketUnit::Day);
        let (timezone, zone) = zone(&mut read);
        let identifiers = match identifiers {
            true => read.list("identifier"),
            false => Vec::new(),
        };
        read.finish()?;
        let to = filter.until.unwrap_or(now);
        let from = filter.since.unwrap_or_else(|| {
            to.checked_sub(SignedDuration::from_hours(24 * DAYS))
                .unwrap_or(Timestamp::MIN)
        });
        if from >= to {
            let rule = format!("must be before the end of the period, {}", instant(to));
            let (field, at) = match (filter.since, filter.until) {
                (None, Some(to)) => ("to", to),
                _ => ("from", from),
            };
            return Err(Problem::field(Broken::told(field, instant(at), rule)));
        }
        let buckets =
            Buckets::new(from, to, unit, zone, MOST).map_err(|TooManyBuckets(most)| {
                let rule = format!("must be so long that the period has at most {most} of them");
                Problem::field(Broken::told("bucket", format!("{:?}", unit.name()), rule))
            })?;
        Ok(Self {
            question: Question {
                filter,
                buckets,
                identifiers,
                scan: false,
            },
            from,
            to,
            timezone,
            unit,
        })
    }

    pub(super) fn asked(&self, served_by: ServedBy) -> Asked {
        Asked {
            from: instant(self.from),
            to: instant(self.to),
            timezone: self.timezone.clone(),
            bucket: self.unit.name(),
            served_by: served_by.name(),
        }
    }

    /// From when to when each bucket goes.
    pub(super) fn bounds(&self) -> impl Iterator<Item = Bounds> {
        let zone = self.question.buckets.zone();
        let bounds = self.question.buckets.bounds();
        bounds.map(|(start, end)| Bounds {
            start: local(start, zone),
            end: local(end, zone),
        })
    }
}

/// From when to when a bucket goes. As filters, `from` and `to`, they find the calls of the bucket.
#[derive(Serialize, ToSchema)]
pub(super) struct Bounds {
    /// When it begins, with the offset of the time zone. Of the first bucket it is the beginning of the period.
    #[schema(format = DateTime)]
    start: String,
    /// When the next one begins; of the last bucket the end of the period.
    #[schema(format = DateTime)]
    end: String,
}

fn zone(read: &mut Reader<'_>) -> (String, TimeZone) {
    let utc = || ("UTC".to_owned(), TimeZone::UTC);
    let Some(name) = read.text("timezone") else {
        return utc();
    };
    match time_zone(name) {
        Some(zone) => {
            let told = zone.iana_name().unwrap_or(name).to_owned();
            (told, zone)
        }
        None => {
            let rule = "must be a name of the IANA time zone database, such as Europe/Berlin";
            read.problem("timezone", name, rule);
            utc()
        }
    }
}

/// RFC 3339 with the offset of a zone.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned(zone.clone());
    // An offset is told in hours and minutes, which those before there were time zones were not.
    if zoned.offset().seconds() % 60 != 0 {
        return at.to_string();
    }
    match at.subsec_nanosecond() {
        0 => zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        _ => zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string(),
    }
}
