"""Figures as tables: aligned text for a terminal, Markdown for a page."""
from . import score

METRIC_HEAD = ["metric", "type", "n", "accuracy", "majority", "AUC", "invented", "missed", "calibration error"]
SET_HEAD = ["set", "calls", "metrics", "accuracy", "majority", "invented", "missed", "calibration error", "s a call",
            "tokens read", "cached", "written"]


def number(value, digits=3):
    return "–" if value is None else f"{value:.{digits}f}"


def share(part, whole):
    return f"{part}/{whole}" if whole else "–"


def metric_rows(items, peer=None):
    """A row for each metric of one set. `peer` are items of the same labels, answered by a peer."""
    theirs = score.by_metric(peer or [])
    rows = []
    for key, group in score.by_metric(items).items():
        one = score.score(group)
        row = [key[1], group[0].kind, str(one.n), number(one.accuracy), number(one.majority), number(one.auc),
               share(one.invented, one.nulls), share(one.missed, one.n - one.nulls), number(one.calibration_error)]
        if peer is not None:
            row.append(number(score.score(theirs[key]).accuracy) if key in theirs else "–")
        rows.append(row)
    return rows


def metric_head(peer):
    return METRIC_HEAD + (["peer"] if peer else [])


def set_row(name, items, results):
    """One row over all metrics of a set, or of all sets: accuracy and baseline are means over metrics with enough
    labels."""
    one, (accuracy, majority, count), spent = score.score(items), score.macro(items), score.cost(results)
    if not count:
        accuracy = majority = None
    return [name, str(len(results)), str(count), number(accuracy), number(majority), share(one.invented, one.nulls),
            share(one.missed, one.n - one.nulls), number(one.calibration_error), number(spent.seconds, 1),
            number(spent.read, 0), number(spent.cached, 0), number(spent.written, 0)]


def text(head, rows):
    """Columns aligned: the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(row):
        return "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths)))

    return "\n".join([line(head), "  ".join("-" * w for w in widths), *map(line, rows)])


def markdown(head, rows):
    def line(cells):
        return "| " + " | ".join(cells) + " |"

    return "\n".join([line(head), "|---|" + "---:|" * (len(head) - 1), *map(line, rows)])
