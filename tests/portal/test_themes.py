"""Contrast of every theme, computed from the CSS files themselves (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

import gongkai

STATIC = Path(gongkai.__file__).parent / "static" / "gongkai"
THEMES = ("blue", "red")
SETS = ("", "-dark", "-contrast", "-contrast-dark")
TOKENS = {
    "brand", "brand-ink", "bar", "bar-ink", "accent", "ink", "muted", "line", "surface", "raised",
    "tint", "ok", "warn", "bad", "focus",
}  # fmt: skip
TEXT = ("ink", "muted", "brand", "accent", "ok", "warn", "bad")
GROUNDS = ("surface", "raised", "tint")


def tokens(name: str) -> dict[str, str]:
    css = (STATIC / "themes" / f"{name}.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_gives_the_known_values():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [t + s for t in THEMES for s in SETS])
def test_every_theme_defines_the_same_tokens(theme):
    assert set(tokens(theme)) == TOKENS


@pytest.mark.parametrize("theme", [t + s for t in THEMES for s in SETS])
def test_text_stands_out_from_its_ground(theme):
    colours = tokens(theme)
    # A reader who asks for high contrast gets the enhanced ratio (1.4.6).
    wanted = 7.0 if "contrast" in theme else 4.5
    pairs = [(text, ground) for text in TEXT for ground in GROUNDS] + [
        ("brand-ink", "brand"),
        ("bar-ink", "bar"),
    ]

    weak = {
        pair: round(ratio, 2)
        for pair in pairs
        if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < wanted
    }

    assert weak == {}


@pytest.mark.parametrize("theme", [t + s for t in THEMES for s in SETS])
def test_the_focus_ring_stands_out_from_every_ground(theme):
    colours = tokens(theme)
    assert all(contrast(colours["focus"], colours[ground]) >= 3 for ground in GROUNDS)


def test_the_public_style_sheets_stay_small():
    # What one reader downloads at most: the layout and the four sets of one theme.
    assert (STATIC / "portal.css").stat().st_size <= 40_000
    for theme in THEMES:
        sets = sum((STATIC / "themes" / f"{theme}{s}.css").stat().st_size for s in SETS)
        assert sets <= 2_000
