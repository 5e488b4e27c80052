//! Time zones by name.

use std::sync::LazyLock;

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use regex::Regex;

static OFFSET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:UTC|GMT)?([+\-\u{2212}])(\d{1,2})(?::?([0-5]\d))?$")
        .expect("a fixed pattern")
});

/// The zone of that name: an IANA name (`Europe/Berlin`, in any case), `Z`, or an offset from UTC such as `+02:00`,
/// `-0530`, `UTC+2` or `GMT-3`, up to 14 hours either way. `None` for anything else.
///
/// The system's zone files come first, as they are the newer ones; the names they lack come from the tables
/// in the program.
#[must_use]
pub fn time_zone(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    if name.eq_ignore_ascii_case("z") {
        return Some(TimeZone::UTC);
    }
    if let Some(parts) = OFFSET.captures(name) {
        let hours: i32 = parts[2].parse().ok()?;
        let minutes: i32 = parts.get(3).map_or(Ok(0), |m| m.as_str().parse()).ok()?;
        let seconds = hours * 3600 + minutes * 60;
        if seconds > 14 * 3600 {
            return None;
        }
        let sign = if &parts[1] == "+" { 1 } else { -1 };
        return Offset::from_seconds(sign * seconds)
            .ok()
            .map(TimeZone::fixed);
    }
    TimeZone::get(name)
        .or_else(|_| TimeZoneDatabase::bundled().get(name))
        .ok()
        .filter(|zone| !zone.is_unknown())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn names_and_offsets() {
        let noon: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        for (name, hour, minute) in [
            ("Europe/Berlin", 14, 0),
            ("europe/berlin", 14, 0),
            ("US/Pacific", 5, 0),
            ("Asia/Kolkata", 17, 30),
            ("UTC", 12, 0),
            ("z", 12, 0),
            ("+02:00", 14, 0),
            ("-0530", 6, 30),
            ("\u{2212}05:00", 7, 0),
            ("UTC+2", 14, 0),
            ("gmt-03", 9, 0),
            ("Etc/GMT+3", 9, 0),
        ] {
            let zone = time_zone(name).unwrap_or_else(|| panic!("{name}"));
            let local = noon.to_zoned(zone);
            assert_eq!((local.hour(), local.minute()), (hour, minute), "{name}");
        }
    }

    #[test]
    fn what_is_no_zone() {
        for name in [
            "",
            " ",
            "Berlin",
            "Europe/Nowhere",
            "+25:00",
            "UTC+",
            "Etc/Unknown",
            "12",
            "../etc/passwd",
            "EST5EDT,M3",
        ] {
            assert!(time_zone(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_tables_in_the_program_are_there() {
        assert!(TimeZoneDatabase::bundled().get("Europe/Berlin").is_ok());
    }
}
