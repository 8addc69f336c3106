"""`gongkai disclosure`: publish and take down what has reached its hour; tidy files; import items.

`publish-due` is for a timer every few minutes; `gongkai serve` runs it beside the site (`--every`),
and with it once a day `tidy-files`.
Exit code 1 when some item could not be published: it is listed, and tried again at the next run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from gongkai.disclosure.bulk import command
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.services import DueReport, publish_due, tidy_files
from gongkai.ledger.actor import Actor

MIN_SECONDS = 5


class Command(BaseCommand):
    help = "主动公开：定时发布和下架 · proactive disclosure: publish and take down on schedule"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="publish-due|tidy-files|import"
        )
        due = commands.add_parser("publish-due", help="发布、下架到时的信息")
        due.add_argument("--every", type=int, metavar="秒", help="每隔若干秒办理一次，不退出")
        due.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        tidying = commands.add_parser(
            "tidy-files", help="删除上传超过30天、任何信息和历史版本都没有用到的附件"
        )
        tidying.add_argument("--dry-run", action="store_true", help="只统计，不删除")
        tidying.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        importing = commands.add_parser(
            "import",
            help="导入政府信息；任何一行有问题就全部不导入，退出码为1；文件无法读取时为2",
        )
        command.add_arguments(importing)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "import":
            command.run(self, options)
            return
        if options["what"] == "tidy-files":
            self.tidy(dry_run=options["dry_run"], as_json=options["as_json"])
            return
        every = options["every"]
        if every is None:
            done = self.run()
            self.say(done, as_json=options["as_json"], always=True)
            if done.failed:
                sys.exit(1)
            return
        if every < MIN_SECONDS:
            raise CommandError(f"--every 至少为 {MIN_SECONDS} 秒。")
        parent = os.getppid()
        self.tidied_on = timezone.localdate()
        # Beside a server that was killed it does not go on alone.
        while os.getppid() == parent:
            self.one_of_many(as_json=options["as_json"])
            time.sleep(every)

    def one_of_many(self, *, as_json: bool) -> None:
        """One run of the loop, which a database that is away for a while does not end."""
        close_old_connections()
        try:
            self.say(self.run(), as_json=as_json, always=False)
            self.tidy_daily(as_json=as_json)
        except DatabaseError as error:
            self.stderr.write(f"定时发布暂不能办理，稍后再试：{error}")

    def tidy_daily(self, *, as_json: bool) -> None:
        """After each midnight that the loop sees."""
        today = timezone.localdate()
        if today != self.tidied_on:
            self.tidied_on = today
            self.tidy(dry_run=False, as_json=as_json, always=False)

    def tidy(self, *, dry_run: bool, as_json: bool, always: bool = True) -> None:
        done = tidy_files(Actor.system("清理附件"), dry_run=dry_run)
        if not always and not done.files:
            return
        if as_json:
            self.stdout.write(json.dumps({"files": done.files, "bytes": done.size}))
            return
        verb = "可清理" if dry_run else "清理"
        size = filesizeformat(done.size).replace("\xa0", " ")
        self.stdout.write(f"{verb}无人使用的附件 {done.files} 个，共 {size}。")

    def run(self) -> DueReport:
        return publish_due(Actor.system("定时发布"), timezone.now())

    def say(self, done: DueReport, *, as_json: bool, always: bool) -> None:
        if as_json:
            if always or done.published or done.expired or done.failed:
                answer = {
                    "published": done.published,
                    "expired": done.expired,
                    "failed": [{"item": key, "reason": why} for key, why in done.failed],
                }
                self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        if always or done.published or done.expired:
            self.stdout.write(f"发布 {done.published} 条，到期下架 {done.expired} 条。")
        titles = DisclosedItem.objects.in_bulk([key for key, _why in done.failed])
        for key, why in done.failed:
            self.stderr.write(f"未能办理“{titles.get(key, key)}”：{why}")
