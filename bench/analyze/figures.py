"""What is printed of the two sides' times."""
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Side:
    """One side's calls: wall seconds of each, and the usage that it reported."""
    name: str
    seconds: list
    usages: list

    def rates(self, tokens, milliseconds):
        """Tokens a second of each call, where the side says both."""
        return [1000 * usage[tokens] / usage[milliseconds] for usage in self.usages
                if usage.get(milliseconds) and usage.get(tokens)]

    def mean(self, field):
        return sum(usage.get(field, 0) for usage in self.usages) / len(self.usages)


def rows(ours, theirs):
    """Lines of (what, ours, theirs, ratio). Medians, since a machine's other work makes single calls slow; of paired
    calls the ratio is that of the medians."""
    def line(what, a, b, digits):
        if not a or not b:
            return (what, show(a and median(a), digits), show(b and median(b), digits), "–")
        return (what, show(median(a), digits), show(median(b), digits), f"{median(a) / median(b):.2f}")

    def rate(what, tokens, milliseconds):
        return line(what, ours.rates(tokens, milliseconds), theirs.rates(tokens, milliseconds), 1)

    made = [line("seconds a call", ours.seconds, theirs.seconds, 2),
            rate("prompt tokens read a second", "tokensRead", "readMilliseconds"),
            rate("tokens written a second", "tokensWritten", "writeMilliseconds")]
    for what, field in (("read", "tokensRead"), ("found in the cache", "tokensCached"), ("written", "tokensWritten")):
        made.append((f"tokens {what} a call (mean)", f"{ours.mean(field):.0f}", f"{theirs.mean(field):.0f}", ""))
    return made


def show(value, digits):
    return "–" if not value else f"{value:.{digits}f}"


def text(ours, theirs):
    """A table for a terminal."""
    table = [("", ours.name, theirs.name, "ratio"), *rows(ours, theirs)]
    widths = [max(len(row[i]) for row in table) for i in range(4)]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:]))]).rstrip()
                     for row in table)
