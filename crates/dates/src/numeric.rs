//! Dates in digits: 2024-05-02, 03/04/2024, 03.04.2024, 3/8.

use crate::forms::DateForm;
use crate::scan::Tokens;
use crate::vocabulary::Meaning;

/// Years of two digits: 00 to 69 are of this century, 70 to 99 of the one before.
pub(crate) fn two_digit_year(value: u32) -> i16 {
    let value = i16::try_from(value).unwrap_or(0);
    if value < 70 {
        2000 + value
    } else {
        1900 + value
    }
}

/// The date in digits that begins at `at`.
pub(crate) fn date(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    let (first, first_digits) = tokens.number(at)?;
    let Meaning::Sign(sign @ ('/' | '.' | '-')) = tokens.at(at + 1)? else {
        return None;
    };
    let (second, 1..=2) = tokens.number(at + 2)? else {
        return None;
    };
    if first_digits == 0 || !(tokens.joined(at) && tokens.joined(at + 1)) {
        return None;
    }
    if tokens.sign(at + 3, sign)
        && tokens.joined(at + 2)
        && tokens.joined(at + 3)
        && let Some((third, third_digits)) = tokens.number(at + 4)
    {
        return three(sign, (first, first_digits), second, (third, third_digits))
            .map(|form| (form, at + 5));
    }
    if first_digits > 2 || sign == '-' {
        return None;
    }
    if sign == '.' && !dotted_pair(tokens, at, first, second) {
        return None;
    }
    let (month, day) = month_and_day(sign, first, second);
    let end = if sign == '.' && tokens.sign(at + 3, '.') {
        at + 4
    } else {
        at + 3
    };
    Some((
        DateForm::MonthDay {
            month,
            day,
            which: None,
        },
        end,
    ))
}

fn three(sign: char, first: (u32, u8), second: u32, third: (u32, u8)) -> Option<DateForm> {
    match (first.1, third.1) {
        (4, 1..=2) => {
            let year = i16::try_from(first.0).ok()?;
            Some(DateForm::Full {
                year,
                month: second,
                day: third.0,
            })
        }
        (1..=2, digits @ (2 | 4)) => {
            let (month, day) = month_and_day(sign, first.0, second);
            let year = if digits == 2 {
                two_digit_year(third.0)
            } else {
                i16::try_from(third.0).ok()?
            };
            Some(DateForm::Full { year, month, day })
        }
        _ => None,
    }
}

/// The month comes first, unless dots are used; whichever cannot be a month is the day.
fn month_and_day(sign: char, first: u32, second: u32) -> (u32, u32) {
    let day_first = if sign == '.' {
        second <= 12
    } else {
        first > 12
    };
    if day_first {
        (second, first)
    } else {
        (first, second)
    }
}

/// "am 15.3." and "15.3. um 9" are dates; "4.30 pm" and "at 4.30" are times, "rated 4.1." is neither.
fn dotted_pair(tokens: Tokens<'_>, at: usize, first: u32, second: u32) -> bool {
    let day = (1..=31).contains(&first) && (1..=12).contains(&second);
    let closed = tokens.sign(at + 3, '.') && tokens.joined(at + 2);
    let timed = matches!(
        tokens.at(at + 4),
        Some(Meaning::At | Meaning::About | Meaning::Part(_))
    );
    let comma = usize::from(at > 0 && tokens.sign(at - 1, ','));
    let named = matches!(
        tokens.before(at - comma),
        Some(Meaning::DayArticle | Meaning::Weekday(_))
    );
    day && (named || closed && timed)
}
