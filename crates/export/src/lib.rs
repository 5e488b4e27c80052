//! Calls and their answers as CSV, JSON Lines and Parquet.
//!
//! Records go in one by one, bytes come out as they are ready, and what is held in between does not grow with the number
//! of calls. What the columns are is said in `docs/exports.md`.

mod cell;
mod choice;
mod csv_file;
mod error;
mod export;
mod facts;
mod form;
mod instant;
mod json_lines;
mod layout;
mod parquet_file;

pub use choice::Choice;
pub use error::ExportError;
pub use export::Export;
pub use form::{Form, Format};
pub use layout::Layout;
