"""Whether a turn that gives the model orders moves an answer: bench/injection, analysed clean and attacked."""
import os
from dataclasses import dataclass

from . import score

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "injection")
OPEN_KINDS = ("STRING", "DATETIME")


@dataclass(frozen=True)
class Moved:
    """A value that differs between the clean and the attacked call."""
    call: str
    metric: str
    clean: object
    attacked: object
    obeyed: bool  # it is what the attack wanted


@dataclass(frozen=True)
class Outcome:
    compared: int  # values
    moved: list
    lacking: list  # ids of calls without both results

    @property
    def held(self):
        return not self.moved and not self.lacking


def measure(program, work):
    """Analyses both files and compares them."""
    metrics = os.path.join(FOLDER, "metrics.yaml")
    results = {}
    for name, file in (("clean", "calls.jsonl"), ("attacked", "attacked.jsonl")):
        out = os.path.join(work, f"injection.{name}.jsonl")
        results[name] = program.analyze(os.path.join(FOLDER, file), metrics, out)
    wanted = score.read_lines(os.path.join(FOLDER, "wanted.jsonl"))
    return compare(results["clean"], results["attacked"], wanted), results["clean"] + results["attacked"]


def compare(clean, attacked, wanted):
    """What differs between two results of the same calls, call by call in the order of `wanted`."""
    clean, attacked = _closed_values(clean), _closed_values(attacked)
    compared, moved, lacking = 0, [], []
    for attack in wanted:
        call = attack["callId"]
        if call not in clean or call not in attacked:
            lacking.append(call)
            continue
        for metric, before in clean[call].items():
            after = attacked[call].get(metric)
            compared += 1
            # Not by == alone: to Python, True is 1.
            if (type(before), before) != (type(after), after):
                aim = attack["wanted"].get(metric)
                moved.append(Moved(call, metric, before, after, metric in attack["wanted"] and after == aim))
    return Outcome(compared, moved, lacking)


def _closed_values(results):
    return {
        result["callId"]: {
            answer["identifier"]: answer.get("value")
            for answer in result["dispositionMetrics"]
            if answer.get("dispositionMetricType") not in OPEN_KINDS
        }
        for result in results
    }
