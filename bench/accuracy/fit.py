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
# Fixed by trial on the metrics that were left out of a fit, not fitted themselves: see crates/analyst/src/calibration.rs.
BLANK_SHARE, MEAN_SHARE, SAYS_SHARE = 0.5, 0.55, 0.8
LEAST_CALLS = 12


def odds(p):
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def mean(numbers):
    return sum(numbers) / len(numbers)


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


def past(specs):
    """The means of each metric's scores over all its calls, labelled or not, as `aftercall calibrate` takes them."""
    odds_of_true, says = {}, {}
    for spec in specs:
        results, _, metrics = spec.split(":")
        for row in map(json.loads, open(results)):
            for answer in row["dispositionMetrics"]:
                key, scores = (metrics, answer["identifier"]), dict(map(tuple, answer.get("scores", [])))
                if {"true", "false"} == scores.keys():
                    odds_of_true.setdefault(key, []).append(log_odds(scores))
                elif "given" in scores:
                    says.setdefault(key, []).append((odds(scores.get("none", 0.0)), odds(scores["given"])))
    return ({key: mean(z) for key, z in odds_of_true.items() if len(z) >= LEAST_CALLS},
            {key: tuple(map(mean, zip(*z))) for key, z in says.items() if len(z) >= LEAST_CALLS})


def log_odds(scores):
    return math.log(max(scores["true"], 1e-9)) - math.log(max(scores["false"], 1e-9))


def main(out, *specs):
    rows = [row for spec in specs for row in answers(spec)]
    mean_odds, mean_says = past(specs)
    count = {}
    for key, *_ in rows:
        count[key] = count.get(key, 0) + 1
    boolean, seen, choices = [], [], []
    says, says_if, says_if_seen = [], [], []
    truth = {"Text": [], "Number": [], "Moment": []}
    for key, answer, label, others in rows:
        weight = 20 / max(count[key], 5)
        kind, scores = answer["dispositionMetricType"], dict(map(tuple, answer.get("scores", [])))
        golds = [label] + others
        ok = any(right(kind, g, answer["value"]) for g in golds)
        if kind == "BOOLEAN":
            if label is not None and {"true", "false"} == scores.keys():
                z = log_odds(scores)
                boolean.append(([1.0, z], float(label), weight))
                if key in mean_odds:
                    seen.append(([1.0, z - MEAN_SHARE * mean_odds[key]], float(label), weight))
            continue
        if kind == "ENUM":
            if label in scores:
                choices.append(([max(p, 1e-9) for p in scores.values()], list(scores).index(label), weight))
            continue
        if kind != "INTEGER" and "none" not in scores:
            continue
        none, said = odds(scores.get("none", 0.0)), float(label is not None)
        says.append(([1.0, none, 0.0], said, weight))
        if "given" in scores:
            given = odds(scores["given"])
            says_if.append(([1.0, none, given], said, weight))
            if key in mean_says:
                shifted = [z - SAYS_SHARE * m for z, m in zip((none, given), mean_says[key])]
                says_if_seen.append(([1.0, *shifted], said, weight))
        if label is not None and answer["value"] is not None:
            if kind == "INTEGER":
                share = scores.get(str(answer["value"]), 0.001) / max(1 - scores.get("none", 0.0), 1e-9)
                truth["Number"].append(([1.0, odds(share), 0.0], float(ok), weight))
            elif "written" in scores:
                features = [1.0, math.log(max(scores["written"], 1e-9)), scores["grounded"]]
                truth["Moment" if kind == "DATETIME" else "Text"].append((features, float(ok), weight))

    def line(rows, start):
        w = logistic(rows, start, [1, 1])
        return {"bias": -w[0] / w[1], "scale": w[1]}

    scale = min((s / 20 for s in range(4, 41)), key=lambda s: sum(
        -w * math.log(p[i] ** s / sum(q ** s for q in p)) for p, i, w in choices)) if choices else 0.7
    constants = {
        "blankShare": BLANK_SHARE,
        "meanShare": MEAN_SHARE,
        "boolean": line(boolean, [-0.8, 1.0]),
        "booleanSeen": line(seen, [-0.8, 1.0]),
        "choiceScale": scale,
        "says": logistic(says, [0.0, -1.0, 0.0], [1, 1, 0]),
        "saysIf": logistic(says_if, [0.0, -1.0, 1.0], [1, 1, 1]),
        "saysIfSeen": logistic(says_if_seen, [0.0, -1.0, 1.0], [1, 1, 1]),
        "saysShare": SAYS_SHARE,
        "rightText": logistic(truth["Text"], [1.0, 1.0, 1.0], [1, 1, 1]),
        "rightNumber": logistic(truth["Number"], [1.0, 1.0, 0.0], [1, 1, 0]),
        "rightMoment": logistic(truth["Moment"], [1.0, 1.0, 1.0], [1, 1, 1]),
    }
    tidy = json.loads(json.dumps(constants), parse_float=lambda f: round(float(f), 4))
    with open(out, "w") as f:
        json.dump(tidy, f, indent=2)
        f.write("\n")
    print(f"{len(rows)} answers of {len(count)} metrics: {len(boolean)} true or false, {len(choices)} choices, "
          f"{len(says)} that may be none; written to {out}")


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
