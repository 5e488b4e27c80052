"""DuckDB with the tables of a SQLite file, in memory.

Run as `duck.py DATABASE` by an interpreter that has duckdb and pyarrow. It prints a line once the tables are there. Then each
line of standard input is a JSON list of statements, which are run one after the other and read to their ends; the seconds that
took, and the rows of the last one, are printed as JSON."""
import json
import sqlite3
import sys
import time

import duckdb
import pyarrow

BATCH = 100_000
TEXT, WHOLE, REAL, TRUTH = pyarrow.string(), pyarrow.int64(), pyarrow.float64(), pyarrow.bool_()
TABLES = {
    "calls": {"id": TEXT, "call_id": TEXT, "agent_id": TEXT, "revision_id": TEXT, "type": TEXT, "status": TEXT,
              "finished": TRUTH, "started_at": WHOLE, "ended_at": WHOLE, "timezone": TEXT, "from_number": TEXT,
              "to_number": TEXT, "language": TEXT, "recording_url": TEXT, "duration_us": WHOLE, "latency_us": WHOLE,
              "disconnection_reason": TEXT, "campaign_id": TEXT, "retry_of": TEXT, "is_test": TRUTH,
              "current_analysis_id": TEXT, "created_at": WHOLE, "updated_at": WHOLE},
    "analyses": {"id": TEXT, "status": TEXT},
    "answers": {"analysis_id": TEXT, "identifier": TEXT, "metric_type": TEXT, "status": TEXT, "text": TEXT, "number": WHOLE,
                "boolean": TRUTH, "time_us": WHOLE, "confidence": REAL},
}


def load(duck, path, table, columns):
    """A table, in the order in which it lies in the file."""
    schema = pyarrow.schema(list(columns.items()))
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False).execute(f"SELECT {names} FROM {table}")

    def batches():
        while read := cursor.fetchmany(BATCH):
            yield pyarrow.RecordBatch.from_arrays(
                [array(values, field.type) for values, field in zip(zip(*read), schema)], schema=schema)

    reader = pyarrow.RecordBatchReader.from_batches(schema, batches())  # noqa: F841: DuckDB finds it by its name
    duck.execute(f"CREATE TABLE {table} AS SELECT * FROM reader")


def array(values, kind):
    if kind == TRUTH:
        return pyarrow.array(values, WHOLE).cast(kind)
    return pyarrow.array(values, kind)


def main():
    duck = duckdb.connect()
    duck.execute("SET enable_progress_bar = false")
    for table, columns in TABLES.items():
        load(duck, sys.argv[1], table, columns)
    print("ready", flush=True)
    for line in sys.stdin:
        statements = json.loads(line)
        began = time.perf_counter()
        for statement in statements:
            found = duck.execute(statement).fetchall()
        print(json.dumps([time.perf_counter() - began, len(found)]), flush=True)


if __name__ == "__main__":
    main()
