//! Apache Parquet: typed columns in groups of rows.
//!
//! The rows of a group are held column by column until there are enough of them, then written one column after the other,
//! so that what is held is one group. Columns go straight from here to the library's column writers.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use serde_json::json;

use crate::ExportError;
use crate::cell::{Cell, Kind};
use crate::layout::{Column, Layout, Row};

/// Version of the columns' names and types, in the file's metadata.
const SCHEMA: &str = "1";
/// Bytes of a group before it is compressed. Readers like large groups; this many are held at a time.
const GROUP_BYTES: usize = 24 * 1024 * 1024;
/// Rows of a group at most.
const GROUP_ROWS: usize = 128 * 1024;

/// Rows as Parquet.
pub(crate) struct ParquetFile {
    writer: SerializedFileWriter<Vec<u8>>,
    columns: Vec<Held>,
    rows: usize,
    bytes: usize,
}

impl ParquetFile {
    pub(crate) fn new(layout: &Layout) -> Result<Self, ExportError> {
        let properties = Arc::new(properties(layout));
        let writer = SerializedFileWriter::new(Vec::new(), schema(layout)?, properties)?;
        Ok(Self {
            writer,
            columns: layout.columns().iter().map(Held::new).collect(),
            rows: 0,
            bytes: 0,
        })
    }

    pub(crate) fn row(&mut self, layout: &Layout, row: &Row<'_>) -> Result<(), ExportError> {
        for (column, held) in layout.columns().iter().zip(&mut self.columns) {
            self.bytes += held.push(row.cell(column));
        }
        self.rows += 1;
        if self.bytes >= GROUP_BYTES || self.rows >= GROUP_ROWS {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ExportError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for held in &mut self.columns {
            let column = group.next_column()?;
            let mut column =
                column.ok_or_else(|| ParquetError::General("too few columns".into()))?;
            held.write(column.untyped())?;
            column.close()?;
        }
        group.close()?;
        self.writer.flush()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }

    /// What was written since the last time.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }

    /// The rest, with the footer.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, ExportError> {
        self.end_group()?;
        Ok(self.writer.into_inner()?)
    }
}

/// The values of a column in the group that is being filled.
struct Held {
    /// 1 for a value, 0 for a null.
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    /// All texts one behind the other, and where each ends.
    Text(Vec<u8>, Vec<usize>),
    Boolean(Vec<bool>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
    /// Microseconds of UTC since 1970.
    Instant(Vec<i64>),
}

impl Held {
    fn new(column: &Column) -> Self {
        Self {
            levels: Vec::new(),
            values: match column.kind {
                Kind::Words | Kind::Text => Values::Text(Vec::new(), Vec::new()),
                Kind::Boolean => Values::Boolean(Vec::new()),
                Kind::Integer => Values::Integer(Vec::new()),
                Kind::Number => Values::Number(Vec::new()),
                Kind::Instant => Values::Instant(Vec::new()),
            },
        }
    }

    /// Takes a value, and tells how many bytes it is held in. One of another type than the column's is a null.
    fn push(&mut self, cell: Cell<'_>) -> usize {
        let bytes = match (&mut self.values, cell) {
            (Values::Text(texts, ends), Cell::Text(text) | Cell::Json(text)) => {
                texts.extend_from_slice(text.as_bytes());
                ends.push(texts.len());
                // A slice of its own each, while they are written.
                text.len() + size_of::<usize>() + size_of::<ByteArray>()
            }
            (Values::Boolean(values), Cell::Boolean(value)) => {
                values.push(value);
                1
            }
            (Values::Integer(values), Cell::Integer(value)) => {
                values.push(value);
                8
            }
            (Values::Number(values), Cell::Number(value)) => {
                values.push(value);
                8
            }
            (Values::Instant(values), Cell::Instant(at) | Cell::Said { at: Some(at), .. }) => {
                values.push(at.as_microsecond());
                8
            }
            _ => {
                self.levels.push(0);
                return size_of::<i16>();
            }
        };
        self.levels.push(1);
        bytes + size_of::<i16>()
    }

    /// Writes the values as a column of a group, and lets go of them.
    fn write(&mut self, column: &mut ColumnWriter<'_>) -> Result<(), ExportError> {
        let levels = Some(self.levels.as_slice());
        match (&mut self.values, column) {
            (Values::Text(texts, ends), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                let all = Bytes::from(std::mem::take(texts));
                let mut start = 0;
                let texts = ends.drain(..).map(|end| {
                    let text = all.slice(start..end);
                    start = end;
                    ByteArray::from(text)
                });
                writer.write_batch(&texts.collect::<Vec<_>>(), levels, None)?;
            }
            (Values::Boolean(values), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            (
                Values::Integer(values) | Values::Instant(values),
                ColumnWriter::Int64ColumnWriter(writer),
            ) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Number(values), ColumnWriter::DoubleColumnWriter(writer)) => {
                writer.write_batch(values, levels, None)?;
                values.clear();
            }
            _ => return Err(ParquetError::General("a column of another type".into()).into()),
        }
        self.levels.clear();
        Ok(())
    }
}

fn schema(layout: &Layout) -> Result<TypePtr, ParquetError> {
    let fields = layout.columns().iter().map(|column| {
        let (physical, logical) = match column.kind {
            Kind::Words | Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Boolean => (Physical::BOOLEAN, None),
            Kind::Integer => (Physical::INT64, None),
            Kind::Number => (Physical::DOUBLE, None),
            Kind::Instant => {
                let micros = LogicalType::timestamp(true, TimeUnit::MICROS);
                (Physical::INT64, Some(micros))
            }
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(field))
    });
    let fields = fields.collect::<Result<Vec<TypePtr>, ParquetError>>()?;
    let root = Type::group_type_builder("export").with_fields(fields);
    Ok(Arc::new(root.build()?))
}

fn properties(layout: &Layout) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("aftercall ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        // Of each group; those of pages would be held for all groups until the end.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(metadata(layout)));
    for column in layout.columns() {
        let path = ColumnPath::new(vec![column.name.clone()]);
        properties = match column.kind {
            Kind::Words | Kind::Boolean | Kind::Integer => properties,
            Kind::Text | Kind::Number => properties.set_column_dictionary_enabled(path, false),
            Kind::Instant => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
        };
    }
    properties.build()
}

/// What stands beside the columns: the schema's version, the form, and the questions that were asked.
fn metadata(layout: &Layout) -> Vec<KeyValue> {
    let metrics: Vec<_> = layout
        .metrics()
        .map(|(metric, column)| {
            let definition = metric.definition.as_ref();
            json!({
                "column": column,
                "identifier": metric.identifier,
                "dispositionMetricType": metric.kind,
                "dispositionMetricPrompt": definition.map(|metric| metric.prompt.as_str()),
                "choices": definition.map(|metric| metric.choices.as_slice()).unwrap_or_default(),
            })
        })
        .collect();
    [
        ("aftercall.schema", SCHEMA.to_owned()),
        ("aftercall.form", layout.form().name().to_owned()),
        ("aftercall.metrics", json!(metrics).to_string()),
    ]
    .map(|(key, value)| KeyValue::new(key.to_owned(), value))
    .to_vec()
}
