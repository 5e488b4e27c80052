import unittest

from accuracy import score
from accuracy.score import Item


def item(gold, value, confidence=None, ok=None, metric="m", kind="BOOLEAN", name="s"):
    return Item(name, metric, kind, gold, value, confidence, gold == value if ok is None else ok)


class Right(unittest.TestCase):
    def test_null_is_right_only_where_the_label_is_null(self):
        for kind in ("BOOLEAN", "INTEGER", "STRING", "ENUM", "DATETIME"):
            self.assertTrue(score.right(kind, None, None))
            self.assertTrue(score.right(kind, None, ""))
            self.assertFalse(score.right(kind, None, "x"))
        self.assertFalse(score.right("BOOLEAN", False, None))
        self.assertFalse(score.right("INTEGER", 0, None))

    def test_booleans_and_whole_numbers_may_be_written_as_text(self):
        self.assertTrue(score.right("BOOLEAN", True, "True"))
        self.assertFalse(score.right("BOOLEAN", False, "true"))
        self.assertTrue(score.right("INTEGER", 4, "4"))
        self.assertFalse(score.right("INTEGER", 4, 4.5))

    def test_a_choice_must_be_exact(self):
        self.assertTrue(score.right("ENUM", "book_ride", "book_ride"))
        self.assertFalse(score.right("ENUM", "book_ride", "Book ride"))

    def test_a_bare_date_asks_for_the_day_and_a_time_for_the_minute(self):
        self.assertTrue(score.right("DATETIME", "2026-03-13", "2026-03-13T15:00:00-04:00"))
        self.assertTrue(score.right("DATETIME", "2026-03-13T15:00", "2026-03-13T15:00:00-04:00"))
        self.assertFalse(score.right("DATETIME", "2026-03-13T15:00", "2026-03-13T15:30:00-04:00"))
        self.assertFalse(score.right("DATETIME", "2026-03-13T15:00", "2026-03-13"))

    def test_short_texts_are_compared_by_letters_and_digits(self):
        self.assertTrue(score.right("STRING", "AB-12 34", "ab1234"))
        self.assertTrue(score.right("STRING", "Becker", "Dr. Becker"))
        self.assertTrue(score.right("STRING", "Dr. Becker", "Becker"))
        self.assertFalse(score.right("STRING", "Becker", "Bo"))
        self.assertFalse(score.right("STRING", "Bo", "Bob"))


class Items(unittest.TestCase):
    kinds = {"a": "BOOLEAN", "b": "STRING", "summary": "STRING"}

    def items(self, labels, results):
        return score.items("set", labels, self.kinds, results)

    def test_a_call_without_a_result_is_wrong_even_where_the_label_is_null(self):
        [one] = self.items([{"callId": "1", "labels": {"b": None}}], [])
        self.assertFalse(one.ok)

    def test_a_metric_that_a_result_lacks_is_a_null(self):
        [one] = self.items([{"callId": "1", "labels": {"b": None}}], [{"callId": "1", "dispositionMetrics": []}])
        self.assertTrue(one.ok)

    def test_long_texts_and_unknown_metrics_are_left_out(self):
        made = self.items([{"callId": "1", "labels": {"summary": "x", "unknown": 1, "a": True}}], [])
        self.assertEqual([one.metric for one in made], ["a"])

    def test_alternatives_are_right_too(self):
        label = {"callId": "1", "labels": {"b": "Anna"}, "alternatives": {"b": ["Maria"]}}
        [one] = self.items([label], [{"callId": "1", "metrics": {"b": "maria"}}])
        self.assertTrue(one.ok)
        self.assertEqual(one.gold, "Anna")

    def test_the_shapes_of_a_webhook_and_of_a_result_are_taken(self):
        listed = [{"identifier": "a", "value": True, "confidence": 0.9}]
        for result in ({"dispositionMetrics": listed}, {"postCallAnalytics": {"dispositionMetrics": listed}}):
            self.assertEqual(score.answers(result), {"a": (True, 0.9)})


class Figures(unittest.TestCase):
    def test_auc_counts_pairs_in_order_and_half_of_ties(self):
        ranked = [item(True, True, 0.9), item(False, True, 0.6), item(False, False, 0.8)]
        self.assertEqual(score.auc(ranked), 1.0)
        self.assertEqual(score.auc([item(True, True, 0.5), item(False, False, 0.5)]), 0.5)
        self.assertEqual(score.auc([item(True, False, 0.9), item(False, True, 0.9)]), 0.0)
        self.assertIsNone(score.auc([item(True, True, 0.9)]))

    def test_calibration_error_weighs_each_bin_by_its_share(self):
        # 0.9 of which a half is right, and 0.2 of which none is: (2 * 0.4 + 1 * 0.2) / 3
        some = [item(True, True, 0.9), item(True, False, 0.9), item(True, False, 0.2)]
        self.assertAlmostEqual(score.calibration_error(some), 1 / 3)
        self.assertAlmostEqual(score.calibration_error([item(True, True, 1)]), 0)
        self.assertIsNone(score.calibration_error([item(True, True)]))

    def test_inventions_are_counted_among_nulls_and_misses_among_values(self):
        one = score.score([item(None, "x", kind="STRING"), item(None, None, kind="STRING"), item("y", "", kind="STRING"),
                           item("y", "z", kind="STRING")])
        self.assertEqual((one.n, one.nulls, one.invented, one.missed), (4, 2, 1, 1))
        self.assertEqual(one.majority, 0.5)
        self.assertIsNone(one.auc)

    def test_the_average_is_over_metrics_with_enough_labels(self):
        some = [item(True, True, metric="a")] * 10 + [item(True, False, metric="b")] * 30
        few = [item(True, True, metric="c")] * 9
        self.assertEqual(score.macro(some + few), (0.5, 1.0, 2))

    def test_the_same_metric_in_two_sets_is_two_metrics(self):
        some = [item(True, True, name="x")] * 10 + [item(True, False, name="y")] * 10
        self.assertEqual(score.macro(some)[2], 2)

    def test_cost_leaves_out_calls_that_no_model_was_asked_about(self):
        used = {"tokensRead": 100, "tokensCached": 20, "tokensWritten": 30, "milliseconds": 4000}
        unused = dict.fromkeys(used, 0)
        results = [{"provenance": {"usage": used}}, {"provenance": {"usage": unused}}, {}]
        self.assertEqual(score.cost(results), score.Cost(1, 4.0, 100, 20, 30))


if __name__ == "__main__":
    unittest.main()
