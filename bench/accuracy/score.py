"""Compare answers with what people answered. Standard library only.

Words used here: a *label* is what a person answered; `null` as a label says that the right answer is "none".
*Invented*: a value where the label is null. *Missed*: no value where the label has one.
"""
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

# Metrics with fewer labels are shown, but left out of averages over metrics: one call would move them too much.
MIN_LABELS = 10

# Long texts that two people would word differently: comparing strings says nothing about them.
FREE_TEXT = frozenset({
    "agent_resolution", "assessment_and_plan", "chief_complaint", "clinical_note", "customer_issue",
    "presenting_complaint", "summary",
})


def is_empty(value):
    """Whether an answer says "none"."""
    return value is None or value == ""


def squash(value):
    """Letters and digits alone, in lower case: how short texts are compared."""
    return re.sub(r"[\W_]+", "", str(value)).lower()


def right(kind, gold, value):
    """Whether a value is what the label says, for a metric of this type."""
    if gold is None or value is None:
        return gold is None and is_empty(value)
    if kind == "BOOLEAN":
        return gold == (value if isinstance(value, bool) else str(value).lower() == "true")
    if kind == "INTEGER":
        return str(gold) == str(value)
    if kind == "ENUM":
        return gold == value
    if kind == "DATETIME":
        # A label that is a bare date asks for the day alone; otherwise seconds and the offset do not count.
        length = 10 if len(gold) == 10 else 16
        return str(value)[:length] == gold[:length]
    said, meant = squash(value), squash(gold)
    # "Dr. Becker" and "Becker" are the same name; two letters are too few to tell.
    return said == meant or (len(meant) > 2 and meant in said) or (len(said) > 2 and said in meant)


@dataclass(frozen=True)
class Item:
    """One labelled metric of one call, and what was answered."""
    set: str
    metric: str
    kind: str
    gold: object
    value: object
    confidence: object  # None where none was given
    ok: bool


@dataclass(frozen=True)
class Score:
    """Figures over some items."""
    n: int
    accuracy: float
    majority: float  # of always giving the most frequent label
    auc: object  # of P(true), booleans only; None where it is not defined
    nulls: int
    invented: int
    missed: int
    calibration_error: object  # expected calibration error over ten bins; None without confidences


def read_lines(path):
    """The objects of a JSON Lines file."""
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def read_kinds(path):
    """Type of each metric of a metrics file (JSON), by identifier."""
    with open(path, encoding="utf-8") as file:
        return {metric["identifier"]: metric["dispositionMetricType"] for metric in json.load(file)}


def answers(result):
    """Value and confidence by identifier, from one line of results. Besides what Aftercall writes, the shape of a
    webhook (postCallAnalytics) and a plain map (metrics: {identifier: value}) are taken."""
    listed = result.get("dispositionMetrics") or (result.get("postCallAnalytics") or {}).get("dispositionMetrics") or []
    given = {answer["identifier"]: (answer.get("value"), answer.get("confidence")) for answer in listed}
    if isinstance(result.get("metrics"), dict):
        given.update((name, (value, None)) for name, value in result["metrics"].items())
    return given


def items(name, labels, kinds, results):
    """One item for each label of the set `name`. `results` are lines of results; where two have the same callId the
    last counts. A labelled call without a result is wrong on every metric."""
    found = {result["callId"]: answers(result) for result in results}
    made = []
    for label in labels:
        given = found.get(label["callId"])
        for metric, gold in label["labels"].items():
            if metric in FREE_TEXT or metric not in kinds:
                continue
            value, confidence = (given or {}).get(metric, (None, None))
            golds = [gold, *label.get("alternatives", {}).get(metric, [])]
            ok = given is not None and any(right(kinds[metric], one, value) for one in golds)
            made.append(Item(name, metric, kinds[metric], gold, value, confidence, ok))
    return made


def auc(some):
    """How well P(true) ranks the items whose label is true above the others: 1 perfectly, 0.5 not at all."""
    true, false = [], []
    for item in some:
        if item.confidence is None or item.value is None:
            continue
        confidence = float(item.confidence)
        said_true = item.value is True or item.value == "true"
        (true if item.gold else false).append(confidence if said_true else 1 - confidence)
    if not true or not false:
        return None
    won = sum(1.0 if t > f else 0.5 if t == f else 0.0 for t in true for f in false)
    return won / (len(true) * len(false))


def calibration_error(some):
    """Expected calibration error: how far confidence is from accuracy, over ten bins, each by its share."""
    bins = defaultdict(list)
    for item in some:
        if item.confidence is not None:
            confidence = float(item.confidence)
            bins[min(int(confidence * 10), 9)].append((confidence, item.ok))
    seen = sum(len(one) for one in bins.values())
    if not seen:
        return None
    return sum(abs(sum(c for c, _ in one) - sum(ok for _, ok in one)) for one in bins.values()) / seen


def score(some):
    """Figures over items, of one metric or of many."""
    golds = Counter(squash(item.gold) for item in some)
    nulls = [item for item in some if item.gold is None]
    boolean = all(item.kind == "BOOLEAN" for item in some)
    return Score(
        n=len(some),
        accuracy=sum(item.ok for item in some) / len(some) if some else 0.0,
        majority=golds.most_common(1)[0][1] / len(some) if some else 0.0,
        auc=auc(some) if boolean else None,
        nulls=len(nulls),
        invented=sum(not is_empty(item.value) for item in nulls),
        missed=sum(is_empty(item.value) for item in some if item.gold is not None),
        calibration_error=calibration_error(some),
    )


def by_metric(some):
    """Items by set and metric, in the order they first appear."""
    groups = defaultdict(list)
    for item in some:
        groups[item.set, item.metric].append(item)
    return groups


def macro(some):
    """Mean accuracy, mean majority baseline and number of the metrics with MIN_LABELS labels or more. The same
    identifier in two sets is two metrics."""
    scores = [score(group) for group in by_metric(some).values() if len(group) >= MIN_LABELS]
    count = len(scores)
    return (sum(s.accuracy for s in scores) / max(count, 1), sum(s.majority for s in scores) / max(count, 1), count)


@dataclass(frozen=True)
class Cost:
    """Means of what some results cost; None where the results do not say."""
    calls: int
    seconds: object
    read: object
    cached: object
    written: object


def cost(results):
    """What results cost a call, from the usage in their provenance. Calls that no model was asked about are left out:
    they cost nothing and say nothing of the model."""
    usages = [(result.get("provenance") or {}).get("usage") for result in results]
    usages = [usage for usage in usages if usage and (usage.get("tokensRead") or usage.get("tokensCached"))]

    def mean(field):
        values = [usage[field] for usage in usages if field in usage]
        return sum(values) / len(values) if values else None

    milliseconds = mean("milliseconds")
    return Cost(len(usages), None if milliseconds is None else milliseconds / 1000,
                mean("tokensRead"), mean("tokensCached"), mean("tokensWritten"))
