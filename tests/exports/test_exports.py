"""Exports as others read them: DuckDB, and pandas with pyarrow."""
import datetime
import json
import os
import sqlite3
import subprocess
import tempfile
import unittest

import duckdb
import pandas
import pyarrow
import pyarrow.parquet

from support import calls, places
from support.database import Database
from support.process import until
from support.server import Server
from exports.destinations import Bucket, Folder

CALLS = 6
ANALYSED_SECONDS = 300
UTC = datetime.timezone.utc
SCHEDULE = """
[exports.daily]
destination = "{destination}"
format = "parquet"
interval = "hour"
delay_minutes = 0
"""


def instant(text):
    return datetime.datetime.fromisoformat(text) if text else None


def milliseconds(at):
    """As exact as the API shows instants."""
    return None if at is None or pandas.isna(at) else int(at.timestamp() * 1000)


def plain(value):
    """A value of pandas or DuckDB as JSON has it."""
    if value is None or value is pandas.NaT or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(model=places.model())
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.client = cls.server.client(timeout=120)
        agent = calls.agent(cls.client, calls.METRICS)
        sent = [calls.call(agent, call_id=f"=call-{number}", isTest=number == 0) for number in range(CALLS)]
        # One that nobody spoke in, and one that is not over.
        sent.append(calls.call(agent, call_id="silent", turns=0))
        sent.append(calls.call(agent, call_id="open", status="in_progress"))
        answers = cls.client.lines("/v1/calls", sent)
        assert all(line["status"] == 201 for line in answers.lines), answers
        stored = Database(cls.server)
        until("every call is analysed", lambda: stored.open_jobs() == 0, ANALYSED_SECONDS)
        cls.calls = list(reversed(cls.client.get("/v1/calls", limit=200).json["calls"]))
        cls.folder = os.path.join(cls.server.folder, "exports")
        os.makedirs(cls.folder)

    def export(self, name, **query):
        """The path of an export by HTTP."""
        answer = self.client.get("/v1/export", format=name.rpartition(".")[2], **query)
        self.assertEqual(answer.status, 200, answer)
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(answer.body)
        return path

    def expected(self, call):
        """The metrics of a call, as the list of calls has them: identifier to value and confidence."""
        answers = (call["analysis"] or {"dispositionMetrics": []})["dispositionMetrics"]
        return {answer["identifier"]: answer for answer in answers}

    def check_wide(self, rows, is_text_safe):
        """`rows` are dictionaries, as any reader gives them."""
        self.assertEqual(len(rows), len(self.calls))
        for row, call in zip(rows, self.calls):
            safe = "'" if is_text_safe and call["callId"].startswith("=") else ""
            self.assertEqual(row["callId"], safe + call["callId"])
            for name in ("id", "agentId", "versionId", "type", "status", "language", "timezone"):
                self.assertEqual(plain(row[name]), call[name], name)
            for name in ("versionNumber", "finished", "isTest", "durationSeconds"):
                self.assertEqual(plain(row[name]), call[name], name)
            for name in ("startedAt", "endedAt", "createdAt", "updatedAt"):
                self.assertEqual(milliseconds(row[name]), milliseconds(instant(call[name])), name)
            self.assertEqual(plain(row["analysisId"]), (call["analysis"] or {}).get("id"))
            answers = self.expected(call)
            for metric in calls.METRICS:
                column = f"metric.{metric['identifier']}"
                answer = answers.get(metric["identifier"], {"value": None, "confidence": None})
                if metric["dispositionMetricType"] == "DATETIME":
                    self.assertEqual(milliseconds(plain(row[column])), milliseconds(instant(answer["value"])), column)
                elif not (is_text_safe and isinstance(answer["value"], str)):
                    self.assertEqual(plain(row[column]), answer["value"], column)
                confidence = plain(row[f"{column}.confidence"])
                self.assertEqual(confidence, answer["confidence"], column)

    def duckdb_rows(self, reader, path):
        relation = duckdb.sql(f"SELECT * FROM {reader}('{path}')")
        return dict(zip(relation.columns, map(str, relation.types))), [
            dict(zip(relation.columns, row)) for row in relation.fetchall()]

    def test_parquet_in_duckdb(self):
        types, rows = self.duckdb_rows("read_parquet", self.export("wide.parquet"))
        for name, kind in {"callId": "VARCHAR", "finished": "BOOLEAN", "versionNumber": "BIGINT", "durationSeconds": "DOUBLE",
                           "createdAt": "TIMESTAMP WITH TIME ZONE", "metric.issue_resolved": "BOOLEAN",
                           "metric.rating": "BIGINT", "metric.outcome": "VARCHAR", "metric.outcome.confidence": "DOUBLE",
                           "metric.call_back_at": "TIMESTAMP WITH TIME ZONE", "metric.reason": "VARCHAR"}.items():
            self.assertEqual(types[name], kind, name)
        self.check_wide(rows, is_text_safe=False)

    def test_csv_in_duckdb(self):
        types, rows = self.duckdb_rows("read_csv", self.export("wide.csv"))
        self.assertEqual(types["finished"], "BOOLEAN")
        self.assertEqual(types["createdAt"], "TIMESTAMP WITH TIME ZONE")
        self.assertEqual(types["metric.issue_resolved.confidence"], "DOUBLE")
        self.check_wide(rows, is_text_safe=True)

    def test_json_lines_in_duckdb(self):
        path = self.export("wide.jsonl", transcripts="true")
        rows = duckdb.sql(f"SELECT callId, transcript[1].role FROM read_json('{path}') WHERE callId <> 'silent'").fetchall()
        self.assertEqual(len(rows), CALLS + 1)
        self.assertTrue(all(role == "agent" for _, role in rows), rows)

    def test_parquet_in_pyarrow_and_pandas(self):
        path = self.export("wide.parquet")
        schema = pyarrow.parquet.read_schema(path)
        instants = pyarrow.timestamp("us", "UTC")
        for name, kind in {"callId": pyarrow.string(), "isTest": pyarrow.bool_(), "startedAt": instants,
                           "metric.rating": pyarrow.int64(), "metric.call_back_at": instants,
                           "metric.rating.confidence": pyarrow.float64()}.items():
            self.assertEqual(schema.field(name).type, kind, name)
        told = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        self.assertEqual((told["aftercall.schema"], told["aftercall.form"]), ("1", "wide"))
        asked = {metric["identifier"]: metric for metric in json.loads(told["aftercall.metrics"])}
        for metric in calls.METRICS:
            for name in ("dispositionMetricPrompt", "dispositionMetricType"):
                self.assertEqual(asked[metric["identifier"]][name], metric[name])
        self.assertEqual(asked["outcome"]["choices"], ["solved", "call_back", "none"])
        words = pyarrow.parquet.read_table(path, read_dictionary=["metric.outcome"]).schema.field("metric.outcome").type
        self.assertTrue(pyarrow.types.is_dictionary(words))
        frame = pandas.read_parquet(path)
        self.check_wide([dict(row) for _, row in frame.astype(object).iterrows()], is_text_safe=False)

    def test_csv_in_pandas(self):
        path = self.export("wide.csv")
        frame = pandas.read_csv(path, parse_dates=["startedAt", "endedAt", "createdAt", "updatedAt", "metric.call_back_at"])
        self.assertEqual(str(frame.dtypes["finished"]), "bool")
        self.assertEqual(str(frame.dtypes["metric.rating.confidence"]), "float64")
        self.assertIn("UTC", str(frame.dtypes["createdAt"]))
        self.assertEqual(list(frame["callId"])[:CALLS], ["'" + call["callId"] for call in self.calls[:CALLS]])

    def test_both_forms_say_the_same(self):
        path = self.export("long.parquet", form="long")
        types, rows = self.duckdb_rows("read_parquet", path)
        self.assertEqual(types["booleanValue"], "BOOLEAN")
        self.assertEqual(types["integerValue"], "BIGINT")
        self.assertEqual(types["datetimeValue"], "TIMESTAMP WITH TIME ZONE")
        found = {(row["callId"], row["metric"]): row for row in rows}
        answers = {(call["callId"], name): answer for call in self.calls for name, answer in self.expected(call).items()}
        self.assertEqual(found.keys(), answers.keys())
        self.assertEqual(len(rows), len(answers))
        for key, answer in answers.items():
            row = found[key]
            self.assertEqual((row["metricType"], row["metricStatus"]), (answer["dispositionMetricType"], answer["status"]))
            self.assertEqual(row["confidence"], answer["confidence"])
            if answer["dispositionMetricType"] == "DATETIME":
                self.assertEqual(milliseconds(row["datetimeValue"]), milliseconds(instant(answer["value"])))
            else:
                values = [row["booleanValue"], row["integerValue"], row["textValue"]]
                self.assertEqual(next((value for value in values if value is not None), None), answer["value"])

    def test_filters_are_those_of_the_list(self):
        query = {"isTest": "true", "metric.issue_resolved.missing": "false"}
        listed = self.client.get("/v1/calls", **query).json["calls"]
        lines = self.client.get("/v1/export", format="jsonl", columns="callId", **query).lines
        self.assertEqual([line["callId"] for line in lines], [call["callId"] for call in reversed(listed)])

    def test_the_command_writes_the_same_file(self):
        by_http = self.client.get("/v1/export", format="csv", form="long").body
        out = os.path.join(self.folder, "command.csv")
        self.server.command("export", "--out", out, "--form", "long")
        with open(out, "rb") as file:
            self.assertEqual(file.read(), by_http)
        self.assertEqual(os.stat(out).st_mode & 0o077, 0, "the file is its owner's alone")
        said = self.server.command("export", "--out", "-", "--format", "jsonl", "--columns", "callId,metric.rating", "isTest=true")
        self.assertEqual([json.loads(line)["callId"] for line in said.splitlines()], ["=call-0"])

    def test_a_command_that_fails_leaves_what_was_there(self):
        out = os.path.join(self.folder, "kept.csv")
        with open(out, "w", encoding="ascii") as file:
            file.write("before")
        for words in (["--columns", "nothing"], ["colour=red"], ["--form", "long", "--transcripts"],
                      ["--database-url", "sqlite:/nowhere/at/all.sqlite"]):
            done = subprocess.run([places.program(), "export", "--data-dir", self.server.data, "--out", out, *words],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn("error:", done.stderr)
        with open(out, encoding="ascii") as file:
            self.assertEqual(file.read(), "before")
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".tmp")], [])


