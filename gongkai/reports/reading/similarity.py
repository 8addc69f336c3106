"""How alike two labels are: edit distance with allowance for what was cut off or added.

Thresholds (chosen on the labels of both formats, whose nearest pairs are 0.40 alike once the
numbering is gone, and on misprints seen in published reports, which stay above 0.66):
``ALIKE`` takes a label for the one it resembles; ``SURE`` needs no order or group to confirm it.
"""

from __future__ import annotations

from functools import lru_cache

ALIKE = 0.58
SURE = 0.84


def distance(first: str, second: str) -> int:
    """Levenshtein distance (Myers' bit-parallel algorithm): linear in the longer text."""
    if first == second:
        return 0
    if len(first) < len(second):
        first, second = second, first
    if not second:
        return len(first)
    places: dict[str, int] = {}
    for place, char in enumerate(second):
        places[char] = places.get(char, 0) | (1 << place)
    mask = (1 << len(second)) - 1
    last = 1 << (len(second) - 1)
    plus, minus, score = mask, 0, len(second)
    for char in first:
        equal = places.get(char, 0)
        vertical = equal | minus
        carry = (((equal & plus) + plus) ^ plus) | equal
        horizontal_plus = minus | ~(carry | plus)
        horizontal_minus = plus & carry
        if horizontal_plus & last:
            score += 1
        elif horizontal_minus & last:
            score -= 1
        horizontal_plus = (horizontal_plus << 1) | 1
        horizontal_minus <<= 1
        plus = (horizontal_minus | ~(vertical | horizontal_plus)) & mask
        minus = horizontal_plus & vertical & mask
    return score


@lru_cache(maxsize=65536)
def alike(found: str, expected: str) -> float:
    """0…1. 1 is the same; a piece of a longer label counts by how much of it is there."""
    if found == expected:
        return 1.0
    if not found or not expected:
        return 0.0
    short, long = sorted((found, expected), key=len)
    whole = 1 - distance(found, expected) / len(long)
    if len(short) == len(long):
        return whole
    common = sum(char in long for char in short)
    if common < 0.5 * len(short):
        return 0.0
    if len(short) < 4:
        return whole
    # A label cut at the end of a line, shortened by the writer, or with its head put before it.
    share = len(short) / len(long)
    if short in long:
        edge = long.startswith(short) or long.endswith(short)
        return max(whole, (0.66 if edge else 0.6) + 0.3 * share)
    if len(short) >= 6:
        part = min(
            distance(short, long[: len(short)]),
            distance(short, long[-len(short) :]),
        )
        return max(whole, (0.6 + 0.3 * share) * (1 - 1.5 * part / len(short)))
    return whole
