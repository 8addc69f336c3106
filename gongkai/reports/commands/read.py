"""`gongkai report read`: read a published report back.

Exit code 0, or 2 when the file cannot be read or is no annual report.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gongkai.reports.commands._files import read_file
from gongkai.reports.reading.document import NotAReport
from gongkai.reports.reading.reader import ReadReport

help = "读取已发布的年度报告 / Read a published annual report"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="年度报告文件（txt、md、html、docx、xlsx、xls、ods、pdf、json、xml）；“-”为标准输入",
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出全部内容")


def run(command: BaseCommand, options: Mapping[str, Any]) -> int:
    try:
        report = read_file(options["file"])
    except NotAReport as reason:
        return refuse(command, str(reason), as_json=options["json"])
    if options["json"]:
        command.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        command.stdout.write(_summary(report))
    return 0


def refuse(command: BaseCommand, reason: str, *, as_json: bool) -> int:
    """Say why a file is no report; exit code 2."""
    if not as_json:
        raise CommandError(reason, returncode=2)
    command.stdout.write(json.dumps({"error": reason}, ensure_ascii=False))
    return 2


def _summary(report: ReadReport) -> str:
    blank = sum(value is None for value in report.cells.values())
    names = {"t2": "表二", "t3": "表三"}
    forms = "，".join(
        f"{name} {used}年格式" if (used := report.formats[table]) else f"{name} 没有找到"
        for table, name in names.items()
    )
    lines = [
        f"机关：{report.issuer or '没有找到'}",
        f"年度：{report.year or '没有找到'}",
        f"表样：{forms}",
        f"单元格：{len(report.cells)}个，其中未填报{blank}个",
    ]
    lines += [f"提示：{flag.message}" for flag in report.flags]
    return "\n".join(lines)
