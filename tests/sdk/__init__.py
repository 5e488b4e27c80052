"""The public Python SDK, as its package index has it, against a fresh server."""
import os

# Both are read when the SDK is imported.
os.environ["SMALLESTAI_TELEMETRY"] = "0"
os.environ.pop("SMALLEST_API_KEY", None)
os.environ.pop("SMALLEST_BASE_URL", None)
