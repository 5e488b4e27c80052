import unittest

from export import figures


class Figures(unittest.TestCase):
    def test_medians_of_the_rounds_and_the_greatest_memory(self):
        ran = figures.Ran
        pairs = [figures.Pair(1000, ran(2, 3, 50), ran(4, 4, 300)), figures.Pair(1000, ran(1, 1, 70), ran(1, 1, 200)),
                 figures.Pair(1000, ran(4, 5, 60), ran(5, 5, 100))]
        self.assertEqual(figures.row("wide", "csv", pairs),
                         ("wide", "csv", "500", "2.0", "3.0", "70", "250", "4.0", "4.0", "300", "0.80"))


if __name__ == "__main__":
    unittest.main()
