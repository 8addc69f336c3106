"""`gongkai guard FILE…`: what must not be published as it is.

Exit codes: 0, 1 with any serious finding, 2 when a file could not be read (what was found in the
others is told all the same). Nothing is stored and nothing is logged; the operator owns the files,
so the values are printed in full unless `--mask` is given. Works without a database: then the
packaged word lists are used.
"""

from __future__ import annotations

import io
import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any, TypedDict

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from gongkai.guard.engine import scan_file
from gongkai.guard.findings import CHECKS, SEVERITIES, FileScan, Severity
from gongkai.guard.lexicon import Lexicon, packaged_lexicon
from gongkai.guard.queries import current_lexicon


class Row(TypedDict):
    """One line of the answer; keys are added, never renamed."""

    file: str
    check: str
    value: str
    where: str
    severity: Severity
    message: str
    suggestion: str


class Command(BaseCommand):
    help = "检查文件中的个人信息、密级标志和错误表述 · check files before they are published"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files",
            metavar="FILE",
            nargs="+",
            help="TXT、CSV、HTML、Markdown、DOCX、XLSX、PDF 等文件；- 为标准输入",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        parser.add_argument("--mask", action="store_true", help="个人信息只输出脱敏后的形式")
        parser.add_argument(
            "--name", default="标准输入.txt", help="标准输入的文件名，用于判断类型（如 名单.csv）"
        )
        parser.add_argument(
            "--on",
            metavar="YYYY-MM-DD",
            type=_day,
            help="文件的成文或发布日期，用于判断过时称谓和离任人员；默认为今天",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lexicon = site_lexicon()
        rows: list[Row] = []
        unread: list[str] = []
        for file in options["files"]:
            scan = self.scan(file, lexicon, options)
            rows += _rows(file, scan, mask=options["mask"])
            if scan.state == "unreadable":
                unread.append(f"{file}：{scan.note}")
        if options["as_json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            self.say(rows)
        for line in unread:
            self.stderr.write(line)
        if unread:
            sys.exit(2)
        if any(row["severity"] == "serious" for row in rows):
            sys.exit(1)

    def scan(self, file: str, lexicon: Lexicon, options: dict[str, Any]) -> FileScan:
        on: date | None = options["on"]
        if file == "-":
            data = io.BytesIO(sys.stdin.buffer.read())
            return scan_file(data, options["name"], lexicon, on, where="")
        path = Path(file)
        if path.is_dir():
            return FileScan([], "unreadable", "这是一个文件夹，请指明其中的文件。")
        try:
            return scan_file(path, path.name, lexicon, on, where="")
        except FileNotFoundError:
            return FileScan([], "unreadable", "没有这个文件，请核对路径。")
        except OSError as error:
            return FileScan([], "unreadable", f"文件无法打开（{error.strerror}）。")

    def say(self, rows: list[Row]) -> None:
        if not rows:
            self.stdout.write("没有发现问题。")
            return
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table()
        for heading in ("文件", "位置", "检查", "内容", "程度", "说明"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            cells = (
                row["file"],
                row["where"],
                CHECKS.get(row["check"], row["check"]),
                row["value"],
                SEVERITIES[row["severity"]],
                row["message"],
            )
            table.add_row(*map(Text, cells))
        terminal = sys.stdout.isatty()
        console = Console(file=io.StringIO(), width=Console().width if terminal else 160)
        with console.capture() as drawn:
            console.print(table)
        self.stdout.write(drawn.get())


def site_lexicon() -> Lexicon:
    """The site's words; the packaged ones where the database is missing or not migrated."""
    try:
        return current_lexicon()
    except DatabaseError:
        return packaged_lexicon()


def _rows(file: str, scan: FileScan, *, mask: bool) -> list[Row]:
    rows: list[Row] = [
        {
            "file": file,
            "check": finding.check,
            "value": finding.masked if mask else finding.value,
            "where": finding.where,
            "severity": finding.severity,
            "message": finding.message,
            "suggestion": finding.suggestion,
        }
        for finding in scan.findings
    ]
    if scan.state != "read" or scan.note:
        rows.append(
            {
                "file": file,
                "check": "not_read",
                "value": "",
                "where": "全文" if scan.state != "read" else "部分内容",
                "severity": "advice",
                "message": scan.note or "文件中没有可以检查的文字。",
                "suggestion": "",
            }
        )
    return rows


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期“{text}”应写作 2020-01-31 的形式。", returncode=2) from None
