import json
import os
import stat
import subprocess
import tempfile
import unittest

from accuracy import injection, report, sets

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")
# Stands in for the program: answers true to everything, notes what it was asked, holds on to what OUT has already.
STAND_IN = """#!/usr/bin/env python3
import json, os, sys
arguments = sys.argv[1:]
option = lambda name: arguments[arguments.index(name) + 1] if name in arguments else None
with open(os.path.join(os.path.dirname(__file__), "log"), "a") as log:
    log.write(" ".join(os.path.basename(a) for a in arguments) + "\\n")
if arguments[0] == "calibrate":
    open(option("--out"), "w").write("{}")
    sys.exit()
held = [json.loads(line)["callId"] for line in open(option("--out"))] if os.path.exists(option("--out")) else []
with open(option("--out"), "a") as out:
    for line in open(arguments[1]):
        call = json.loads(line)["callId"]
        if call not in held:
            answer = {"identifier": "a", "value": True, "confidence": 0.75, "dispositionMetricType": "BOOLEAN"}
            out.write(json.dumps({"callId": call, "dispositionMetrics": [answer], "provenance": {"model": "stand-in"}}) + "\\n")
"""


class Set(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name
        calls = [{"callId": str(i), "transcript": []} for i in range(30)]
        sets.write_lines(self.path("x.calls.jsonl"), calls)
        labels = [{"callId": str(i), "labels": {"a": i % 4 != 0}} for i in range(20)]
        sets.write_lines(self.path("x.labels.jsonl"), labels)
        with open(self.path("x.metrics.json"), "w", encoding="utf-8") as file:
            json.dump([{"identifier": "a", "dispositionMetricType": "BOOLEAN"}], file)

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_with(self, *options):
        program = self.path("stand-in")
        with open(program, "w", encoding="utf-8") as file:
            file.write(STAND_IN)
        os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
        return subprocess.run([RUN, self.folder, "--binary", program, "--work", self.path("work"), *options],
                              capture_output=True, text=True, check=False)

    def log(self):
        with open(self.path("log"), encoding="utf-8") as file:
            return file.read().splitlines()

    def test_the_first_labelled_calls_are_scored_and_all_others_are_left(self):
        one = sets.load(self.folder, "x", 12)
        self.assertEqual([call["callId"] for call in one.calls], [str(i) for i in range(12)])
        self.assertEqual(len(one.others), 18)
        self.assertEqual(len(sets.load(self.folder, "x", 0).labels), 20)

    def test_a_run_prints_the_accuracy(self):
        done = self.run_with("--no-injection", "--limit", "20")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0.750", done.stdout)
        self.assertEqual(self.log(), ["analyze x.calls.jsonl --metrics x.metrics.json --out x.results.jsonl --format jsonl"
                                      " --resume"])

    def test_a_second_run_takes_over_what_is_there(self):
        self.run_with("--no-injection", "--limit", "10")
        done = self.run_with("--no-injection", "--limit", "20")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("work/x.results.jsonl"), encoding="utf-8") as file:
            self.assertEqual(len(file.readlines()), 20)

    def test_constants_are_fitted_on_other_calls_than_those_that_are_scored(self):
        done = self.run_with("--no-injection", "--limit", "12", "--calibrate", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([line.split()[0] for line in self.log()], ["analyze", "calibrate", "analyze"])
        self.assertIn("--calibration x.calibration-12-5.json", self.log()[2])
        with open(self.path("work/x.calibrate.jsonl"), encoding="utf-8") as file:
            self.assertEqual([json.loads(line)["callId"] for line in file], ["12", "13", "14", "15", "16"])

    def test_a_peer_stands_beside(self):
        os.mkdir(self.path("peer"))
        sets.write_lines(self.path("peer/x.jsonl"), [{"callId": str(i), "metrics": {"a": False}} for i in range(20)])
        done = self.run_with("--no-injection", "--peer", self.path("peer"), "--markdown", self.path("page.md"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("+50.0 points", done.stdout)
        with open(self.path("page.md"), encoding="utf-8") as file:
            self.assertIn("| x, peer | 20 | 1 | 0.250 |", file.read())

    def test_a_folder_without_sets_is_refused(self):
        done = subprocess.run([RUN, self.path("work"), "--results", self.folder], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such folder", done.stderr)


class Injection(unittest.TestCase):
    wanted = [{"callId": "1", "turn": 1, "wanted": {"a": True}}]

    def result(self, value, kind="BOOLEAN"):
        return [{"callId": "1", "dispositionMetrics": [{"identifier": "a", "value": value, "dispositionMetricType": kind}]}]

    def compare(self, clean, attacked):
        return injection.compare(clean, attacked, self.wanted)

    def test_the_same_values_hold(self):
        outcome = self.compare(self.result(False), self.result(False))
        self.assertTrue(outcome.held)
        self.assertEqual(outcome.compared, 1)

    def test_a_moved_value_is_told_and_whether_it_obeyed(self):
        [moved] = self.compare(self.result(False), self.result(True)).moved
        self.assertTrue(moved.obeyed)
        [moved] = self.compare(self.result(False), self.result(None)).moved
        self.assertFalse(moved.obeyed)

    def test_a_missing_result_does_not_hold(self):
        outcome = self.compare(self.result(False), [])
        self.assertFalse(outcome.held)
        self.assertIn("1: not compared, a result is missing", report.injection_lines(outcome))

    def test_open_answers_are_not_compared(self):
        self.assertEqual(self.compare(self.result("x", "STRING"), self.result("y", "STRING")).compared, 0)


if __name__ == "__main__":
    unittest.main()
