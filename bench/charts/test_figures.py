import unittest

from charts import figures


class Figures(unittest.TestCase):
    def test_percentiles_are_times_that_were_measured(self):
        times = [n / 1000 for n in range(1, 21)]
        self.assertEqual(figures.percentile(times, 95), 0.019)
        self.assertEqual(figures.percentile([0.5], 95), 0.5)

    def test_a_kind_is_summed_up_with_its_greatest_ratio(self):
        lines = figures.rows("SQLite", [("page", "a + b", [0.01, 0.02, 0.03], [0.01] * 3), ("page", "a + c", [0.04], [0.01])])
        self.assertEqual([line[0] for line in lines], ["SQLite page: a + b", "SQLite page: a + c", "SQLite page: all"])
        self.assertEqual(lines[0][1:], ("20.0", "30.0", "10.0", "10.0", "2.00"))
        self.assertEqual(lines[2][-1], "at most 4.00")


if __name__ == "__main__":
    unittest.main()
