"""`gongkai organs import FILE`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gongkai.ledger.actor import Actor
from gongkai.organs import imports, services


class Command(BaseCommand):
    help = "从 CSV 或 XLSX 导入行政机关 · import public bodies"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="import")
        importing = commands.add_parser(
            "import",
            help="按机构代码新增或更新；任何一行有问题就全部不导入，退出码为 1；文件无法读取时为 2",
        )
        importing.add_argument("file", metavar="FILE", help="CSV 或 XLSX 文件")
        importing.add_argument("--check", action="store_true", help="只检查，不导入")
        importing.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            report = services.import_organs(
                Actor.command("gongkai organs import"),
                path,
                path.name,
                dry_run=options["check"],
            )
        except imports.ImportFailed as failed:
            self.say_problems(failed, as_json=options["as_json"])
            sys.exit(1)
        except imports.UnreadableTable as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        if options["as_json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "ok": True,
                        "kept": not options["check"],
                        "created": report.created,
                        "updated": report.updated,
                        "unchanged": report.unchanged,
                        "ignored_columns": list(report.ignored),
                    },
                    ensure_ascii=False,
                )
            )
            return
        if report.ignored:
            self.stdout.write(f"以下各列未导入：{'、'.join(report.ignored)}")
        self.stdout.write(f"{'检查无误（未导入）' if options['check'] else '已导入'}。{report}")

    def say_problems(self, failed: imports.ImportFailed, *, as_json: bool) -> None:
        if as_json:
            problems = [problem._asdict() for problem in failed.problems]
            answer = {"ok": False, "summary": failed.summary, "problems": problems}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for problem in failed.problems:
            self.stdout.write(str(problem))
        self.stdout.write(failed.summary)
