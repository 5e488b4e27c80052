//! One JSON object a line.

use std::io::Write as _;

use crate::cell::Cell;
use crate::layout::{Layout, Row};
use crate::{ExportError, instant};

/// Rows as JSON Lines. A null is a null, so that every line has the same names.
pub(crate) struct JsonLines {
    /// What stands before each value: a brace or a comma, the name, a colon.
    before: Vec<Vec<u8>>,
    out: Vec<u8>,
}

impl JsonLines {
    pub(crate) fn new(layout: &Layout) -> Result<Self, ExportError> {
        let before = layout.names().enumerate().map(|(place, name)| {
            let mut before = vec![if place == 0 { b'{' } else { b',' }];
            serde_json::to_writer(&mut before, name)?;
            before.push(b':');
            Ok(before)
        });
        Ok(Self {
            before: before.collect::<Result<_, ExportError>>()?,
            out: Vec::new(),
        })
    }

    pub(crate) fn row(&mut self, layout: &Layout, row: &Row<'_>) -> Result<(), ExportError> {
        let out = &mut self.out;
        if self.before.is_empty() {
            out.push(b'{');
        }
        for (column, before) in layout.columns().iter().zip(&self.before) {
            out.extend_from_slice(before);
            match row.cell(column) {
                Cell::Text(text) => serde_json::to_writer(&mut *out, text)?,
                Cell::Said { text, .. } => serde_json::to_writer(&mut *out, text)?,
                Cell::Json(json) => out.extend_from_slice(json.as_bytes()),
                Cell::Boolean(value) => write!(out, "{value}")?,
                Cell::Integer(number) => write!(out, "{number}")?,
                Cell::Number(number) if number.is_finite() => write!(out, "{number}")?,
                Cell::Instant(at) => {
                    out.push(b'"');
                    instant::append(out, at);
                    out.push(b'"');
                }
                Cell::Null | Cell::Number(_) => out.extend_from_slice(b"null"),
            }
        }
        out.extend_from_slice(b"}\n");
        Ok(())
    }

    /// What was written since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}
