"""A Word file as a PDF, set by typst: tagged, typefaces embedded, close to GB/T 9704.

What is printed reaches typst as JSON data, pictures included; none of it is ever part of the source.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, Literal

import typst

from gongkai.foi.notices.reading import Layout, read_layout

_SOURCE: Final = Path(__file__).with_name("notice.typ")


def fonts() -> list[Path]:
    """Where the embedded typefaces lie: those of the platform's other printed papers."""
    import gongkai

    return [Path(gongkai.__file__).parent / "reports" / "fonts"]


def draw(docx: bytes) -> bytes:
    """The PDF of a Word file. Raises `reading.CannotDraw`."""
    return set_in_type(read_layout(docx))


def set_in_type(layout: Layout) -> bytes:
    """The PDF of a layout: PDF/UA-1 where the letters allow it, else tagged all the same."""
    text = json.dumps(layout.data(), ensure_ascii=False)
    try:
        return _compile(text, "ua-1")
    except typst.TypstError:
        # The standard refuses letters that no embedded typeface has (emoji, rare scripts). A paper
        # with such a letter is still printed, without the claim.
        return _compile(text, None)


def _compile(text: str, standard: Literal["ua-1"] | None) -> bytes:
    return typst.compile(
        str(_SOURCE),
        format="pdf",
        font_paths=[str(path) for path in fonts()],
        ignore_system_fonts=True,
        sys_inputs={"notice": text},
        pdf_standards=[standard] if standard else [],
    )
