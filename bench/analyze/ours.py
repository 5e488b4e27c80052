"""One `aftercall analyze` for all calls: a call goes in, its result comes out, the model stays loaded."""
import contextlib
import json
import subprocess
import time


class OursError(Exception):
    """The program ended, or wrote something else than a result."""


class Analysis:
    """A running `aftercall analyze -`."""

    def __init__(self, process):
        self.process = process

    def analyze(self, call):
        """Wall seconds and the result."""
        began = time.monotonic()
        try:
            self.process.stdin.write(json.dumps(call) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        seconds = time.monotonic() - began
        if not line:
            raise OursError(f"aftercall analyze ended with exit code {self.process.wait()} at call {call['callId']}")
        result = json.loads(line)
        if result["callId"] != call["callId"]:
            # A call that fails has no line; the next result is then another call's.
            raise OursError(f"the result of call {call['callId']} is missing")
        return seconds, result


@contextlib.contextmanager
def started(binary, model, metrics, threads, context):
    """An analysis that runs as long as the block."""
    command = [binary, "analyze", "-", "--metrics", metrics, "--format", "jsonl", "--model", model,
               "--threads", str(threads), "--context-tokens", str(context)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
    try:
        yield Analysis(process)
    finally:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
