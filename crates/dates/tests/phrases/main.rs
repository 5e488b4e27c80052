//! Phrases and the instants they mean, in several places and seasons.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where what it takes for granted is not so"
)]

mod absolute;
mod berlin;
mod berlin_times;
mod changes_of_clocks;
mod kolkata;
mod languages;
mod new_york;
mod properties;

use aftercall_dates::{Precision, Unresolved, resolve};
use jiff::Zoned;
use jiff::tz::TimeZone;

/// What a phrase comes to, in the words of the tables: "Fri 2024-01-19" for a day,
/// "Fri 2024-01-19 15:00 +01:00" for a time, or why it comes to nothing.
fn said(phrase: &str, reference: Option<&Zoned>, zone: &TimeZone) -> String {
    match resolve(phrase, reference, zone) {
        Ok(found) => match found.precision {
            Precision::Day => {
                assert_eq!(found.at, found.at.start_of_day().unwrap(), "{phrase}");
                found.at.strftime("%a %F").to_string()
            }
            Precision::Minute => found.at.strftime("%a %F %H:%M %:z").to_string(),
        },
        Err(Unresolved::NoDate) => "no date".to_owned(),
        Err(Unresolved::NoReference) => "no reference".to_owned(),
        Err(Unresolved::TooVague(words)) => format!("vague: {words}"),
        Err(Unresolved::Impossible(words)) => format!("impossible: {words}"),
    }
}

/// Checks a table and tells every row that is wrong.
fn check(reference: Option<&str>, zone: &str, cases: &[(&str, &str)]) {
    let reference: Option<Zoned> = reference.map(|text| text.parse().unwrap());
    let zone = TimeZone::get(zone).unwrap();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(phrase, expected)| {
            let found = said(phrase, reference.as_ref(), &zone);
            (found != *expected).then(|| format!("{phrase}: {found}, and not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
