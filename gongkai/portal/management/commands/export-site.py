"""`gongkai export-site DIR`: the public site as files, kept up to date with what is published.

Exit code 1 when a page could not be drawn (it is listed, its old file stays, and the next run draws
it again) or, with `--check`, when a link of the copy leads to nothing; 2 when the folder holds something
else or another run is at work on it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gongkai.portal.static_site import nginx
from gongkai.portal.static_site.assets import collect
from gongkai.portal.static_site.checking import Checker
from gongkai.portal.static_site.exporting import Export, Outcome
from gongkai.portal.static_site.state import Busy, NotACopy

EVERY = 0.5
"""Seconds between two looks at the journal with `--follow`."""
IN_BETWEEN = 200
"""Pages from the depths of lists that are drawn before the journal is looked at again."""
LISTED = 20


class Command(BaseCommand):
    help = "把公开网站导出为静态副本 · write a static copy of the public site"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="目录", type=Path, help="副本所在的目录")
        parser.add_argument(
            "--with-app",
            action="store_true",
            help="副本后面有本平台的服务：保留搜索、筛选和显示方式的链接",
        )
        parser.add_argument("--follow", action="store_true", help="不退出，一有发布就更新")
        parser.add_argument("--anew", action="store_true", help="全部重新导出，不只更新有变动的")
        parser.add_argument(
            "--workers", type=int, default=os.cpu_count() or 1, help="进程数，默认为处理器核数"
        )
        parser.add_argument("--check", action="store_true", help="导出后检查副本中的全部链接")
        parser.add_argument(
            "--nginx", action="store_true", help="只打印这个副本的 nginx 配置，不导出"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["folder"].absolute()
        if options["nginx"]:
            self.stdout.write(nginx.configuration(root, with_app=options["with_app"]))
            return
        if options["workers"] < 1:
            raise CommandError("--workers 至少为 1。", returncode=2)
        collect()
        try:
            if options["follow"]:
                self.follow(root, options)
                return
            self.once(root, options)
        except ImproperlyConfigured as error:
            raise CommandError(str(error), returncode=2) from error
        except NotACopy as error:
            raise CommandError(
                f"{root} 里已有别的文件，不是导出的副本。请换一个空目录。", returncode=2
            ) from error
        except Busy as error:
            raise CommandError(f"另一个导出正在更新 {root}，请等它结束。", returncode=2) from error

    def once(self, root: Path, options: dict[str, Any]) -> None:
        bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=Console(stderr=True), disable=options["as_json"], transient=True,
        )  # fmt: skip
        with bar:
            task = bar.add_task("导出", total=None)
            with Export(
                root,
                with_app=options["with_app"],
                workers=options["workers"],
                progress=lambda done, known: bar.update(task, completed=done, total=known),
            ) as export:
                outcome = export.run(anew=options["anew"])
                moved = frozenset(path for path, _target in export.state.moved())
                total = export.state.count()
        broken = []
        if options["check"]:
            host = urlsplit(settings.WAGTAILADMIN_BASE_URL).netloc
            checker = Checker(root, with_app=options["with_app"], host=host, moved=moved)
            broken = list(checker.broken())
        (root / ".gongkai-export" / "nginx.conf").write_text(
            nginx.configuration(root, with_app=options["with_app"]), encoding="utf-8"
        )
        if options["as_json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "whole": outcome.whole, "pages": total, "drawn": outcome.drawn,
                        "written": outcome.written, "removed": outcome.removed,
                        "seconds": round(outcome.seconds, 3), "failed": outcome.failed,
                        "broken": [[one.page, one.target] for one in broken],
                    },
                    ensure_ascii=False,
                )
            )  # fmt: skip
        else:
            self.say(outcome, total)
            for one in broken[:LISTED]:
                self.stderr.write(f"链接无效：{one.page} → {one.target}")
            if options["check"]:
                self.stdout.write(f"无效链接 {len(broken)} 个。")
        if outcome.failed or broken:
            sys.exit(1)

    def say(self, outcome: Outcome, total: int) -> None:
        speed = outcome.drawn / outcome.seconds if outcome.seconds else 0
        self.stdout.write(
            f"{'全部导出' if outcome.whole else '更新'}：绘制 {outcome.drawn:,} 页，写入 "
            f"{outcome.written:,} 个文件，删除 {outcome.removed:,} 个；共 {total:,} 页，"
            f"用时 {outcome.seconds:.1f} 秒（每秒 {speed:,.0f} 页）。"
        )
        if outcome.redirects_changed:
            self.stdout.write("转址有变动：用 nginx 提供副本的，请执行 nginx -s reload。")
        elif outcome.names_changed:
            self.stdout.write("下载文件名有变动：nginx 在 nginx -s reload 之后采用。")
        for path, problem in outcome.failed[:LISTED]:
            self.stderr.write(f"未能导出 {path}：{problem}")

    def follow(self, root: Path, options: dict[str, Any]) -> None:
        parent = os.getppid()
        with Export(root, with_app=options["with_app"], workers=options["workers"]) as export:
            # Beside a server that was killed it does not go on alone.
            while os.getppid() == parent:
                close_old_connections()
                try:
                    outcome = export.run(limit=IN_BETWEEN)
                except DatabaseError as error:
                    self.stderr.write(f"暂不能更新静态副本，稍后再试：{error}")
                    time.sleep(EVERY * 10)
                    continue
                if outcome.drawn or outcome.removed:
                    self.say(outcome, export.state.count())
                if not export.state.todo(1):
                    time.sleep(EVERY)
