"""Run the program that is measured."""
import hashlib
import os
import subprocess
import sys

from . import score

SOME_FAILED = 1  # some calls could not be analysed; the others are done
INTERRUPTED = 130


class ProgramError(Exception):
    """The program ended without doing its work; `code` is its exit code."""

    def __init__(self, text, code):
        super().__init__(text)
        self.code = code


def default_binary(root):
    """The program that `make build` makes, unless AFTERCALL names another."""
    target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(root, "target")
    return os.environ.get("AFTERCALL") or os.path.join(target, "release", "aftercall")


def cache_folder():
    """Where this machine keeps what can be made again."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "aftercall")


class Program:
    """`aftercall` with a model."""

    def __init__(self, binary, model=None, threads=None, more=()):
        self.binary = os.path.abspath(binary)
        self.model = model
        self.threads = threads
        # Further words of its command line.
        self.more = list(more)
        if not os.access(self.binary, os.X_OK):
            raise ProgramError(f"{binary}: no such program; `make build` builds it", 2)

    @classmethod
    def of(cls, options, root):
        """The program that the command line asks for."""
        more = ["--think"] if options.think else []
        for option, value in (("--endpoint", options.endpoint), ("--config", options.config)):
            more += [option, value] if value else []
        return cls(options.binary or default_binary(root), options.model, options.threads, more)

    def identity(self, *more):
        """Twelve hex digits that change with the program, the model and `more`."""
        digest = hashlib.sha256()
        with open(self.binary, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        for part in (self.model, *self.more, *more):
            digest.update(f"\0{part}".encode())
        return digest.hexdigest()[:12]

    def analyze(self, calls, metrics, out, calibration=None):
        """Results of a file of calls, those of an earlier, interrupted run taken over."""
        command = ["analyze", calls, "--metrics", metrics, "--out", out, "--format", "jsonl", "--resume"]
        for option, value in (("--model", self.model), ("--threads", self.threads), ("--calibration", calibration)):
            if value is not None:
                command += [option, str(value)]
        command += self.more
        self._run(command, allowed=(0, SOME_FAILED))
        return score.read_lines(out) if os.path.exists(out) else []

    def calibrate(self, results, metrics, out):
        """Constants of these metrics, from results without labels."""
        self._run(["calibrate", results, "--metrics", metrics, "--out", out])

    def _run(self, arguments, allowed=(0,)):
        sys.stdout.flush()
        process = subprocess.Popen([self.binary, *arguments])
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                continue  # the program heard it too, finishes the call in hand and says so
        if code not in allowed:
            raise ProgramError(f"aftercall {arguments[0]}: ended with exit code {code}", code)
