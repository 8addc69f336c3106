"""`gongkai demo`: the sample city, loaded once and served."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gongkai.demo import load, site
from gongkai.demo.city import City, load_city
from gongkai.ledger.actor import Actor
from gongkai.search import building

DEFAULT_SEED = 411281


class Command(BaseCommand):
    help = "建立并打开演示城市。Load the sample city and serve it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="只建立，不启动服务")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="随机种子")
        parser.add_argument(
            "--until", type=date.fromisoformat, default=None, help="数据截止日期，默认今天"
        )
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")

    def handle(
        self,
        *,
        no_serve: bool,
        seed: int,
        until: date | None,
        host: str,
        port: int,
        verbosity: int,
        **_: Any,
    ) -> None:
        if not settings.DEMO:
            raise CommandError(
                "演示模式未打开。请设置环境变量 GONGKAI_DEMO=1，或直接运行 gongkai demo。"
            )
        city = load_city()
        console = Console(quiet=verbosity == 0)
        call_command("migrate", verbosity=0, interactive=False)
        if load.is_loaded(city):
            console.print("演示城市已经建立，直接使用。")
        elif load.holds_foreign_data(city):
            raise CommandError(
                "数据库里已有其他机关的数据，演示城市不会写入。"
                "请另设 GONGKAI_DATA_DIR 或 DATABASE_URL，指向空的数据库。"
            )
        else:
            self._load(console, city, seed, until or timezone.localdate())
        self._show_logins(console, city)
        if not no_serve:
            call_command("serve", host=host, port=port)

    def _load(self, console: Console, city: City, seed: int, until: date) -> None:
        columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
        # All or nothing: a demo stopped half-way leaves an empty database, not half a city.
        with transaction.atomic(), Progress(*columns, console=console) as progress:
            for step in load.steps(city, seed, until):
                task = progress.add_task(step.label, total=None)
                for done, total in step.run():
                    progress.update(task, completed=done, total=total)
            for _ in site.set_up(Actor.demo()):
                pass
        # The index is no part of the city: it is read from what is public, and can be lost.
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("检索索引", total=None)
            building.rebuild(
                lambda step: progress.update(task, completed=step.done, total=step.total or None)
            )

    def _show_logins(self, console: Console, city: City) -> None:
        table = Table(title=f"演示登录（密码都是 {city.password}）")
        for head in ("用户名", "姓名", "可以做什么"):
            table.add_column(head)
        for login in city.logins:
            table.add_row(login.username, login.name, login.does)
        console.print(table)
