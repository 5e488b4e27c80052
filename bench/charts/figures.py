"""What is printed."""
from statistics import median

HEADER = ("question", "p50 ms", "p95 ms", "DuckDB: p50 ms", "p95 ms", "ratio of p50")
KINDS = ("rollup", "scan", "page")


def percentile(seconds, share):
    """The least time that such a share of the times does not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, -(-len(ordered) * share // 100) - 1)]


def row(name, ours, theirs):
    """Milliseconds of both, and how many times as long ours takes."""
    return (name, f"{1000 * median(ours):.1f}", f"{1000 * percentile(ours, 95):.1f}", f"{1000 * median(theirs):.1f}",
            f"{1000 * percentile(theirs, 95):.1f}", f"{median(ours) / median(theirs):.2f}")


def rows(database, measured):
    """A line for each question, and one for all of a kind, whose ratio is the greatest of its questions.

    `measured` has kind, name, our times and DuckDB's of each question."""
    lines = []
    for kind in KINDS:
        of_kind = [one for one in measured if one[0] == kind]
        lines += [row(f"{database} {kind}: {name}", ours, theirs) for _, name, ours, theirs in of_kind]
        if of_kind:
            ours = [time for _, _, times, _ in of_kind for time in times]
            theirs = [time for _, _, _, times in of_kind for time in times]
            greatest = max(median(a) / median(b) for _, _, a, b in of_kind)
            lines.append((*row(f"{database} {kind}: all", ours, theirs)[:-1], f"at most {greatest:.2f}"))
    return lines
