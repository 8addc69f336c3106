"""`gongkai foi recompute`: rebuild the due dates of open requests from their events;
`gongkai foi messages`: send the mails and text messages to applicants that are due;
`gongkai foi receipts`: online filings of rest days become requests (ONLINE_RECEIPT=submission).

Meant for a daily timer, and for after a change of settings or calendar. Exit code 1 when some
case's events are not lawful by the calendar in force (they are listed; the others are done).
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gongkai.foi.messaging import sending
from gongkai.foi.services import Recomputed, recompute_due_dates
from gongkai.foi.services.intake import confirm_submitted
from gongkai.ledger.actor import Actor


class Command(BaseCommand):
    help = "依申请公开：按办理过程重算期限 · disclosure on request: recompute deadlines"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="recompute")
        recompute = commands.add_parser("recompute", help="重算未办结申请的期限，列出变动的")
        recompute.add_argument("--dry-run", action="store_true", help="只列出，不写入")
        recompute.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        commands.add_parser("receipts", help="把休息日提交、今天收到的网上申请登记为申请")
        messages = commands.add_parser("messages", help="发送到期的短信、邮件")
        messages.add_argument("--follow", action="store_true", help="随时发送，不退出")
        messages.add_argument("--every", type=float, default=15, help="间隔秒数，默认 15")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "messages":
            sending.run(self, follow=options["follow"], every=options["every"])
            return
        if options["what"] == "receipts":
            count = confirm_submitted(Actor.command("gongkai foi receipts"))
            self.stdout.write(f"已登记为申请{count:,}件。")
            return
        done = recompute_due_dates(
            Actor.command("gongkai foi recompute"), dry_run=options["dry_run"]
        )
        if options["as_json"]:
            self.stdout.write(json.dumps(self.answer(done, options), ensure_ascii=False))
        else:
            self.say(done, kept=not options["dry_run"])
        if done.unreadable:
            sys.exit(1)

    def answer(self, done: Recomputed, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "kept": not options["dry_run"],
            "looked_at": done.looked_at,
            "changed": done.rows,
            "moved": [
                {
                    "organ": move.organ_code,
                    "number": move.number,
                    "old": move.old and move.old.isoformat(),
                    "new": move.new and move.new.isoformat(),
                }
                for move in done.moved
            ],
            "unreadable": [
                {"organ": each.organ_code, "number": each.number, "reason": each.reason}
                for each in done.unreadable
            ],
        }

    def say(self, done: Recomputed, *, kept: bool) -> None:
        for move in done.moved:
            self.stdout.write(
                f"{move.organ_name} {move.number}：{move.old or '无'} → {move.new or '无'}"
            )
        for each in done.unreadable:
            self.stdout.write(f"✕ {each.organ_name} {each.number}：{each.reason}")
        verb = "已重算" if kept else "将重算（未写入）"
        self.stdout.write(f"{verb}{done.looked_at:,}件未办结申请，期限变动{len(done.moved):,}件。")
