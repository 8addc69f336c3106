"""Colours that the office chooses: measured against the grounds they stand on.

The ratio is that of WCAG 2.2 (1.4.3). A colour for light pages is dark and one for dark pages
light, so no single colour can serve both; the second is made from the first unless it is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from django.contrib.staticfiles import finders

WANTED: Final = 4.5
"""What text needs against its ground (level AA)."""
WHITE: Final = "#ffffff"
BLACK: Final = "#000000"
_HEX: Final = re.compile(r"#[0-9a-f]{6}")
_TOKEN: Final = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
GROUNDS: Final = ("surface", "raised", "tint")


def parse(text: str) -> str | None:
    """ "#1D4F91", "1d4f91" or "#159" as "#rrggbb"; None for what is no colour."""
    colour = text.strip().lower()
    colour = colour if colour.startswith("#") else f"#{colour}"
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    return colour if _HEX.fullmatch(colour) else None


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white."""
    parts = (value / 255 for value in _channels(colour))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 for the same colour, 21 for black on white."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with `share` (0 to 1) of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@cache
def tokens(sheet: str) -> Mapping[str, str]:
    """The colours of a theme file such as "blue-dark"."""
    path = finders.find(f"gongkai/themes/{sheet}.css")
    if path is None:
        raise LookupError(f"no theme {sheet}")
    with open(path, encoding="utf-8") as file:
        return dict(_TOKEN.findall(file.read()))


def weakest(colour: str, sheet: str) -> float:
    """The smallest ratio of `colour` as text on any ground of the theme file."""
    return min(contrast(colour, tokens(sheet)[ground]) for ground in GROUNDS)


def lightened(colour: str, sheet: str) -> str:
    """`colour` with just enough white in it to be read on the grounds of a dark theme file."""
    return _moved(colour, sheet, WHITE)


def darkened(colour: str, sheet: str) -> str:
    """`colour` with just enough black in it to be read on the grounds of a light theme file."""
    return _moved(colour, sheet, BLACK)


def _moved(colour: str, sheet: str, towards: str) -> str:
    for step in range(101):
        found = mixed(colour, towards, step / 100)
        if weakest(found, sheet) >= WANTED:
            return found
    raise LookupError(f"{sheet} has no ground for {colour}")


def ink_on(colour: str) -> str:
    """White or black, whichever is read better on `colour`."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))
