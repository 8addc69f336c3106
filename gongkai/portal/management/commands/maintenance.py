"""`gongkai maintenance`: close the public site for a while, open it again, ask how it stands."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gongkai.portal import maintenance
from gongkai.portal.maintenance import Closure

LONGEST = 200


class Command(BaseCommand):
    help = "维护状态：公众页面显示维护说明（503），工作人员可以继续使用后台"
    # The database may be what is being looked after.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        on = actions.add_parser("on", help="关闭公众页面")
        on.add_argument("--until", help="预计恢复的时间，2026-03-05T18:00；到时自动恢复")
        on.add_argument("--message", default="", help="给公众看的说明，一两句话")
        actions.add_parser("off", help="恢复公众页面")
        status = actions.add_parser("status", help="现在是否在维护")
        page = actions.add_parser("page", help="只写出给 nginx 用的 503.html，不关闭网站")
        for one in (on, status, page):
            one.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        action = options["action"]
        if action == "on":
            self._close(options)
        elif action == "off":
            was = maintenance.reopen()
            self.stdout.write("公众页面已恢复。" if was else "公众页面本来就是开放的。")
            return
        elif action == "page":
            maintenance.write_page(maintenance.current() or Closure())
        self._tell(options["json"], page=action == "page")

    def _close(self, options: dict[str, Any]) -> None:
        message = options["message"].strip()
        if len(message) > LONGEST:
            raise CommandError(f"说明有{len(message)}字，请缩短到{LONGEST}字以内。")
        until = None
        if options["until"]:
            try:
                until = datetime.fromisoformat(options["until"])
            except ValueError:
                raise CommandError("时间请写成 2026-03-05T18:00 这样的格式。") from None
            if timezone.is_naive(until):
                until = timezone.make_aware(until)
            if until <= timezone.now():
                raise CommandError("预计恢复的时间已经过去，请核对日期和时间。")
        try:
            maintenance.close(Closure(message, until))
        except OSError as error:
            raise CommandError(
                f"维护状态没有写入：{error.strerror}。请检查数据目录的权限。"
            ) from None

    def _tell(self, as_json: bool, *, page: bool) -> None:
        closure = maintenance.current()
        until = closure.until if closure else None
        if as_json:
            told = {
                "closed": closure is not None,
                "until": until.isoformat() if until else None,
                "message": closure.message if closure else "",
                "page": str(maintenance.page()),
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        elif page:
            self.stdout.write(f"已写出{maintenance.page()}")
        elif closure is None:
            self.stdout.write("公众页面开放。")
        else:
            end = f"，预计{timezone.localtime(until):%Y-%m-%d %H:%M}恢复" if until else ""
            self.stdout.write(f"公众页面已关闭{end}。恢复请运行：gongkai maintenance off")
