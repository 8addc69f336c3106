"""`gongkai archive-site YEAR DIR`: the web pages of a year for the archive, as WARC.

Exit code 1 when a page could not be drawn (it is listed and missing in the archive) or what was written
does not read as it was written; 2 when the folder is not empty.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from gongkai.portal.static_site.archiving import INDEX, Damaged, archive, verify
from gongkai.portal.static_site.assets import collect

LISTED = 20


class Command(BaseCommand):
    help = "把一年的网页归档为 WARC 文件 · archive a year's web pages as WARC"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", metavar="年度", type=int)
        parser.add_argument("folder", metavar="目录", type=Path, help="一个空目录")
        parser.add_argument("--verify", action="store_true", help="只重新核对已有的归档")
        parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        year, folder = options["year"], options["folder"].absolute()
        if not 1990 <= year <= 2100:
            raise CommandError(f"{year} 不是可以归档的年度。", returncode=2)
        try:
            if options["verify"]:
                if not (folder / INDEX).exists():
                    raise CommandError(f"{folder} 里没有归档。", returncode=2)
                self.stdout.write(f"核对无误，共 {verify(folder):,} 条记录。")
                return
            if folder.exists() and any(folder.iterdir()):
                raise CommandError(f"{folder} 里已有文件，请换一个空目录。", returncode=2)
            collect()
            with Progress(
                TextColumn("归档 {task.completed} 页"), TimeElapsedColumn(),
                console=Console(stderr=True), disable=options["as_json"], transient=True,
            ) as bar:  # fmt: skip
                task = bar.add_task("归档", total=None)
                told = archive(
                    folder, year, progress=lambda pages: bar.update(task, completed=pages)
                )
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=2) from error
        except Damaged as error:
            raise CommandError(f"归档有误：{error}") from error
        if options["as_json"]:
            self.stdout.write(
                json.dumps(
                    {"pages": told.pages, "items": told.items, "files": told.files,
                     "failed": told.failed},
                    ensure_ascii=False,
                )
            )  # fmt: skip
        else:
            self.stdout.write(
                f"{year}年网页归档：{told.pages:,} 页，其中政府信息 {told.items:,} 条；"
                f"{'、'.join(told.files)}，已重新读取核对。"
            )
            for path, problem in told.failed[:LISTED]:
                self.stderr.write(f"未能归档 {path}：{problem}")
        if told.failed:
            sys.exit(1)
