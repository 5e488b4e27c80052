//! The texts that sums are made of. Both databases read them alike.

use aftercall_core::CallOutcome;

use crate::calls::BEGAN;

/// Microseconds of a minute.
pub(super) const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// Microseconds of a day.
pub(super) const DAY: i64 = 24 * HOUR;

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Those of one agent, by its id.
    Agent,
    /// Those of one of our own numbers: the called one of a call that came in, else the calling one. Calls without are left out.
    OwnNumber,
}

/// Which calls are counted together by their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Those of one minute, counted from 1970.
    Minute,
    /// Those of one hour of the day, from 0 to 23, whatever the day.
    HourOfDay,
    /// Those of one day, counted from 1970.
    Day,
    /// Those of one week, by its Monday, as a day counted from 1970.
    Week,
}

/// How calls are parted to be counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Split {
    /// By whose they are.
    pub who: Option<Who>,
    /// By when they were.
    pub when: Option<When>,
    /// Of [`Split::who`], these alone; an empty list is all.
    pub only: Vec<String>,
    /// The parts with the most calls, at most so many; all without.
    pub most: Option<u64>,
}

impl Who {
    pub(super) fn sql(self) -> String {
        match self {
            Self::Agent => r#""calls"."agent_id""#.into(),
            Self::OwnNumber => number("to_number", "from_number"),
        }
    }
}

impl When {
    pub(super) fn sql(self) -> String {
        match self {
            Self::Minute => format!("{BEGAN} / {MINUTE}"),
            Self::HourOfDay => format!("{BEGAN} / {HOUR} % 24"),
            Self::Day => format!("{BEGAN} / {DAY}"),
            // The first day of 1970 was a Thursday.
            Self::Week => format!("({BEGAN} / {DAY} + 3) / 7 * 7 - 3"),
        }
    }
}

/// The number of the person called or calling, null where there is none.
pub(super) fn user_number() -> String {
    number("from_number", "to_number")
}

/// One number of a call that came in, and the other of any other call.
fn number(inbound: &str, outbound: &str) -> String {
    let kinds = list(&INBOUND);
    format!(
        r#"CASE WHEN "calls"."type" IN ({kinds}) THEN "calls"."{inbound}" ELSE "calls"."{outbound}" END"#
    )
}

/// The types of calls that came in, as platforms write them.
const INBOUND: [&str; 3] = ["telephony_inbound", "telephonyInbound", "inbound"];

/// Whether a call has that outcome.
pub(super) fn is(outcome: CallOutcome) -> String {
    let status = r#""calls"."status""#;
    let listed = format!("{status} IN ({})", list(outcome.statuses()));
    match outcome {
        CallOutcome::Answered => format!("({status} IS NULL OR {listed})"),
        _ => listed,
    }
}

/// Whether a call was answered and its duration is known.
pub(super) fn is_measured() -> String {
    let answered = is(CallOutcome::Answered);
    format!(r#"({answered} AND "calls"."duration_us" >= 0)"#)
}

/// How many calls are so.
pub(super) fn count_where(condition: &str) -> String {
    format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
}

/// Our own words as SQL texts.
fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    words.join(", ")
}
