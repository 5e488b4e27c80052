//! Instants as text.

use jiff::Timestamp;
use jiff::tz::Offset;

/// Appends RFC 3339 in UTC with six digits after the second: as exact as instants are kept, and as long in every row.
/// Years from 0 to 9999, as the standard has it; others do not come from a call.
pub(crate) fn append(out: &mut Vec<u8>, at: Timestamp) {
    let time = Offset::UTC.to_datetime(at);
    // Written digit by digit: a general formatter takes longer for five instants than the rest of a row does.
    digits::<4>(out, time.year().unsigned_abs().into(), b'-');
    digits::<2>(out, time.month().unsigned_abs().into(), b'-');
    digits::<2>(out, time.day().unsigned_abs().into(), b'T');
    digits::<2>(out, time.hour().unsigned_abs().into(), b':');
    digits::<2>(out, time.minute().unsigned_abs().into(), b':');
    digits::<2>(out, time.second().unsigned_abs().into(), b'.');
    digits::<6>(out, time.subsec_nanosecond().unsigned_abs() / 1_000, b'Z');
}

/// Appends the last `N` digits of a number, and what follows them.
fn digits<const N: usize>(out: &mut Vec<u8>, mut number: u32, after: u8) {
    let mut text = [b'0'; N];
    for place in text.iter_mut().rev() {
        *place += u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
    }
    out.extend_from_slice(&text);
    out.push(after);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_six_digits_and_are_read_back() {
        for (text, written) in [
            ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000000Z"),
            (
                "2026-12-31T23:59:59.000012+01:00",
                "2026-12-31T22:59:59.000012Z",
            ),
            ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"),
        ] {
            let at: Timestamp = text.parse().unwrap();
            let mut out = Vec::new();
            append(&mut out, at);
            let out = String::from_utf8(out).unwrap();
            assert_eq!(out, written);
            assert_eq!(out.parse::<Timestamp>().unwrap(), at);
        }
    }
}
