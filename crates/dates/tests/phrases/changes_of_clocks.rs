//! Days on which the clocks change: gaps are stepped over, of two equal times the first is taken.

use crate::check;

#[test]
fn forward_in_new_york() {
    check(
        Some("2024-03-09T10:00:00-05:00[America/New_York]"),
        "America/New_York",
        &[
            ("Sunday at 2:30 am", "Sun 2024-03-10 03:30 -04:00"),
            ("tomorrow", "Sun 2024-03-10"),
            ("tomorrow at noon", "Sun 2024-03-10 12:00 -04:00"),
            ("in 24 hours", "Sun 2024-03-10 11:00 -04:00"),
            ("in a day", "Sun 2024-03-10"),
            ("Saturday", "Sat 2024-03-16"),
            ("next Sunday", "Sun 2024-03-17"),
            ("this Sunday", "Sun 2024-03-10"),
            ("next Saturday", "Sat 2024-03-16"),
            ("in 12 hours", "Sat 2024-03-09 22:00 -05:00"),
            ("at 2:30 am", "Sun 2024-03-10 03:30 -04:00"),
            ("midnight", "Sun 2024-03-10 00:00 -05:00"),
            ("the weekend", "vague: the weekend"),
        ],
    );
}

#[test]
fn back_in_new_york() {
    check(
        Some("2024-11-02T10:00:00-04:00[America/New_York]"),
        "America/New_York",
        &[
            ("tomorrow at 1:30 am", "Sun 2024-11-03 01:30 -04:00"),
            ("tomorrow at 2 am", "Sun 2024-11-03 02:00 -05:00"),
            ("tomorrow", "Sun 2024-11-03"),
            ("tomorrow at noon", "Sun 2024-11-03 12:00 -05:00"),
            ("in 24 hours", "Sun 2024-11-03 09:00 -05:00"),
            ("at 1 am", "Sun 2024-11-03 01:00 -04:00"),
            ("midnight", "Sun 2024-11-03 00:00 -04:00"),
            ("Sunday at 00:30", "Sun 2024-11-03 00:30 -04:00"),
        ],
    );
}

#[test]
fn half_an_hour_on_lord_howe() {
    check(
        Some("2024-10-04T12:00:00+10:30[Australia/Lord_Howe]"),
        "Australia/Lord_Howe",
        &[
            ("Sunday", "Sun 2024-10-06"),
            ("Sunday at 2:15 am", "Sun 2024-10-06 02:45 +11:00"),
            ("Sunday at 02:15", "Sun 2024-10-06 02:45 +11:00"),
            ("Sunday at 1:59 am", "Sun 2024-10-06 01:59 +10:30"),
            ("Sunday at 2:30 am", "Sun 2024-10-06 02:30 +11:00"),
            ("Monday at 9", "Mon 2024-10-07 09:00 +11:00"),
            ("tomorrow at 9", "Sat 2024-10-05 09:00 +10:30"),
            ("April 6 2025 at 1:45 am", "Sun 2025-04-06 01:45 +11:00"),
            ("April 6 2025 at 2:00 am", "Sun 2025-04-06 02:00 +10:30"),
            ("April 5 2025 at noon", "Sat 2025-04-05 12:00 +11:00"),
            ("in two days", "Sun 2024-10-06"),
            ("in 48 hours", "Sun 2024-10-06 12:30 +11:00"),
            ("Monday noon", "Mon 2024-10-07 12:00 +11:00"),
        ],
    );
}

/// The day begins at 01:00.
#[test]
fn midnight_left_out_in_havana() {
    check(
        Some("2024-03-09T10:00:00-05:00[America/Havana]"),
        "America/Havana",
        &[
            ("tomorrow", "Sun 2024-03-10"),
            ("tomorrow at 00:30", "Sun 2024-03-10 01:30 -04:00"),
            ("Sunday at 1 am", "Sun 2024-03-10 01:00 -04:00"),
            ("midnight", "Sun 2024-03-10 01:00 -04:00"),
        ],
    );
}
