//! Comma-separated values that a spreadsheet can open.

use std::io::Write as _;

use csv::Writer;

use crate::cell::Cell;
use crate::layout::{Layout, Row};
use crate::{ExportError, instant};

/// Rows as CSV. A null is an empty cell.
pub(crate) struct CsvFile {
    writer: Writer<Vec<u8>>,
    /// One cell at a time.
    scratch: Vec<u8>,
}

impl CsvFile {
    /// With the line of names.
    pub(crate) fn new(layout: &Layout) -> Result<Self, ExportError> {
        let mut writer = Writer::from_writer(Vec::new());
        writer.write_record(layout.names())?;
        Ok(Self {
            writer,
            scratch: Vec::new(),
        })
    }

    pub(crate) fn row(&mut self, layout: &Layout, row: &Row<'_>) -> Result<(), ExportError> {
        for column in layout.columns() {
            self.cell(row.cell(column))?;
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn cell(&mut self, cell: Cell<'_>) -> Result<(), ExportError> {
        let scratch = &mut self.scratch;
        scratch.clear();
        match cell {
            Cell::Null => {}
            Cell::Text(text) | Cell::Json(text) if is_formula(text) => {
                // An apostrophe makes a text of it, for every spreadsheet.
                scratch.push(b'\'');
                scratch.extend_from_slice(text.as_bytes());
            }
            Cell::Text(text) | Cell::Json(text) => return Ok(self.writer.write_field(text)?),
            Cell::Boolean(value) => {
                return Ok(self
                    .writer
                    .write_field(if value { "true" } else { "false" })?);
            }
            Cell::Integer(number) => write!(scratch, "{number}")?,
            Cell::Number(number) => write!(scratch, "{number}")?,
            Cell::Instant(at) => instant::append(scratch, at),
            Cell::Said { text, .. } => return Ok(self.writer.write_field(text)?),
        }
        Ok(self.writer.write_field(&*scratch)?)
    }

    /// What was written since the last time.
    pub(crate) fn take(&mut self) -> Result<Vec<u8>, ExportError> {
        let written = std::mem::replace(&mut self.writer, Writer::from_writer(Vec::new()));
        written
            .into_inner()
            .map_err(|error| error.into_error().into())
    }
}

/// Whether a spreadsheet would take the text for a formula, which can send what stands in other cells elsewhere.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_that_begin_like_a_formula_are_formulas() {
        for text in ["=1+1", "+49", "-1", "@SUM(A1)", "\tx", "\rx", "\nx"] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["", "a=1", " =1", "'x", "7", "[=]"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
