"""A Word file as a PDF, set by typst: tagged, typefaces embedded, close to GB/T 9704.

What is printed reaches typst as JSON data, pictures included; none of it is ever part of the source.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final, Literal, NamedTuple

import typst

import gongkai
from gongkai.foi.notices.reading import Layout, read_layout

_SOURCE: Final = Path(__file__).with_name("notice.typ")
_MISSING: Final = re.compile(r'the text `"(.+?)"` could not be displayed')


FONTS: Final = (
    Path(gongkai.__file__).parent / "reports" / "fonts",
    Path(__file__).with_name("fonts"),
)
"""Where the embedded typefaces lie: the Chinese ones of all printed papers, and those of other
scripts in which people's names are written."""


class Drawn(NamedTuple):
    """A PDF, and the letters in it that no typeface has: they are printed as boxes."""

    pdf: bytes
    missing: tuple[str, ...] = ()


def draw(docx: bytes) -> Drawn:
    """The PDF of a Word file. Raises `reading.CannotDraw`."""
    return set_in_type(read_layout(docx))


def set_in_type(layout: Layout) -> Drawn:
    """The PDF of a layout: PDF/UA-1 where the letters allow it, else tagged all the same."""
    text = json.dumps(layout.data(), ensure_ascii=False)
    try:
        return Drawn(_compile(text, "ua-1"))
    except typst.TypstError as error:
        # The standard refuses letters that no embedded typeface has (very rare characters). A paper
        # with such a letter is still printed, without the claim, and the officer is told.
        missing = tuple(dict.fromkeys(_MISSING.findall(str(error.diagnostic))))
        return Drawn(_compile(text, None), missing)


def _compile(text: str, standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        str(_SOURCE),
        format="pdf",
        font_paths=[str(path) for path in FONTS],
        ignore_system_fonts=True,
        sys_inputs={"notice": text},
        pdf_standards=[standard] if standard else [],
    )
