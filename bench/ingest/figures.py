"""What is printed."""
from dataclasses import dataclass
from statistics import median

HEADER = ("database", "kB a call", "calls a request", "calls/s", "p99 ms", "bare commits: calls/s", "ratio")


@dataclass(frozen=True)
class Pair:
    """One round: calls a second that the server took, its 99th percentile in seconds, and the bare rate of the rows."""
    rate: float
    p99: float
    bare: float


def row(database, size, batch, pairs):
    """Medians; the ratio is that of the rounds, each beside its own bare rate."""
    return (database, str(size), str(batch), f"{median(pair.rate for pair in pairs):.0f}",
            f"{1000 * median(pair.p99 for pair in pairs):.1f}", f"{median(pair.bare for pair in pairs):.0f}",
            f"{median(pair.rate / pair.bare for pair in pairs):.2f}")


def table(rows):
    """For a terminal: the first column to the left, the others to the right."""
    widths = [max(len(line[i]) for line in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:]))]).rstrip()
                     for line in rows)
