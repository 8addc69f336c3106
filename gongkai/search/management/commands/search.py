"""`gongkai search`: the index of the site's search; make it anew, follow the changes, look it over.

`follow` runs beside the site (`gongkai serve` starts it): what is published is found within two
seconds, and a lost or damaged index is made anew by itself. Exit code 1 of `status` when searches
are not answered from a whole index.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gongkai.search import asking, building, generations, indexing, vocabulary
from gongkai.search.following import Follower
from gongkai.search.models import PendingChange

DOING = {
    "prepare": "读取附件文字",
    "index": "建立索引",
    "finish": "整理索引",
    "done": "完成",
}
BEHIND = timedelta(seconds=60)
"""A change that waits longer says that nobody follows."""
SLOWEST = 1.0
"""Seconds between two turns of `follow` at most: what is published is found within two."""


class Command(BaseCommand):
    help = "站内检索：重建索引、跟随变化、查看状态 · search: rebuild, follow, status"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="rebuild|follow|status|tidy"
        )
        rebuild = commands.add_parser("rebuild", help="重建索引；期间检索照常，中断后可再次运行")
        rebuild.add_argument(
            "--if-needed",
            action="store_true",
            help="只在没有索引、索引已损坏、词典或格式已更新时重建",
        )
        rebuild.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        follow = commands.add_parser("follow", help="随时把发布、变更、撤回的信息写入索引，不退出")
        follow.add_argument(
            "--every", type=float, default=0.5, metavar="秒", help="间隔，默认 0.5，最长 1"
        )
        status = commands.add_parser("status", help="索引是否可用、有多少文档、多少待更新")
        status.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")

        commands.add_parser(
            "tidy", help="重新准备搜索建议的词，清理过期的搜索词计数（follow 每天自动做）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        doing: dict[str, Callable[..., None]] = {
            "rebuild": self.rebuild,
            "follow": self.follow,
            "status": self.status,
            "tidy": self.tidy,
        }
        doing[options["what"]](**options)

    def tidy(self, **_: Any) -> None:
        """Prepare words and forget old counts now."""
        asking.flush()
        words, gone = vocabulary.refresh(), asking.tidy()
        self.stdout.write(f"已准备{words:,}个词，清理{gone:,}条搜索词计数。")

    # -- rebuild -------------------------------------------------------------------------------
    def rebuild(self, *, if_needed: bool, as_json: bool, **_: Any) -> None:
        why = building.needs_rebuild()
        if if_needed and not why:
            self._say({"rebuilt": False}, "索引完好，无需重建。", as_json=as_json)
            return
        begun = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        console = Console(file=sys.stderr)
        try:
            with Progress(*columns, console=console, disable=as_json) as progress:
                task = progress.add_task(DOING["index"], total=None)

                def tick(step: building.Step) -> None:
                    progress.update(
                        task,
                        description=DOING[step.doing],
                        completed=step.done,
                        total=step.total or None,
                    )

                generation = building.rebuild(tick)
        except (building.Busy, building.Superseded, indexing.IndexFull) as error:
            raise CommandError(str(error)) from None
        number = generations.documents_of(generation.pk).count()
        taken = time.monotonic() - begun
        self._say(
            {"rebuilt": True, "documents": number, "seconds": round(taken, 1)},
            f"索引已重建：{number:,} 份文档，用时 {taken:.1f} 秒。",
            as_json=as_json,
        )

    # -- follow --------------------------------------------------------------------------------
    def follow(self, *, every: float, **_: Any) -> None:
        if not 0.05 <= every <= SLOWEST:
            raise CommandError("--every 应在 0.05 至 1 秒之间，否则信息发布后不能及时检索到。")
        parent = os.getppid()
        follower = Follower()
        away = False
        # Beside a server that was killed it does not go on alone.
        while os.getppid() == parent:
            try:
                follower.turn()
                away = False
            except DatabaseError as error:
                if not away:
                    self.stderr.write(f"暂不能更新检索索引，稍后再试：{type(error).__name__}")
                away = True
                if not connection.in_atomic_block:
                    connection.close()
            close_old_connections()
            time.sleep(every)

    # -- status --------------------------------------------------------------------------------
    def status(self, *, as_json: bool, **_: Any) -> None:
        live, in_work = generations.live(), generations.building()
        waiting = PendingChange.objects.filter(done=False)
        oldest = waiting.order_by("created_at").values_list("created_at", flat=True).first()
        late = oldest is not None and oldest < timezone.now() - BEHIND
        why = building.needs_rebuild()
        told = {
            "live": live.pk if live is not None else None,
            "sound": not why,
            "reason": why,
            "documents": generations.documents_of(live.pk).count() if live is not None else 0,
            "pending": waiting.count(),
            "failing": waiting.filter(attempts__gt=0).count(),
            "oldest_pending": oldest.isoformat() if oldest is not None else None,
            "building": None
            if in_work is None
            else {
                "generation": in_work.pk,
                "documents": generations.documents_of(in_work.pk).count(),
                "alive": generations.is_alive(in_work),
            },
        }
        lines = [
            f"索引：{why}，请运行 gongkai search rebuild。"
            if why
            else f"索引完好，{told['documents']:,} 份文档。",
            f"待更新 {told['pending']:,} 条，其中 {told['failing']:,} 条曾经失败。",
        ]
        if late:
            lines.append("待更新的信息已等候超过一分钟：请确认 gongkai search follow 正在运行。")
        if in_work is not None:
            state = "正在重建" if generations.is_alive(in_work) else "重建已中断，可再次运行"
            number = generations.documents_of(in_work.pk).count()
            lines.append(f"{state}：已写入 {number:,} 份文档。")
        self._say(told, "\n".join(lines), as_json=as_json)
        if why or late:
            sys.exit(1)

    def _say(self, told: dict[str, Any], text: str, *, as_json: bool) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False) if as_json else text)
