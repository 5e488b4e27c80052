//! Tokens to pieces, from left to right.

use std::ops::Range;

use crate::forms::Piece;
use crate::tokens::Token;
use crate::vocabulary::{Meaning, Part};
use crate::{day_forms, span_forms, time_forms};

/// A piece and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) piece: Piece,
    /// Indices of its tokens.
    pub(crate) tokens: Range<usize>,
}

/// The tokens, and a safe look at any of them.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'a>(pub(crate) &'a [Token]);

impl Tokens<'_> {
    /// The meaning at `at`; past either end, none.
    pub(crate) fn at(&self, at: usize) -> Option<Meaning> {
        self.0.get(at).map(|t| t.meaning)
    }

    /// The meaning before `at`.
    pub(crate) fn before(&self, at: usize) -> Option<Meaning> {
        at.checked_sub(1).and_then(|i| self.at(i))
    }

    /// Whether nothing stands between the token at `at` and the one after it.
    pub(crate) fn joined(&self, at: usize) -> bool {
        match (self.0.get(at), self.0.get(at + 1)) {
            (Some(a), Some(b)) => a.span.end == b.span.start,
            _ => false,
        }
    }

    /// The number at `at`: its value and digits.
    pub(crate) fn number(&self, at: usize) -> Option<(u32, u8)> {
        match self.at(at)? {
            Meaning::Number { value, digits } => Some((value, digits)),
            _ => None,
        }
    }

    /// Whether `at` holds this sign.
    pub(crate) fn sign(&self, at: usize, sign: char) -> bool {
        self.at(at) == Some(Meaning::Sign(sign))
    }

    /// Whether a range's middle stands at `at`: "to", "until", "and" or a dash.
    pub(crate) fn is_range(&self, at: usize) -> bool {
        matches!(
            self.at(at),
            Some(Meaning::To | Meaning::Until | Meaning::And | Meaning::Sign('-' | '–' | '—'))
        )
    }
}

/// All pieces of the tokens, in order.
pub(crate) fn scan(tokens: &[Token]) -> Vec<Found> {
    let tokens = Tokens(tokens);
    let mut out: Vec<Found> = Vec::new();
    let mut at = 0;
    while let Some(meaning) = tokens.at(at) {
        let found = piece_at(tokens, at, meaning, &out);
        let (piece, end) = match found {
            Some((piece, end)) => (Some(piece), end.max(at + 1)),
            None => (None, at + 1),
        };
        if let Some(piece) = piece {
            out.push(Found {
                piece,
                tokens: at..end,
            });
        }
        at = end;
    }
    out
}

fn piece_at(
    tokens: Tokens<'_>,
    at: usize,
    meaning: Meaning,
    before: &[Found],
) -> Option<(Piece, usize)> {
    let after_piece = follows_piece(tokens, at, before);
    time_forms::certain(tokens, at, after_piece)
        .map(|(clock, end)| (Piece::Time(clock), end))
        .or_else(|| day_forms::day(tokens, at).map(|(day, end)| (Piece::Date(day), end)))
        .or_else(|| span_forms::span(tokens, at))
        .or_else(|| {
            time_forms::marked(tokens, at, after_piece)
                .map(|(clock, end)| (Piece::Time(clock), end))
        })
        .or_else(|| single(tokens, at, meaning).map(|piece| (piece, at + 1)))
}

/// Whether a day, a part of the day or a correction stands right before, a comma or "around" apart.
fn follows_piece(tokens: Tokens<'_>, at: usize, before: &[Found]) -> bool {
    let Some(last) = before.last() else {
        return false;
    };
    let says_day = matches!(
        last.piece,
        Piece::Date(_) | Piece::Part(_) | Piece::Period { .. } | Piece::Correction
    );
    says_day
        && (last.tokens.end..at).all(|i| {
            matches!(
                tokens.at(i),
                Some(Meaning::Sign(',') | Meaning::About | Meaning::From | Meaning::Noise)
            )
        })
}

/// A piece of one word.
fn single(tokens: Tokens<'_>, at: usize, meaning: Meaning) -> Option<Piece> {
    match meaning {
        Meaning::Part(part) => Some(Piece::Part(part)),
        Meaning::Nightly => Some(Piece::Part(Part::Night)),
        Meaning::Now => Some(Piece::Now),
        Meaning::Vague { blocks } => Some(Piece::Vague { blocks }),
        Meaning::Month(_) => Some(Piece::Vague { blocks: true }),
        Meaning::WeakMonth(_) => {
            let led = matches!(
                tokens.before(at),
                Some(Meaning::In | Meaning::Of | Meaning::Which(_))
            );
            let year = matches!(tokens.number(at + 1), Some((1900..=2199, 4)))
                || tokens.sign(at + 1, '\'');
            (led || year).then_some(Piece::Vague { blocks: true })
        }
        // "later" that follows no length of time.
        Meaning::Hence => Some(Piece::Vague { blocks: false }),
        Meaning::Correction => Some(Piece::Correction),
        Meaning::Or | Meaning::To | Meaning::Until | Meaning::And => Some(Piece::Break),
        Meaning::Sign('-' | '–' | '—') => Some(Piece::Break),
        _ => None,
    }
}