class Scheduled(unittest.TestCase):
    """The program writes what arrived before the hour began, so the calls are dated back in the database."""

    def test_a_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            self.partitions_are_written_and_deleted_calls_leave_them(Folder(os.path.join(folder, "exports")))

    def test_a_bucket(self):
        self.partitions_are_written_and_deleted_calls_leave_them(Bucket())

    def partitions_are_written_and_deleted_calls_leave_them(self, place):
        self.addCleanup(place.close)
        with Server(workers=False, environment=place.environment) as server:
            client = server.client()
            agent = calls.agent(client, calls.METRICS)
            for name in ("kept", "gone"):
                self.assertEqual(client.post("/v1/calls", calls.call(agent, call_id=name)).status, 201)
            server.process.stop()
            day = datetime.datetime.now(UTC).date() - datetime.timedelta(days=3)
            moved = int(datetime.datetime.combine(day, datetime.time(9), UTC).timestamp()) * 1_000_000
            self.change(server, f"UPDATE calls SET created_at = {moved}, updated_at = {moved}")
            server.configure(SCHEDULE.format(destination=place.address))
            server.start()
            name = f"agent={agent}/day={day}/calls.parquet"
            first = until("the export is written", lambda: place.files().get(name), 60)
            until("the run is over", lambda: self.done(server), 60)
            self.assertEqual(list(place.files()), [name])
            found = self.read(name, first, "callId, agent, day::VARCHAR")
            self.assertEqual(found, [("gone", agent, str(day)), ("kept", agent, str(day))])

            # The next hour, after one of them was deleted.
            self.delete(server, "gone")
            until("the export is written anew", lambda: place.files()[name] != first, 60)
            self.assertEqual(self.read(name, place.files()[name], "callId"), [("kept",)])

            # And the last one.
            until("the run is over", lambda: self.done(server), 60)
            self.delete(server, "kept")
            until("the file is deleted", lambda: place.files() == {}, 60)

    def delete(self, server, call):
        self.assertEqual(server.client().ask("DELETE", f"/v1/calls/{call}").status, 204)
        server.process.stop()
        self.change(server, "UPDATE exports SET done_until = done_until - 3600000000")
        server.start()

    def read(self, name, content, columns):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path))
            with open(path, "wb") as file:
                file.write(content)
            return duckdb.sql(f"SELECT {columns} FROM read_parquet('{folder}/**/*.parquet', hive_partitioning = true)"
                              " ORDER BY callId").fetchall()

    def change(self, server, sql):
        database = sqlite3.connect(os.path.join(server.data, "aftercall.sqlite"))
        with database:
            database.execute(sql)
        database.close()

    def done(self, server):
        rows = Database(server).rows("SELECT done_until FROM exports WHERE lease_until IS NULL")
        return rows and rows[0][0] != "None"


if __name__ == "__main__":
    unittest.main()
