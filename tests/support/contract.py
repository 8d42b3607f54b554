# SPDX-License-Identifier: Apache-2.0
"""Every event that a test gets to see is held against docs/event.schema.json:

    import contract
    events = contract.read(lines)   # JSON texts -> events; AssertionError with the path and what is wrong there
    contract.check(event)           # one that was read already

Needs python3-jsonschema."""
import functools
import json
import os

import jsonschema

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "event.schema.json")
EACH_UP_TO = 5000    # a check costs about a millisecond: of more events at once every new shape is checked, and one in so many
ONE_IN = 50

_known = set()       # texts that were good: tests poll


@functools.lru_cache(maxsize=None)
def validator():
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def check(event):
    error = jsonschema.exceptions.best_match(validator().iter_errors(event))
    assert error is None, f"no event of docs/event.schema.json: {error.json_path}: {error.message[:300]} in {json.dumps(event)[:2000]}"
    return event


def _shape(node, name=""):
    """Which fields there are, of which types, and the words that decide which others there must be."""
    if isinstance(node, dict):
        return tuple((key, _shape(child, key)) for key, child in sorted(node.items()))
    if isinstance(node, list):
        return tuple(sorted({_shape(child) for child in node}, key=repr))
    return node if name in ("action", "kind", "verdict", "credentials", "direction") else type(node).__name__


def read(texts):
    texts = list(texts)
    shapes, events = set(), []
    for number, text in enumerate(texts):
        event = json.loads(text)
        events.append(event)
        if len(texts) > EACH_UP_TO and number % ONE_IN:
            shape = _shape(event)
            if shape in shapes:
                continue
            shapes.add(shape)
        if text not in _known:
            check(event)
            _known.add(text)
    return events
