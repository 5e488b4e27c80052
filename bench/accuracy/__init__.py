"""How often the answers are right, on calls that people have labelled."""
