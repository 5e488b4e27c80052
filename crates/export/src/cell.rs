//! One value of one row.

use jiff::Timestamp;

/// A value as every format takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    /// A text that is JSON.
    Json(&'a str),
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Instant(Timestamp),
    /// An instant that was written with an offset, and how: formats that keep text keep the offset.
    Said {
        at: Option<Timestamp>,
        text: &'a str,
    },
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text of which there are few different ones.
    Words,
    /// Text that is another one in nearly every row.
    Text,
    Boolean,
    Integer,
    Number,
    /// Instants of one file that lie close together.
    Instant,
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    pub(crate) fn number(number: Option<f64>) -> Self {
        number.map_or(Self::Null, Self::Number)
    }

    pub(crate) fn integer(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }

    pub(crate) fn instant(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Null, Self::Instant)
    }
}
