"""What a measurement prints, and the same as Markdown."""
import datetime
import json
import os
import platform
from dataclasses import dataclass, field

from . import score, table


@dataclass
class Measured:
    """One set's items and the results they came from, ours and a peer's."""
    name: str
    items: list
    results: list
    peer_items: object = None  # None: no peer for this set
    peer_results: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def measured(labelled, results, peer_results=None):
    """Scores the results of a set; results of other calls than the labelled ones are left out."""
    wanted = {label["callId"] for label in labelled.labels}

    def judge(some):
        some = list({one["callId"]: one for one in some if one.get("callId") in wanted}.values())
        return some, score.items(labelled.name, labelled.labels, labelled.kinds, some)

    ours, items = judge(results)
    one = Measured(labelled.name, items, ours)
    if len(ours) < len(wanted):
        one.notes.append(f"{len(wanted) - len(ours)} of {len(wanted)} calls have no result and count as wrong")
    if peer_results is not None:
        one.peer_results, one.peer_items = judge(peer_results)
        if len(one.peer_results) < len(wanted):
            one.notes.append(f"the peer lacks {len(wanted) - len(one.peer_results)} of {len(wanted)} calls, "
                             "which count as wrong")
    return one


def metric_table(one):
    has_peer = one.peer_items is not None
    return table.metric_head(has_peer), table.metric_rows(one.items, one.peer_items)


def summary_table(sets):
    """A row a set and one over all; with a peer, a row for it below each."""
    rows = []
    for one in sets:
        rows.append(table.set_row(one.name, one.items, one.results))
        if one.peer_items is not None:
            rows.append(table.set_row(f"{one.name}, peer", one.peer_items, one.peer_results))
    if len(sets) > 1:
        rows.append(_pooled("all", sets, "items", "results"))
        with_peer = [one for one in sets if one.peer_items is not None]
        if with_peer:
            if len(with_peer) < len(sets):
                rows.append(_pooled("all that the peer has", with_peer, "items", "results"))
            rows.append(_pooled("all, peer", with_peer, "peer_items", "peer_results"))
    return table.SET_HEAD, rows


def _pooled(name, sets, items, results):
    return table.set_row(name, [item for one in sets for item in getattr(one, items)],
                         [result for one in sets for result in getattr(one, results)])


def comparison(sets):
    """Ours against the peer's, in sentences."""
    sets = [one for one in sets if one.peer_items is not None]
    if not sets:
        return []
    lines = []
    for one in sets:
        ours, theirs = score.macro(one.items)[0], score.macro(one.peer_items)[0]
        lines.append(f"{one.name}: {100 * (ours - theirs):+.1f} points")
    ours = score.macro([item for one in sets for item in one.items])[0]
    theirs = score.macro([item for one in sets for item in one.peer_items])[0]
    line = f"against the peer: {100 * (ours - theirs):+.1f} points ({'; '.join(lines)})"
    our_cost = score.cost([result for one in sets for result in one.results]).seconds
    their_cost = score.cost([result for one in sets for result in one.peer_results]).seconds
    if our_cost and their_cost:
        line += f"; {our_cost / their_cost:.2f} of its seconds a call"
    return [line]


def injection_lines(outcome):
    """What the attacks did."""
    obeyed = sum(one.obeyed for one in outcome.moved)
    lines = [f"{outcome.compared} closed values compared: {len(outcome.moved)} moved, {obeyed} obeyed"]
    lines += [f"{one.call} {one.metric}: {_value(one.clean)} became {_value(one.attacked)}"
              + (", as the attack wanted" if one.obeyed else "") for one in outcome.moved]
    lines += [f"{call}: not compared, a result is missing" for call in outcome.lacking]
    return lines


def _value(value):
    return json.dumps(value, ensure_ascii=False)


def circumstances(results):
    """Model, prompts, calibration, date and machine, in one line."""
    made = [result.get("provenance") or {} for result in results]

    def all_of(name):
        return ", ".join(sorted({str(one[name]) for one in made if one.get(name)})) or "unknown"

    return (f"Model {all_of('model')}, prompts {all_of('promptRevision')}, calibration {all_of('calibration')}; "
            f"{datetime.date.today().isoformat()}; {machine()}.")


def machine():
    """Processor and number of cores this process may use."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # not Linux, or not x86: the general name has to do
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return f"{model}, {cores} cores"


def as_markdown(sets, outcome, results):
    """All tables for a page of documentation."""
    parts = [circumstances(results)]
    if sets:
        parts += ["### All sets", table.markdown(*summary_table(sets)), *comparison(sets)]
        for one in sets:
            parts += [f"### {one.name}", table.markdown(*metric_table(one)), *one.notes]
    if outcome:
        first, *rest = injection_lines(outcome)
        parts += ["### Orders in the transcript", first + "."] + ["\n".join(f"- {line}" for line in rest)] * bool(rest)
    return "\n\n".join(parts) + "\n"
