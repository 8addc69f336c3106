"""`gongkai vault status`, `rotate`, `rewrap` and `sweep`: the keys that seal personal data.

Exit code 1 when something that is sealed cannot be opened, or a key could not be destroyed; 2 when
the master key is missing or another one.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gongkai.ledger.actor import Actor
from gongkai.vault import keys, services
from gongkai.vault.models import DataKey
from gongkai.vault.sealing import CannotOpen


class Command(BaseCommand):
    help = "个人信息加密：密钥状态、更换密钥 · keys of personal data: status, rotation"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="status|rotate|rewrap|sweep"
        )
        status = commands.add_parser("status", help="列出密钥和各自加密的数量，指出打不开的")
        status.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        rotate = commands.add_parser(
            "rotate", help="启用新的数据密钥，重新加密全部数据和文件，再销毁旧密钥；中断后可接着做"
        )
        rotate.add_argument("--index", action="store_true", help="更换盲索引密钥，重算盲索引")
        rotate.add_argument(
            "--no-wait", action="store_true", help="不等待；旧密钥留待下一次运行时销毁"
        )
        rotate.add_argument(
            "--grace",
            type=int,
            default=int(services.GRACE.total_seconds()),
            metavar="SECONDS",
            help="停用旧密钥多少秒后复查并销毁，默认 900；网站停止服务时可设为 0",
        )
        rewrap = commands.add_parser("rewrap", help="改由现在的主密钥加密各数据密钥")
        rewrap.add_argument(
            "--fresh", action="store_true", help="主密钥存放在文件中时：生成新的主密钥再更换"
        )
        sweep = commands.add_parser("sweep", help="清除没有记录指向的密文文件（保存中断的残留）")
        sweep.add_argument("--dry-run", action="store_true", help="只计数，不清除")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["what"])(options)
        except keys.KeyUnavailable as problem:
            raise CommandError(str(problem), returncode=2) from None
        except CannotOpen as problem:
            raise CommandError(str(problem), returncode=1) from None

    def status(self, options: dict[str, Any]) -> None:
        found = services.status()
        if options["as_json"]:
            answer = {
                "ok": found.sound,
                "keys": [
                    services.describe(one.row)
                    | {"values": one.values, "files": one.files, "usable": one.usable}
                    for one in found.keys
                ],
                "without_key": found.strangers,
                "missing_files": found.missing_files,
                "error": found.master,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        else:
            for one in found.keys:
                sealed = f"，加密{one.values:,}项、文件{one.files:,}个"
                told = sealed if one.row.purpose == DataKey.Purpose.DATA else ""
                self.stdout.write(f"{one.row}，主密钥标识{one.row.master}{told}")
            if not found.keys:
                self.stdout.write("还没有加密过数据。")
            if found.strangers:
                self.stdout.write(f"✕ {found.strangers:,}项数据所用的密钥不存在或者已经销毁。")
            if found.missing_files:
                self.stdout.write(
                    f"✕ {found.missing_files:,}个文件不见了或者不完整，请从备份恢复。"
                )
            if found.master:
                self.stdout.write(f"✕ {found.master}")
        if not found.sound:
            sys.exit(1)

    def rotate(self, options: dict[str, Any]) -> None:
        if options["grace"] < 0:
            raise CommandError("--grace 不能小于 0。", returncode=2)
        more = {"wait": None} if options["no_wait"] else {}
        done = services.rotate(
            Actor.command("gongkai vault rotate"),
            DataKey.Purpose.INDEX if options["index"] else DataKey.Purpose.DATA,
            say=self.stdout.write,
            grace=timedelta(seconds=options["grace"]),
            **more,
        )
        for problem in done.problems:
            self.stdout.write(f"✕ {problem}")
        if done.problems:
            sys.exit(1)

    def rewrap(self, options: dict[str, Any]) -> None:
        actor = Actor.command("gongkai vault rewrap")
        if options["fresh"]:
            if str(settings.VAULT_MASTER_KEY).strip():
                raise CommandError(
                    "主密钥由 GONGKAI_MASTER_KEY 给出。请生成新的（openssl rand -hex 16），"
                    "把设置改为“新的,旧的”并重启，再运行 gongkai vault rewrap。",
                    returncode=2,
                )
            count = services.renew_stored_master(actor, say=self.stdout.write)
        else:
            count = services.rewrap(actor, say=self.stdout.write)
        self.stdout.write(
            f"{count}个密钥已改由新的主密钥加密；旧的主密钥可以去掉了。"
            if count
            else "各密钥已经由现在的主密钥加密，没有需要更换的。"
        )

    def sweep(self, options: dict[str, Any]) -> None:
        found = services.sweep(Actor.command("gongkai vault sweep"), dry_run=options["dry_run"])
        verb = "可清除" if options["dry_run"] else "已清除"
        self.stdout.write(f"{verb}无主的密文文件{len(found):,}个。")
