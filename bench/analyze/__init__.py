"""How long an analysis takes, beside llama-server on the same calls, model file and threads."""
