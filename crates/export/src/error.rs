//! What can go wrong while an export is written.

/// Why an export was not written to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The library that writes Parquet refused.
    #[error("the Parquet file cannot be written")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// The library that writes CSV refused.
    #[error("the CSV file cannot be written")]
    Csv(#[from] csv::Error),
    /// A value is no JSON.
    #[error("the JSON line cannot be written")]
    Json(#[from] serde_json::Error),
    /// The buffer between the writer and its reader is gone.
    #[error("the file cannot be written")]
    Io(#[from] std::io::Error),
}
