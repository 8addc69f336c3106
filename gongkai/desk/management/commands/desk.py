"""`gongkai desk remind`: the morning's mail about what is late and what is near.

Meant for a daily timer in the morning. Days off are skipped. Exit code 1 when a mail could not be
sent (it is listed, the others are sent, and the next run tries again).
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gongkai.desk.services import Reminded, remind
from gongkai.ledger.actor import Actor
from gongkai.workdays.queries import current_calendar


class Command(BaseCommand):
    help = "工作台：发送待办提醒邮件 · the start page: send reminders"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="remind")
        reminder = commands.add_parser(
            "remind", help="向有逾期或将到期事项的人员发送邮件，每人每天一封"
        )
        reminder.add_argument("--on", metavar="YYYY-MM-DD", help="按这一天计算（默认今天）")
        reminder.add_argument("--any-day", action="store_true", help="休息日也发送")
        reminder.add_argument("--dry-run", action="store_true", help="只显示将发送的邮件，不发送")
        reminder.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        today = self.day(options["on"])
        as_json = options["as_json"]
        if not options["any_day"] and not current_calendar().day(today).is_working:
            if as_json:
                self.stdout.write(json.dumps({"day": today.isoformat(), "working_day": False}))
            else:
                self.stdout.write(f"{today}是休息日，不发送。需要发送时加 --any-day。")
            return
        done = remind(Actor.command("gongkai desk remind"), today, dry_run=options["dry_run"])
        if as_json:
            self.stdout.write(json.dumps(self.answer(done, options), ensure_ascii=False))
        else:
            self.say(done, sent=not options["dry_run"])
        if done.failed:
            sys.exit(1)

    def day(self, text: str | None) -> date:
        if not text:
            return timezone.localdate()
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise CommandError(
                f"“{text}”不是日期，请写成 2026-03-05 的样子。", returncode=2
            ) from None

    def answer(self, done: Reminded, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "day": done.day.isoformat(),
            "working_day": True,
            "dry_run": options["dry_run"],
            "sent": [{"user": one.user.username, "tasks": one.tasks} for one in done.sent],
            "already": done.already,
            "nothing_due": done.nothing_due,
            "failed": [{"user": user.username, "reason": reason} for user, reason in done.failed],
        }

    def say(self, done: Reminded, *, sent: bool) -> None:
        for digest in done.sent:
            if not sent:
                self.stdout.write(f"—— {digest.user.username}：{digest.subject}\n{digest.body}\n")
        for user, reason in done.failed:
            self.stdout.write(f"✕ {user.username}：{reason}")
        verb = "已发送" if sent else "将发送"
        self.stdout.write(
            f"{done.day}：{verb}{len(done.sent)}封，今天已发过{done.already}人，"
            f"没有将到期事项{done.nothing_due}人，失败{len(done.failed)}封。"
        )
