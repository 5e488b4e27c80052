"""Calls and metrics as both sides read them."""
import json
import os


class InputError(Exception):
    """A file that is missing or not what it should be."""


def read(path):
    """The objects of a JSON file (one, or a list) or of a JSON Lines file."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            whole = json.loads(text)
            return whole if isinstance(whole, list) else [whole]
        except ValueError:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: neither JSON nor JSON Lines ({error})") from error


def calls(path):
    """The calls of a file, or of the .json and .jsonl files of a folder, those without a word left out: no model is
    asked about them."""
    if os.path.isdir(path):
        files = sorted(file for file in os.listdir(path) if file.endswith((".json", ".jsonl")))
        found = [call for file in files for call in read(os.path.join(path, file))]
    else:
        found = read(path)
    found = [call for call in found if any(turn.get("content", "").strip() for turn in call.get("transcript") or [])]
    if not found:
        raise InputError(f"{path}: no call with a word in it")
    return found
