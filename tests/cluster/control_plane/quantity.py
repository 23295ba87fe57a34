"""Kubernetes' quantities: `500m`, `2Gi`."""

import re
from decimal import Decimal

_QUANTITY = re.compile(r"(?P<number>[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(?P<suffix>[numkMGTPE]?|[KMGTPE]i)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}


def value(text: object) -> Decimal | None:
    """How much it is, if it is a quantity."""
    found = _QUANTITY.fullmatch(str(text))
    if found is None:
        return None
    number, suffix = Decimal(found["number"]), found["suffix"]
    if suffix.endswith("i"):
        return number * 1024 ** ("KMGTPE".index(suffix[0]) + 1)
    return number.scaleb(_DECIMAL[suffix])
