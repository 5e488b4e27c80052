"""Read the rows of an export by one statement of Python's sqlite3, and have DuckDB write them.

Run as `bare.py DATABASE FORM FORMAT OUT` by an interpreter that has duckdb and pyarrow; the format `none` writes nothing.
Prints the number of rows."""
import sqlite3
import sys

import duckdb
import pyarrow

BATCH = 50_000
METRICS = {"call_back_at": "DATETIME", "issue_resolved": "BOOLEAN", "outcome": "ENUM", "rating": "INTEGER", "reason": "STRING"}
TEXT, WHOLE, REAL, TRUTH = pyarrow.string(), pyarrow.int64(), pyarrow.float64(), pyarrow.bool_()
INSTANT = pyarrow.timestamp("us", "UTC")
CALL = [("callId", "c.call_id", TEXT), ("id", "c.id", TEXT), ("agentId", "c.agent_id", TEXT), ("versionId", "c.revision_id", TEXT),
        ("versionNumber", "r.version_number", WHOLE), ("type", "c.type", TEXT), ("status", "c.status", TEXT),
        ("finished", "c.finished", TRUTH), ("startedAt", "c.started_at", INSTANT), ("endedAt", "c.ended_at", INSTANT),
        ("timezone", "c.timezone", TEXT), ("from", "c.from_number", TEXT), ("to", "c.to_number", TEXT),
        ("language", "c.language", TEXT), ("recordingUrl", "c.recording_url", TEXT),
        ("durationSeconds", "c.duration_us / 1e6", REAL), ("latencySeconds", "c.latency_us / 1e6", REAL),
        ("disconnectionReason", "c.disconnection_reason", TEXT), ("campaignId", "c.campaign_id", TEXT),
        ("retryOf", "c.retry_of", TEXT), ("isTest", "c.is_test", TRUTH), ("createdAt", "c.created_at", INSTANT),
        ("updatedAt", "c.updated_at", INSTANT), ("analysisId", "a.id", TEXT), ("analysisNumber", "a.number", WHOLE),
        ("analysisStatus", "a.status", TEXT), ("analysisReason", "a.reason", TEXT), ("analysedAt", "a.created_at", INSTANT),
        ("model", "a.model", TEXT), ("summary", "a.summary", TEXT)]
OF_LONG = ("callId", "agentId", "versionId", "versionNumber", "startedAt", "createdAt", "analysisId", "analysedAt")
LONG = [("metric", "m.identifier", TEXT), ("metricType", "m.metric_type", TEXT), ("metricStatus", "m.status", TEXT),
        ("textValue", "CASE WHEN m.metric_type <> 'DATETIME' THEN m.text END", TEXT), ("booleanValue", "m.boolean", TRUTH),
        ("integerValue", "m.number", WHOLE), ("datetimeValue", "m.time_us", INSTANT), ("confidence", "m.confidence", REAL)]
VALUE = {"DATETIME": ("time_us", INSTANT), "BOOLEAN": ("boolean", TRUTH), "INTEGER": ("number", WHOLE),
         "ENUM": ("text", TEXT), "STRING": ("text", TEXT)}
WRITTEN = {"csv": "FORMAT csv, HEADER", "jsonl": "FORMAT json", "parquet": "FORMAT parquet, COMPRESSION snappy"}
FROM = (" FROM calls c LEFT JOIN revisions r ON r.id = c.revision_id"
        " LEFT JOIN analyses a ON a.id = c.current_analysis_id")


def statement(form):
    """The columns and the statement that reads them."""
    if form == "long":
        columns = [column for column in CALL if column[0] in OF_LONG] + LONG
        source = FROM + " JOIN answers m ON m.analysis_id = c.current_analysis_id"
    else:
        columns, source = list(CALL), FROM
        for place, (name, kind) in enumerate(METRICS.items()):
            column, arrow = VALUE[kind]
            columns.append((f"metric.{name}", f"m{place}.{column}", arrow))
            columns.append((f"metric.{name}.confidence", f"m{place}.confidence", REAL))
            source += (f" LEFT JOIN answers m{place} ON m{place}.analysis_id = c.current_analysis_id"
                       f" AND m{place}.identifier = '{name}'")
    order = " ORDER BY c.created_at, c.id" + (", m.identifier" if form == "long" else "")
    return columns, f"SELECT {', '.join(column[1] for column in columns)}{source}{order}"


def main():
    path, form, name, out = sys.argv[1:]
    columns, sql = statement(form)
    schema = pyarrow.schema([(column[0], column[2]) for column in columns])
    # DuckDB asks for batches on a thread of its own.
    cursor = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False).execute(sql)
    rows = 0

    def batches():
        nonlocal rows
        while read := cursor.fetchmany(BATCH):
            rows += len(read)
            if name != "none":
                yield pyarrow.RecordBatch.from_arrays(
                    [array(values, field.type) for values, field in zip(zip(*read), schema)], schema=schema)

    if name == "none":
        for _ in batches():
            pass
    else:
        # It would stand on standard output beside the number.
        duckdb.sql("SET enable_progress_bar = false")
        calls = pyarrow.RecordBatchReader.from_batches(schema, batches())  # noqa: F841: DuckDB finds it by its name
        duckdb.sql(f"COPY (SELECT * FROM calls) TO '{out}' ({WRITTEN[name]})")
    print(rows)


def array(values, kind):
    if kind in (INSTANT, TRUTH):
        return pyarrow.array(values, WHOLE).cast(kind)
    return pyarrow.array(values, kind)


if __name__ == "__main__":
    main()
