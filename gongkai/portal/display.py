"""How a reader wants the pages shown: colours, contrast, size. Kept in one small cookie.

The switches are plain links to `portal:display`, so they work without JavaScript and on the
oldest phone; the server then writes the choice into the page. Nothing about the reader is
stored anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.templatetags.static import static
from django.urls import reverse

from gongkai.portal import preferences

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
    """One file of colours and the media for which the browser applies it."""

    url: str
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
        """The theme's files, in order. Dark and contrast sets never apply to paper.

        Colours that the office has chosen follow the set they change; high contrast is the
        theme's own.
        """
        dark = {"auto": "(prefers-color-scheme: dark)", "dark": "", "light": None}[self.scheme]
        contrast = "" if self.contrast else "(prefers-contrast: more)"
        chosen = preferences.current()

        def media(*conditions: str) -> str:
            return " and ".join(["screen", *(c for c in conditions if c)])

        def sheet(suffix: str, where: str) -> Stylesheet:
            return Stylesheet(static(f"gongkai/themes/{chosen.theme}{suffix}.css"), where)

        sheets = [sheet("", "all")]
        if chosen.recoloured:
            sheets.append(Stylesheet(reverse("portal:colours"), "all"))
        if dark is not None:
            sheets.append(sheet("-dark", media(dark)))
            if chosen.recoloured:
                sheets.append(Stylesheet(reverse("portal:dark_colours"), media(dark)))
        sheets.append(sheet("-contrast", media(contrast)))
        if dark is not None:
            sheets.append(sheet("-contrast-dark", media(dark, contrast)))
        return sheets
