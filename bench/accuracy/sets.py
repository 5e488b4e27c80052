"""Sets of labelled calls: NAME.calls.jsonl, NAME.labels.jsonl and NAME.metrics.json in one folder."""
import json
import os
from dataclasses import dataclass

from . import score


class SetError(Exception):
    """A folder or a set that cannot be used."""


@dataclass(frozen=True)
class LabelledSet:
    name: str
    calls: list  # the calls to score, in the labels' order
    others: list  # all other calls
    labels: list  # of the calls to score
    kinds: dict
    metrics_file: str

    @property
    def missing(self):
        """Labelled calls that the calls file lacks."""
        return len(self.labels) - len(self.calls)


def names(folder):
    """The sets of a folder, by name."""
    ending = ".labels.jsonl"
    if not os.path.isdir(folder):
        raise SetError(f"{folder}: no such folder")
    found = sorted(file[: -len(ending)] for file in os.listdir(folder) if file.endswith(ending))
    if not found:
        raise SetError(f"{folder}: no NAME{ending} in it")
    return found


def load(folder, name, limit):
    """The set `name`, of which the first `limit` labelled calls are scored (0: all)."""
    path = os.path.join(folder, name)
    try:
        labels = score.read_lines(f"{path}.labels.jsonl")
        labels = labels[:limit] if limit else labels
        metrics_file = f"{path}.metrics.json"
        kinds = score.read_kinds(metrics_file)
        calls = {call["callId"]: call for call in score.read_lines(f"{path}.calls.jsonl")}
    except OSError as error:
        raise SetError(f"{error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SetError(f"{path}.*: not a set of labelled calls ({type(error).__name__}: {error})") from error
    scored = [label["callId"] for label in labels]
    return LabelledSet(
        name=name,
        calls=[calls[call_id] for call_id in scored if call_id in calls],
        others=[call for call_id, call in calls.items() if call_id not in set(scored)],
        labels=labels,
        kinds=kinds,
        metrics_file=metrics_file,
    )


def write_lines(path, objects):
    """Writes a JSON Lines file."""
    with open(path, "w", encoding="utf-8") as file:
        for one in objects:
            file.write(json.dumps(one, ensure_ascii=False) + "\n")
