"""`gongkai registers import KIND FILE` and `gongkai registers template KIND FILE`.

Exit codes of the import: 0, 1 when rows have problems (nothing was kept), 2 when the file
cannot be read as a table, or the body is unknown.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from gongkai.ledger.actor import Actor
from gongkai.organs.imports import ImportFailed, Progress, UnreadableTable
from gongkai.organs.models import Organ
from gongkai.registers.registry import REGISTERS
from gongkai.registers.services import RegisterImport, import_records
from gongkai.registers.template import template_workbook

KINDS = "、".join(f"{register.name}（{register.label}）" for register in REGISTERS.values())


class Command(BaseCommand):
    help = "导入行政行为登记，或者写出导入模板 · import administrative acts"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="import|template")
        importing = commands.add_parser(
            "import",
            help="按文号等编号新增或更新；任何一行有问题就全部不导入，退出码为1；文件无法读取时为2",
        )
        importing.add_argument("kind", metavar="KIND", choices=list(REGISTERS), help=KINDS)
        importing.add_argument("file", metavar="FILE", type=Path, help="CSV 或 XLSX 文件")
        importing.add_argument("--organ", metavar="CODE", help="没有写机关代码的行属于哪个机关")
        importing.add_argument("--dry-run", action="store_true", help="只检查，不导入")
        importing.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        template = commands.add_parser("template", help="写出空白的导入模板（XLSX）")
        template.add_argument("kind", metavar="KIND", choices=list(REGISTERS), help=KINDS)
        template.add_argument("file", metavar="FILE", type=Path, help="要写出的 XLSX 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "template":
            self.write_template(options["kind"], options["file"])
        else:
            self.run_import(options)

    def write_template(self, kind: str, file: Path) -> None:
        try:
            file.write_bytes(template_workbook(REGISTERS[kind]))
        except OSError as error:
            raise CommandError(f"模板无法写入：{file}（{error.strerror}）", returncode=2) from None
        self.stdout.write(f"已写出模板：{file}")

    def run_import(self, options: dict[str, Any]) -> None:
        file: Path = options["file"]
        as_json: bool = options["as_json"]
        try:
            with self.progress(file, hidden=as_json) as progress:
                report = import_records(
                    Actor.command("gongkai registers import"),
                    REGISTERS[options["kind"]],
                    file,
                    file.name,
                    organ=self.organ(options["organ"]),
                    dry_run=options["dry_run"],
                    progress=progress,
                )
        except ImportFailed as failed:
            self.say_problems(failed, as_json=as_json)
            sys.exit(1)
        except UnreadableTable as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=1) from None
        if as_json:
            self.stdout.write(json.dumps(self.answer(report, options), ensure_ascii=False))
        else:
            self.say_report(report, dry_run=options["dry_run"])

    def organ(self, code: str | None) -> Organ | None:
        if code is None:
            return None
        organ = Organ.objects.filter(code=code.strip().upper()).first()
        if organ is None:
            raise CommandError(f"没有代码为“{code}”的机关，请核对。", returncode=2)
        return organ

    @contextmanager
    def progress(self, file: Path, *, hidden: bool) -> Iterator[Progress | None]:
        """A bar on the error stream of a terminal; nothing elsewhere."""
        if hidden or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import Progress as Bar

        with Bar(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(f"导入 {file.name}", total=1.0)

            def show(rows: int, part: float) -> None:
                bar.update(task, completed=part, description=f"已读 {rows:,} 行")

            yield show

    def answer(self, report: RegisterImport, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "ok": True,
            "kept": not options["dry_run"],
            "register": report.register,
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "fields": dict(report.fields),
            "differences": [
                dict(zip(("row", "number", "column", "old", "new"), each, strict=True))
                for each in report.differences
            ],
            "organs": len(report.organs),
            "sm3": report.sm3,
            "ignored_columns": list(report.ignored),
        }

    def say_report(self, report: RegisterImport, *, dry_run: bool) -> None:
        if report.ignored:
            self.stdout.write(f"以下各列未导入：{'、'.join(report.ignored)}")
        for row, number, column, old, new in report.differences:
            self.stdout.write(f"第{row}行 {number} “{column}”：{old} → {new}")
        if report.updated > len({row for row, *_ in report.differences}):
            self.stdout.write("……（只列出前若干处更新）")
        self.stdout.write(f"{'检查无误（未导入）' if dry_run else '已导入'}。{report}")

    def say_problems(self, failed: ImportFailed, *, as_json: bool) -> None:
        if as_json:
            problems = [problem._asdict() for problem in failed.problems]
            answer = {"ok": False, "summary": failed.summary, "problems": problems}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for problem in failed.problems:
            self.stdout.write(str(problem))
        self.stdout.write(failed.summary)
