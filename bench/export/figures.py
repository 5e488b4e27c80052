"""What is printed."""
from dataclasses import dataclass
from statistics import median

HEADER = ("form", "format", "rows/s", "seconds", "of processors", "MB at most", "DuckDB: rows/s", "seconds", "of processors",
          "MB at most", "ratio of times")


@dataclass(frozen=True)
class Ran:
    """One process: its seconds, those that it kept a processor busy, the peak of its resident memory in MB, and the rows that it
    told of, if it did."""
    seconds: float
    busy: float
    megabytes: float
    rows: int = 0


@dataclass(frozen=True)
class Pair:
    """One round: the rows, our process, and DuckDB's."""
    rows: int
    ours: Ran
    theirs: Ran


def row(form, name, pairs):
    """Medians; the ratio is that of the rounds, and memory the greatest that was seen."""
    cells = [form, name]
    for side in ("ours", "theirs"):
        ran = [getattr(pair, side) for pair in pairs]
        seconds = median(one.seconds for one in ran)
        cells += [f"{pairs[0].rows / seconds:.0f}", f"{seconds:.1f}", f"{median(one.busy for one in ran):.1f}",
                  f"{max(one.megabytes for one in ran):.0f}"]
    return (*cells, f"{median(pair.ours.seconds / pair.theirs.seconds for pair in pairs):.2f}")
