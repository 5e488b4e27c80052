//! Lengths of time and units of the calendar: "in two weeks", "a week from Friday", "next month".

use crate::day_forms::{self, offset_of};
use crate::forms::{DateForm, Piece};
use crate::scan::Tokens;
use crate::vocabulary::{Meaning, Unit, Which};

/// The span or period that begins at `at`, and the token after it.
pub(crate) fn span(tokens: Tokens<'_>, at: usize) -> Option<(Piece, usize)> {
    period(tokens, at)
        .or_else(|| counted(tokens, at))
        .or_else(|| unit_after(tokens, at))
}

/// "next week", "semana que viene", "the week after next". "the next two weeks" is vague.
fn period(tokens: Tokens<'_>, at: usize) -> Option<(Piece, usize)> {
    match (tokens.at(at)?, tokens.at(at + 1)?) {
        (Meaning::Which(which), Meaning::Unit(unit, factor)) if unit >= Unit::Day => Some((
            Piece::Period {
                unit,
                offset: offset_of(which) * factor,
            },
            at + 2,
        )),
        (Meaning::Few, Meaning::Unit(..)) => Some((Piece::Vague { blocks: true }, at + 2)),
        (Meaning::Which(_), Meaning::Number { .. } | Meaning::Few) => match tokens.at(at + 2)? {
            Meaning::Unit(..) => Some((Piece::Vague { blocks: true }, at + 3)),
            _ => None,
        },
        (Meaning::Unit(unit, factor), Meaning::Which(which)) if unit >= Unit::Day => {
            let other = matches!(
                tokens.at(at + 2),
                Some(Meaning::Weekday(_) | Meaning::Unit(..))
            );
            (!other && which != Which::This).then_some((
                Piece::Period {
                    unit,
                    offset: offset_of(which) * factor,
                },
                at + 2,
            ))
        }
        (Meaning::Unit(unit, 1), Meaning::From) if unit >= Unit::Week => {
            let next = tokens.at(at + 2) == Some(Meaning::Which(Which::Next));
            next.then_some((Piece::Period { unit, offset: 2 }, at + 3))
        }
        _ => None,
    }
}

/// A count and a unit, in minutes where halves are said.
fn amount(tokens: Tokens<'_>, at: usize) -> Option<(i32, Unit, usize)> {
    if let Meaning::Half | Meaning::Quarter = tokens.at(at)? {
        let minutes = if tokens.at(at) == Some(Meaning::Half) {
            30
        } else {
            15
        };
        let next = match tokens.at(at + 1)? {
            Meaning::Of | Meaning::One => at + 2,
            _ => at + 1,
        };
        let next = if tokens.at(next) == Some(Meaning::One) {
            next + 1
        } else {
            next
        };
        let Meaning::Unit(Unit::Hour, 1) = tokens.at(next)? else {
            return None;
        };
        return Some((minutes, Unit::Minute, next + 1));
    }
    let in_front = matches!(tokens.before(at), Some(Meaning::In | Meaning::Since));
    let (count, at) = match tokens.at(at)? {
        Meaning::One => match tokens.at(at + 1)? {
            Meaning::Number { value, .. } => (value, at + 2),
            _ => (1, at + 1),
        },
        Meaning::Number { value, .. } => (value, at + 1),
        _ => return None,
    };
    let at = if tokens.at(at) == Some(Meaning::Of) {
        at + 1
    } else {
        at
    };
    match tokens.at(at)? {
        Meaning::Unit(unit, factor) => {
            let count = i32::try_from(count).ok()?.checked_mul(factor)?;
            match (unit, tokens.at(at + 1)) {
                (Unit::Hour, Some(Meaning::After(half))) => {
                    Some((count * 60 + half, Unit::Minute, at + 2))
                }
                _ => Some((count, unit, at + 1)),
            }
        }
        // "dans 2 heures", "in 2h": the word that marks an hour of the day is a length too.
        Meaning::HourMark if in_front => Some((count.try_into().ok()?, Unit::Hour, at + 1)),
        _ => None,
    }
}

/// "in two weeks", "3 days from now", "two weeks ago", "a week from Friday".
fn counted(tokens: Tokens<'_>, at: usize) -> Option<(Piece, usize)> {
    let lead = tokens.at(at)?;
    let start = match lead {
        Meaning::In | Meaning::Since => match tokens.at(at + 1) {
            Some(Meaning::About) => at + 2,
            _ => at + 1,
        },
        _ => at,
    };
    let (count, unit, end) = amount(tokens, start)?;
    match (lead, tokens.at(end)) {
        (_, Some(Meaning::Ago)) => Some((
            Piece::Span {
                count: -count,
                unit,
            },
            end + 1,
        )),
        (Meaning::Since, _) => Some((
            Piece::Span {
                count: -count,
                unit,
            },
            end,
        )),
        (_, Some(Meaning::Hence)) => Some((Piece::Span { count, unit }, end + 1)),
        (Meaning::In, _) => Some((Piece::Span { count, unit }, end)),
        _ => shift(tokens, count, unit, end),
    }
}

/// "from Friday", "after March 3rd", "before tomorrow", behind a length of time.
fn shift(tokens: Tokens<'_>, count: i32, unit: Unit, at: usize) -> Option<(Piece, usize)> {
    let count = match tokens.at(at)? {
        Meaning::From => count,
        Meaning::Ahead => -count,
        _ => return None,
    };
    if unit < Unit::Day {
        return None;
    }
    let next = match tokens.at(at + 1)? {
        Meaning::Article => at + 2,
        _ => at + 1,
    };
    let (base, end) = day_forms::day(tokens, next)?;
    Some((
        Piece::Date(DateForm::Shift {
            count,
            unit,
            base: Box::new(base),
        }),
        end,
    ))
}

/// "the day after Friday", "the week after Easter Monday".
fn unit_after(tokens: Tokens<'_>, at: usize) -> Option<(Piece, usize)> {
    let Meaning::Unit(unit, factor) = tokens.at(at)? else {
        return None;
    };
    shift(tokens, factor, unit, at + 1)
}
