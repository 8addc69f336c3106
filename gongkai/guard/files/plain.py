"""CSV and text: nothing to clean, but formulas that start programs are no text."""

from __future__ import annotations

import re
import shutil
from typing import BinaryIO

from gongkai.guard.files.problems import DDE, FileRefused

#: “=cmd|'/c …'!A1” and its kin, which spreadsheets run when they open a CSV.
_DDE = re.compile(rb"""(?:^|[,;\t"\n\r])\s*[=+\-@][^,\r\n]{0,200}?\|[^,\r\n]{0,400}?!""")


def clean(stream: BinaryIO, target: BinaryIO) -> list[str]:
    """Copy a text as it is. Raises ``FileRefused``."""
    data = stream.read()
    if _DDE.search(data.replace(b"\x00", b"")):
        raise FileRefused(DDE)
    stream.seek(0)
    shutil.copyfileobj(stream, target)
    return []
