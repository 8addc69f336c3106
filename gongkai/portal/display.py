"""How a reader wants the pages shown: colours, contrast, size. Kept in one small cookie.

The switches are plain links to `portal:display`, so they work without JavaScript and on the
oldest phone; the server then writes the choice into the page. Nothing about the reader is
stored anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings

COOKIE = "display"
COOKIE_AGE = 365 * 24 * 3600
#: What a switch may ask for, and what it changes.
CHOICES: dict[str, dict[str, object]] = {
    "elder": {"elder": True},
    "standard": {"elder": False},
    "contrast": {"contrast": True},
    "plain": {"contrast": False},
    "dark": {"scheme": "dark"},
    "light": {"scheme": "light"},
    "auto": {"scheme": "auto"},
}


@dataclass(frozen=True)
class Stylesheet:
    """One file of the theme and the media for which the browser applies it."""

    path: str
    media: str


@dataclass(frozen=True)
class Display:
    """``scheme`` "auto" follows the reader's device; so does contrast unless asked for."""

    scheme: str = "auto"
    contrast: bool = False
    elder: bool = False

    @classmethod
    def from_cookie(cls, value: str | None) -> Display:
        """Read the cookie; words we do not know are passed over."""
        display = cls()
        for word in (value or "").split("."):
            display = display.choose(word)
        return display

    def choose(self, word: str) -> Display:
        return replace(self, **CHOICES.get(word, {}))  # type: ignore[arg-type]

    def to_cookie(self) -> str:
        words = [self.scheme] if self.scheme != "auto" else []
        words += ["contrast"] if self.contrast else []
        words += ["elder"] if self.elder else []
        return ".".join(words)

    @property
    def stylesheets(self) -> list[Stylesheet]:
        """The theme's files, in order. Dark and contrast sets never apply to paper."""
        dark = {"auto": "(prefers-color-scheme: dark)", "dark": "", "light": None}[self.scheme]
        contrast = "" if self.contrast else "(prefers-contrast: more)"

        def sheet(suffix: str, *conditions: str) -> Stylesheet:
            media = " and ".join(["screen", *(c for c in conditions if c)])
            return Stylesheet(f"gongkai/themes/{settings.THEME}{suffix}.css", media)

        sheets = [Stylesheet(f"gongkai/themes/{settings.THEME}.css", "all")]
        if dark is not None:
            sheets.append(sheet("-dark", dark))
        sheets.append(sheet("-contrast", contrast))
        if dark is not None:
            sheets.append(sheet("-contrast-dark", dark, contrast))
        return sheets
