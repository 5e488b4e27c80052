//! No start of the call: only full dates can be told.

use crate::check;

#[test]
fn without_a_start() {
    check(
        None,
        "Europe/Berlin",
        &[
            ("Monday", "no reference"),
            ("2024-05-02", "Thu 2024-05-02"),
            ("2024-05-02 at 5", "Thu 2024-05-02 17:00 +02:00"),
            ("March 3 2025 at 5", "Mon 2025-03-03 17:00 +01:00"),
            ("March 3rd, 2025", "Mon 2025-03-03"),
            ("3 March 1999", "Wed 1999-03-03"),
            ("03/04/2024", "Mon 2024-03-04"),
            ("03.04.2024 um 15 Uhr", "Wed 2024-04-03 15:00 +02:00"),
            ("2024-05-02T14:00:00Z", "Thu 2024-05-02 16:00 +02:00"),
            (
                "May 2nd 2024, half past three",
                "Thu 2024-05-02 15:30 +02:00",
            ),
            ("3/4/69", "Mon 2069-03-04"),
            ("3/4/70", "Wed 1970-03-04"),
            ("March 3", "no reference"),
            ("5 pm", "no reference"),
            ("tomorrow", "no reference"),
            ("hello", "no date"),
            ("soon", "vague: soon"),
            ("31.02.2024", "impossible: 31.02.2024"),
            ("in 2 weeks", "no reference"),
            ("in 2 hours", "no reference"),
            ("now", "no reference"),
            ("the 14th", "no reference"),
            ("30 February", "impossible: 30 February"),
            ("the 40th", "no date"),
            ("13/13/2024", "impossible: 13/13/2024"),
            ("2024-05-02 25:00", "impossible: 25:00"),
            ("end of the month", "no reference"),
            ("in the morning", "no reference"),
        ],
    );
}
