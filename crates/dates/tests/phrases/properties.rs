//! What holds of every text.

use aftercall_dates::{Precision, Unresolved, resolve};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use proptest::prelude::*;

const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
];

/// Words of the tables in any order, and anything else between them.
fn phrase() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => prop::sample::select(vec![
            "friday", "next", "last", "this", "week", "month", "year", "in", "two", "9999", "31", "30", "0", "february",
            "march", "may", "3rd", "29th", "of", "the", "end of", "at", "half", "past", "to", "quarter", "pm", "am",
            "noon", "midnight", "tonight", "morning", "night", "no", "or", "from", "after", "before", "ago", ":", "/",
            ".", "-", ",", "24:00", "2024", "hours", "days", "tomorrow", "weekend", "soon", "halb", "drei", "um",
            "uhr", "15h30", "mañana", "y media", "कल", "बजे", "'", "99/99/9999", "9999-12-31", "o'clock", "hundred",
            "twenty", "first", "second", "few", "a", "hour", "and a half", "now", "later", "ish", "$", "%",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => any::<u32>().prop_map(|n| n.to_string()),
    ];
    (
        prop::collection::vec(word, 0..10),
        prop::sample::select(vec![" ", ""]),
    )
        .prop_map(|(words, gap)| words.join(gap))
}

fn zone() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(ZONES).prop_map(|name| TimeZone::get(name).unwrap())
}

/// Any instant jiff can hold, most of them of this age.
fn start() -> impl Strategy<Value = Option<Zoned>> {
    let ends = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    let second = prop_oneof![4 => 0i64..=4_102_444_800, 1 => ends];
    prop::option::of(
        second.prop_map(|s| Timestamp::from_second(s).unwrap().to_zoned(TimeZone::UTC)),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_instant_is_of_its_zone(phrase in phrase(), start in start(), zone in zone()) {
        let first = resolve(&phrase, start.as_ref(), &zone);
        prop_assert_eq!(&first, &resolve(&phrase, start.as_ref(), &zone));
        match first {
            Ok(found) => {
                prop_assert_eq!(found.at.time_zone(), &zone);
                prop_assert_eq!(found.at.offset(), zone.to_offset(found.at.timestamp()));
                prop_assert_eq!(found.at.subsec_nanosecond(), 0);
                if found.precision == Precision::Day {
                    prop_assert_eq!(found.at.start_of_day().unwrap(), found.at);
                }
            }
            Err(Unresolved::NoReference) => prop_assert!(start.is_none()),
            Err(Unresolved::TooVague(words) | Unresolved::Impossible(words)) => {
                prop_assert!(!words.is_empty());
            }
            Err(Unresolved::NoDate) => {}
        }
    }

    #[test]
    fn any_text_is_taken(text in any::<String>(), start in start(), zone in zone()) {
        let _ = resolve(&text, start.as_ref(), &zone);
    }
}
