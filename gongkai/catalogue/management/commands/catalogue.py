"""`gongkai catalogue setup`, `gongkai catalogue import` and `gongkai catalogue duties`.

Exit codes of the import: 0, 1 when rows have problems (nothing was kept), 2 when the file cannot
be read as a table, or there is no such body or draft.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from gongkai.catalogue import services
from gongkai.catalogue.models import StandardCatalogue
from gongkai.ledger.actor import Actor
from gongkai.organs.imports import ImportFailed, UnreadableTable
from gongkai.organs.models import Organ


class Command(BaseCommand):
    help = "公开目录：安装默认目录、导入标准目录、展开公开职责 · what must be published"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="setup|import|duties")
        setup = commands.add_parser(
            "setup", help="安装主题、26个领域、默认栏目和一份待修订的标准目录；可以重复运行"
        )
        setup.add_argument("--organ", required=True, metavar="CODE", help="编制目录的政府")
        setup.add_argument("--year", type=int, metavar="YEAR", help="版本年度，默认今年")
        importing = commands.add_parser(
            "import", help="把 CSV 或 XLSX 导入编制中的标准目录；有一行不对就全部不导入"
        )
        importing.add_argument("file", metavar="FILE", type=Path, help="官方版式 XLSX，或者 CSV")
        importing.add_argument("--organ", required=True, metavar="CODE", help="编制目录的政府")
        importing.add_argument(
            "--field", default="", metavar="CODE", help="表格没写明时属于哪个领域"
        )
        importing.add_argument(
            "--level", default="", choices=["county", "township"], help="表格没有层级一栏时的层级"
        )
        importing.add_argument("--dry-run", action="store_true", help="只检查，不导入")
        importing.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        commands.add_parser("duties", help="展开周期性公开职责，重算公开期限；每天运行一次")

    def handle(self, *args: Any, **options: Any) -> None:
        {"setup": self.setup, "import": self.run_import, "duties": self.duties}[options["what"]](
            options
        )

    def setup(self, options: dict[str, Any]) -> None:
        actor = Actor.command("gongkai catalogue setup")
        organ = self.organ(options["organ"])
        try:
            done = services.install_defaults(actor, organ, year=options["year"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        self.stdout.write(
            f"新增主题{done.topics}个、领域{done.fields}个、栏目{done.columns}个、公开事项{done.entries}条。"
        )
        if done.catalogue is not None:
            self.stdout.write(
                f"“{done.catalogue}”为编制中：标有“待核”的事项请先对照部委指引核对，再在界面上施行。"
            )

    def run_import(self, options: dict[str, Any]) -> None:
        organ, file, as_json = self.organ(options["organ"]), options["file"], options["as_json"]
        draft = (
            StandardCatalogue.objects.filter(organ=organ, state=StandardCatalogue.State.DRAFT)
            .order_by("-year", "-version")
            .first()
        )
        if draft is None:
            raise CommandError(
                f"“{organ}”没有编制中的标准目录，请先新建版本，或运行 gongkai catalogue setup。",
                returncode=2,
            )
        try:
            report = services.import_entries(
                Actor.command("gongkai catalogue import"),
                draft,
                file,
                file.name,
                field_code=options["field"],
                level=options["level"],
                dry_run=options["dry_run"],
            )
        except ImportFailed as failed:
            self.say_problems(failed, as_json=as_json)
            sys.exit(1)
        except UnreadableTable as error:
            raise CommandError(" ".join(error.messages), returncode=2) from None
        if as_json:
            self.stdout.write(
                json.dumps(
                    {
                        "created": report.created,
                        "updated": report.updated,
                        "unchanged": report.unchanged,
                        "warnings": list(report.warnings),
                    },
                    ensure_ascii=False,
                )
            )
            return
        verb = "检查无误" if options["dry_run"] else f"已导入“{draft}”"
        self.stdout.write(f"{verb}。{report}")
        for warning in report.warnings:
            self.stdout.write(f"提示：{warning}")

    def say_problems(self, failed: ImportFailed, *, as_json: bool) -> None:
        if as_json:
            problems = [problem._asdict() for problem in failed.problems]
            self.stdout.write(json.dumps({"problems": problems}, ensure_ascii=False))
            return
        for problem in failed.problems:
            self.stderr.write(str(problem))
        self.stderr.write(failed.summary)

    def duties(self, options: dict[str, Any]) -> None:
        actor = Actor.command("gongkai catalogue duties")
        opened = services.open_periods(actor)
        moved = services.recompute_due_dates(actor)
        self.stdout.write(f"新展开公开职责{opened}项，重算后变动的期限{moved}项。")

    def organ(self, code: str) -> Organ:
        found = Organ.objects.filter(code=code).first()
        if found is None:
            raise CommandError(f"没有代码为“{code}”的机构，请核对。", returncode=2)
        return found
