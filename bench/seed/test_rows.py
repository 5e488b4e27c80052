import json
import os
import random
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), "tests"))

from seed import rows  # noqa: E402


def made(seed, calls=50, days=90):
    maker = rows.Maker(random.Random(seed), calls, days)
    return list(maker.agent()), list(maker.calls())


class Rows(unittest.TestCase):
    def test_a_seed_gives_the_same_rows(self):
        self.assertEqual(made(1), made(1))
        self.assertNotEqual(made(1), made(2))

    def test_rows_belong_together_and_ids_grow(self):
        _, calls = made(3)
        ids = [call["calls"][0]["id"] for call in calls]
        self.assertEqual(ids, sorted(set(ids)))
        times = [call["calls"][0]["created_at"] for call in calls]
        self.assertGreater(times[-1] - times[0], 80 * rows.DAY * rows.MICROS)
        for call in calls:
            row, analysis = call["calls"][0], call["analyses"][0]
            self.assertEqual(row["current_analysis_id"], analysis["id"])
            self.assertEqual({answer["analysis_id"] for answer in call["answers"]}, {analysis["id"]})
            self.assertEqual([answer["identifier"] for answer in call["answers"]],
                             [metric["identifier"] for metric in rows.METRICS])

    def test_values_stand_in_the_column_of_their_type_and_in_the_result(self):
        columns = {"BOOLEAN": {"boolean"}, "INTEGER": {"number"}, "ENUM": {"text"}, "STRING": {"text"},
                   "DATETIME": {"text", "time_us"}}
        for call in made(4)[1]:
            told = json.loads(call["analyses"][0]["result"])["dispositionMetrics"]
            for answer, shown in zip(call["answers"], told):
                filled = {name for name in ("text", "number", "boolean", "time_us") if answer[name] is not None}
                answered = answer["status"] == "answered"
                self.assertEqual(filled, columns[answer["metric_type"]] if answered else set())
                self.assertEqual(shown["value"] is not None, answered)
                self.assertEqual(shown["confidence"], answer["confidence"])


if __name__ == "__main__":
    unittest.main()
