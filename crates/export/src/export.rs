//! An export in one format.

use aftercall_core::CallRecord;
use bytes::Bytes;

use crate::csv_file::CsvFile;
use crate::json_lines::JsonLines;
use crate::layout::Layout;
use crate::parquet_file::ParquetFile;
use crate::{ExportError, Format};

/// An export that is being written. What it holds does not grow with the number of records.
pub struct Export {
    layout: Layout,
    file: File,
    rows: u64,
}

enum File {
    Csv(Box<CsvFile>),
    Jsonl(JsonLines),
    Parquet(Box<ParquetFile>),
}

impl Export {
    /// An export with these columns.
    ///
    /// # Errors
    /// Where its head cannot be written.
    pub fn new(format: Format, layout: Layout) -> Result<Self, ExportError> {
        let file = match format {
            Format::Csv => File::Csv(Box::new(CsvFile::new(&layout)?)),
            Format::Jsonl => File::Jsonl(JsonLines::new(&layout)?),
            Format::Parquet => File::Parquet(Box::new(ParquetFile::new(&layout)?)),
        };
        Ok(Self {
            layout,
            file,
            rows: 0,
        })
    }

    /// Writes a call: one row, or one for each of its answers.
    ///
    /// # Errors
    /// Where it cannot be written; the export is of no use then.
    pub fn push(&mut self, call: &CallRecord) -> Result<(), ExportError> {
        let Self { layout, file, rows } = self;
        layout.rows(call, |row| {
            *rows += 1;
            match file {
                File::Csv(file) => file.row(layout, row),
                File::Jsonl(file) => file.row(layout, row),
                File::Parquet(file) => file.row(layout, row),
            }
        })
    }

    /// What is ready to be sent since the last time, which may be nothing.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn take(&mut self) -> Result<Bytes, ExportError> {
        Ok(match &mut self.file {
            File::Csv(file) => file.take()?,
            File::Jsonl(file) => file.take(),
            File::Parquet(file) => file.take(),
        }
        .into())
    }

    /// The rest of the export.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(self) -> Result<Bytes, ExportError> {
        Ok(match self.file {
            File::Csv(mut file) => file.take()?,
            File::Jsonl(mut file) => file.take(),
            File::Parquet(file) => file.finish()?,
        }
        .into())
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }
}
