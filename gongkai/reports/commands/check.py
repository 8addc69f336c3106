"""`gongkai report check`: check the figures of a published report.

Exit code 0 without violations, 1 with any, 2 when a file cannot be read or is no annual report.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand

from gongkai.reports.commands._files import read_file
from gongkai.reports.commands.read import refuse
from gongkai.reports.reading.checking import check_report
from gongkai.reports.reading.document import NotAReport

help = "核对已发布的年度报告 / Check a published annual report"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="年度报告文件；“-”为标准输入")
    parser.add_argument(
        "--previous", metavar="FILE", help="同一机关上一年度的报告，用于核对跨年关系"
    )
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def run(command: BaseCommand, options: Mapping[str, Any]) -> int:
    previous = None
    try:
        report = read_file(options["file"])
        if options["previous"]:
            try:
                previous = read_file(options["previous"])
            except NotAReport as reason:
                raise NotAReport(f"上一年度的报告无法读取：{reason}") from reason
    except NotAReport as reason:
        return refuse(command, str(reason), as_json=options["json"])
    checked = check_report(report, previous)
    if options["json"]:
        command.stdout.write(json.dumps(checked.as_json(), ensure_ascii=False, indent=2))
    else:
        lines = [f"不符（{one.constraint}）：{one.message}" for one in checked.violations]
        lines += [f"提示：{flag.message}" for flag in checked.flags]
        command.stdout.write("\n".join(lines or ["没有发现问题。"]))
    return 1 if checked.violations else 0
