//! The words of a day of the week.

use crate::forms::DateForm;
use crate::scan::Tokens;
use crate::vocabulary::{Meaning, Unit, Which};

/// "the second Friday of March", "the last Friday of the month".
pub(crate) fn nth_weekday(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    let nth = match tokens.at(at)? {
        Meaning::Ordinal { day, .. } => i8::try_from(day).ok().filter(|n| (1..=5).contains(n))?,
        Meaning::Which(Which::Last) => -1,
        _ => return None,
    };
    let Meaning::Weekday(day) = tokens.at(at + 1)? else {
        return None;
    };
    let (Meaning::Of | Meaning::In) = tokens.at(at + 2)? else {
        return None;
    };
    match tokens.at(at + 3)? {
        Meaning::Month(month) | Meaning::WeakMonth(month) => Some((
            DateForm::Nth {
                nth,
                day,
                month: Some(month),
            },
            at + 4,
        )),
        Meaning::Article if tokens.at(at + 4) == Some(Meaning::Unit(Unit::Month, 1)) => Some((
            DateForm::Nth {
                nth,
                day,
                month: None,
            },
            at + 5,
        )),
        // The month is the piece that follows.
        Meaning::Which(_) if tokens.at(at + 4) == Some(Meaning::Unit(Unit::Month, 1)) => Some((
            DateForm::Nth {
                nth,
                day,
                month: None,
            },
            at + 3,
        )),
        _ => None,
    }
}

/// "Friday", "vendredi prochain", "Friday week", "Friday after next".
pub(crate) fn weekday(tokens: Tokens<'_>, at: usize) -> Option<(DateForm, usize)> {
    let Meaning::Weekday(day) = tokens.at(at)? else {
        return None;
    };
    let weeks = |count, which, end| {
        let base = Box::new(DateForm::Weekday { day, which });
        Some((
            DateForm::Shift {
                count,
                unit: Unit::Week,
                base,
            },
            end,
        ))
    };
    match (tokens.at(at + 1), tokens.at(at + 2)) {
        (Some(Meaning::Unit(Unit::Week, count)), _) => weeks(count, None, at + 2),
        (Some(Meaning::From), Some(Meaning::Which(Which::Next))) => {
            weeks(1, Some(Which::Next), at + 3)
        }
        (
            Some(Meaning::Which(_)),
            Some(Meaning::Unit(..) | Meaning::Weekday(_) | Meaning::Month(_)),
        ) => Some((DateForm::Weekday { day, which: None }, at + 1)),
        (Some(Meaning::Which(which)), _) => Some((
            DateForm::Weekday {
                day,
                which: Some(which),
            },
            at + 2,
        )),
        _ => Some((DateForm::Weekday { day, which: None }, at + 1)),
    }
}
