//! Pieces to what the phrase says in the end: one day, one time, after corrections.

use std::mem::discriminant;
use std::ops::Range;

use crate::forms::{Clock, DateForm, Piece};
use crate::scan::Found;
use crate::vocabulary::{Part, Unit};

/// The words of a piece, as indices of tokens.
type Words = Range<usize>;

/// What a phrase, or a part of it between corrections, says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// Days that are one and the same ("Friday the 8th"); of each form one at most.
    pub(crate) days: Vec<(DateForm, Words)>,
    /// "next week", beside a day or alone.
    pub(crate) periods: Vec<(Unit, i32, Words)>,
    /// "in two weeks".
    pub(crate) span: Option<(i32, Unit, Words)>,
    /// The time of day.
    pub(crate) time: Option<(Clock, Words)>,
    /// The part of the day that stands nearest to the time.
    pub(crate) part: Option<(Part, Words)>,
    /// "now".
    pub(crate) now: Option<Words>,
    /// Words that stand for a day and do not tell it.
    pub(crate) vague_day: Option<Words>,
    /// Other words that do not tell.
    pub(crate) vague: Option<Words>,
}

impl Said {
    /// What the pieces say.
    pub(crate) fn of(pieces: &[Found]) -> Self {
        let mut all = pieces
            .split(|found| found.piece == Piece::Correction)
            .map(Self::clause);
        let first = all.next().unwrap_or_default();
        all.fold(first, Self::corrected)
    }

    /// Whether it names a day, or words in place of one.
    fn has_day(&self) -> bool {
        !self.days.is_empty()
            || !self.periods.is_empty()
            || self.span.is_some()
            || self.vague_day.is_some()
    }

    /// A later clause takes the place of an earlier one; what it leaves unsaid, the day or the time, stays.
    fn corrected(self, later: Self) -> Self {
        let mut out = if later.has_day() {
            Self {
                time: None,
                part: None,
                ..later.clone()
            }
        } else {
            Self {
                time: None,
                part: None,
                ..self.clone()
            }
        };
        let keep_time = later.time.is_none() && (later.part.is_none() || !later.has_day());
        let timed = if keep_time { &self } else { &later };
        out.time = timed.time.clone();
        out.part = later
            .part
            .or(if keep_time { self.part.clone() } else { None });
        out.now = later.now.or(self.now);
        out.vague = later.vague.or(self.vague);
        out
    }

    fn clause(pieces: &[Found]) -> Self {
        let mut out = Self::default();
        let mut closed = false;
        for (at, Found { piece, tokens }) in pieces.iter().enumerate() {
            let words = tokens.clone();
            match piece {
                Piece::Date(form) if !closed => {
                    closed = out
                        .days
                        .iter()
                        .any(|(day, _)| discriminant(day) == discriminant(form));
                    if !closed {
                        out.days.push((form.clone(), words));
                    }
                }
                Piece::Period { unit, offset }
                    if !closed && out.periods.iter().all(|p| p.0 != *unit) =>
                {
                    out.periods.push((*unit, *offset, words));
                }
                Piece::Span { count, unit } if !closed && out.span.is_none() => {
                    out.span = Some((*count, *unit, words));
                }
                Piece::Time(clock) if out.time.is_none() => out.time = Some((*clock, words)),
                Piece::Now => out.now = out.now.or(Some(words)),
                Piece::Vague { blocks: true } if !closed && out.vague_day.is_none() => {
                    out.vague_day = Some(words)
                }
                Piece::Vague { blocks: false } => out.vague = out.vague.or(Some(words)),
                Piece::Break if out.has_day() && !closed => {
                    closed = true;
                    out.lend_month(&pieces[at + 1..]);
                }
                _ => {}
            }
        }
        out.part = nearest_part(pieces, out.time.as_ref().map(|(_, words)| words));
        out
    }

    /// "8th to 24th of next month": the first day is of the month said with the second.
    fn lend_month(&mut self, rest: &[Found]) {
        let [(DateForm::DayOfMonth { day, which }, words)] = self.days.as_slice() else {
            return;
        };
        let (day, which, words) = (*day, *which, words.clone());
        if !self.periods.is_empty() {
            return;
        }
        match rest.first().map(|found| &found.piece) {
            Some(Piece::Date(DateForm::MonthDay {
                month, day: end, ..
            })) if day <= *end => {
                self.days = vec![(
                    DateForm::MonthDay {
                        month: *month,
                        day,
                        which,
                    },
                    words,
                )];
            }
            Some(Piece::Date(DateForm::Full {
                year,
                month,
                day: end,
            })) if day <= *end => {
                self.days = vec![(
                    DateForm::Full {
                        year: *year,
                        month: *month,
                        day,
                    },
                    words,
                )];
            }
            Some(Piece::Date(DateForm::DayOfMonth { .. })) => {
                if let Some(Found {
                    piece:
                        Piece::Period {
                            unit: Unit::Month,
                            offset,
                        },
                    tokens,
                }) = rest.get(1)
                {
                    self.periods.push((Unit::Month, *offset, tokens.clone()));
                }
            }
            _ => {}
        }
    }
}

fn nearest_part(pieces: &[Found], time: Option<&Words>) -> Option<(Part, Words)> {
    let parts = pieces.iter().filter_map(|found| match found.piece {
        Piece::Part(part) => Some((part, found.tokens.clone())),
        _ => None,
    });
    match time {
        Some(time) => parts.min_by_key(|(_, words)| {
            if words.start >= time.end {
                words.start - time.end
            } else {
                time.start.saturating_sub(words.end)
            }
        }),
        None => parts.into_iter().next(),
    }
}
