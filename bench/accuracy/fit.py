#!/usr/bin/env python3
"""Fit a model's constants from analysed calls and the right answers.

usage: fit.py OUT.json RESULTS.jsonl:LABELS.jsonl:METRICS.json [...]

RESULTS come from `aftercall analyze --format jsonl`; LABELS have a line per call: {"callId", "labels": {identifier: value},
"alternatives"?}. Every metric weighs the same, however many calls it has. OUT is the file under crates/analyst/constants.
Standard library only.
"""
import json
import math
import sys

from score import right

RIDGE = 0.5


def odds(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def empty(scores):
    """The log-odds that the prompt's own condition for no answer holds; 0 where it has none."""
    return odds(scores.get("empty_if", 0.5))


def logistic(rows, start, free):
    """Weights of a logistic model by Newton's method. rows: (features, truth, weight); free: which weights may move."""
    w = list(start)
    moving = [i for i, f in enumerate(free) if f]
    for _ in range(60):
        slope = [RIDGE * (w[i] - start[i]) for i in moving]
        curve = [[RIDGE * (a == b) for b in moving] for a in moving]
        for x, truth, weight in rows:
            p = 1 / (1 + math.exp(-max(-30, min(30, sum(a * b for a, b in zip(w, x))))))
            for r, i in enumerate(moving):
                slope[r] += weight * (p - truth) * x[i]
                for c, j in enumerate(moving):
                    curve[r][c] += weight * p * (1 - p) * x[i] * x[j]
        step = solve(curve, slope)
        for i, s in zip(moving, step):
            w[i] -= max(-1.0, min(1.0, s))
    return w


def solve(a, b):
    """Gauss, with the largest pivot."""
    n = len(b)
    rows = [list(r) + [v] for r, v in zip(a, b)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i and rows[i][i]:
                f = rows[r][i] / rows[i][i]
                rows[r] = [x - f * y for x, y in zip(rows[r], rows[i])]
    return [rows[i][n] / rows[i][i] if rows[i][i] else 0.0 for i in range(n)]


def answers(spec):
    """(metric key, answer, label, alternatives) of every labelled answer."""
    results, labels, metrics = spec.split(":")
    kinds = {m["identifier"]: m["dispositionMetricType"] for m in json.load(open(metrics))}
    gold = {row["callId"]: row for row in map(json.loads, open(labels))}
    for row in map(json.loads, open(results)):
        known = gold.get(row["callId"])
        if not known:
            continue
        for answer in row["dispositionMetrics"]:
            name = answer["identifier"]
            if name in known["labels"] and name in kinds:
                yield (metrics, name), answer, known["labels"][name], known.get("alternatives", {}).get(name, [])


def main(out, *specs):
    rows = [row for spec in specs for row in answers(spec)]
    count = {}
    for key, *_ in rows:
        count[key] = count.get(key, 0) + 1
    boolean, says, truth, choices = [], {"Text": [], "Number": []}, {"Text": [], "Number": [], "Moment": []}, []
    for key, answer, label, others in rows:
        weight = 20 / max(count[key], 5)
        kind, scores = answer["dispositionMetricType"], dict(map(tuple, answer.get("scores", [])))
        golds = [label] + others
        ok = any(right(kind, g, answer["value"]) for g in golds)
        if kind == "BOOLEAN" and label is not None and {"true", "false"} <= scores.keys():
            z = math.log(max(scores["true"], 1e-9)) - math.log(max(scores["false"], 1e-9))
            boolean.append(([1.0, z], float(label), weight))
        elif kind == "ENUM" and label in scores:
            choices.append(([max(p, 1e-9) for p in scores.values()], list(scores).index(label), weight))
        elif kind == "INTEGER" and "written" not in scores:
            none = scores.get("none", 0.0005)
            says["Number"].append(([1.0, odds(none), empty(scores)], float(label is not None), weight))
            if label is not None and answer["value"] is not None:
                share = scores.get(str(answer["value"]), 0.001) / max(1 - none, 1e-9)
                truth["Number"].append(([1.0, odds(share), 0.0], float(ok), weight))
        elif "written" in scores:
            says["Text"].append(([1.0, odds(scores["none"]), empty(scores)], float(label is not None), weight))
            if label is not None and answer["value"] is not None:
                features = [1.0, math.log(max(scores["written"], 1e-9)), scores["grounded"]]
                truth["Moment" if kind == "DATETIME" else "Text"].append((features, float(ok), weight))
    b = logistic(boolean, [-0.8, 1.0], [1, 1])
    scale = min((s / 20 for s in range(4, 41)), key=lambda s: sum(
        -w * math.log(p[i] ** s / sum(q ** s for q in p)) for p, i, w in choices)) if choices else 0.7
    constants = {
        "boolean": {"bias": -b[0] / b[1], "scale": b[1]},
        "choiceScale": scale,
        "saysText": logistic(says["Text"], [0.0, -1.0, 0.0], [1, 1, 1]),
        "saysNumber": logistic(says["Number"], [0.0, -1.0, 0.0], [1, 1, 1]),
        "rightText": logistic(truth["Text"], [1.0, 1.0, 1.0], [1, 1, 1]),
        "rightNumber": logistic(truth["Number"], [1.0, 1.0, 0.0], [1, 1, 0]),
        "rightMoment": logistic(truth["Moment"], [1.0, 1.0, 1.0], [1, 1, 1]),
    }
    tidy = json.loads(json.dumps(constants), parse_float=lambda f: round(float(f), 4))
    with open(out, "w") as f:
        json.dump(tidy, f, indent=2)
        f.write("\n")
    print(f"{len(rows)} answers of {len(count)} metrics: {len(boolean)} true or false, {len(choices)} choices, "
          f"{sum(map(len, says.values()))} that may be none; written to {out}")


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
