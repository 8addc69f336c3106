"""Files named on the command line, read with a limit."""

from __future__ import annotations

import sys
from pathlib import Path

from gongkai.reports.reading.document import MAX_BYTES, NotAReport
from gongkai.reports.reading.guarded import read_guarded
from gongkai.reports.reading.reader import ReadReport


def read_file(name: str) -> ReadReport:
    """The report in a file; “-” is standard input. Raises ``NotAReport`` with a Chinese reason."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as opened:
                data = opened.read(MAX_BYTES + 1)
    except FileNotFoundError as problem:
        raise NotAReport(f"文件不存在：{name}") from problem
    except IsADirectoryError as problem:
        raise NotAReport(f"这是一个目录，请给出文件：{name}") from problem
    except PermissionError as problem:
        raise NotAReport(f"没有读取文件的权限：{name}") from problem
    except (OSError, ValueError) as problem:
        raise NotAReport(f"文件无法打开：{name}") from problem
    return read_guarded(data, "" if name == "-" else Path(name).name)
