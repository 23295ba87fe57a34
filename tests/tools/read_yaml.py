"""Reads a JSON list of YAML texts, each of one document; prints the JSON list of what they hold."""

import json
import sys

import yaml

# The C loader, where there is one, is PyYAML's own parser as well, and faster.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def as_data(value):
    """Turns what JSON has no type for (a date) into text that shows its type."""
    return f"{type(value).__name__} {value}"


texts = json.load(sys.stdin)
json.dump([yaml.load(text, Loader) for text in texts], sys.stdout, default=as_data)
