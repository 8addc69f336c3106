"""`gongkai serve`: the site on granian, after the checks that serving needs."""

import errno
import os
import socket
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BESIDE = (
    ("disclosure", "publish-due", "--every", "60"),
    ("search", "follow"),
    ("foi", "messages", "--follow"),
    ("db_worker", "--interval", "5", "--no-reload"),
)
"""Commands that run beside the site as long as it is served."""


def beside_this_site() -> tuple[tuple[str, ...], ...]:
    """Those, and where a static copy is wanted what keeps it."""
    if not settings.STATIC_SITE:
        return BESIDE
    keep = ("export-site", settings.STATIC_SITE, "--with-app", "--follow", "--workers", "1")
    return (*BESIDE, keep)


def start_beside(*command: str) -> "subprocess.Popen[bytes]":
    """A command of ours in a process of its own."""
    # Our own program with fixed arguments.
    return subprocess.Popen([sys.executable, "-m", "gongkai", *command])  # noqa: S603


def is_taken(host: str, port: int) -> bool:
    """Whether somebody serves there already.

    Granian shares a port with whoever shares it too: a second site would start without a word,
    and readers would be given now a page of one and now a page of the other.
    """
    kind = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE  # what else is wrong, granian says itself
    return False


class Command(BaseCommand):
    help = "启动服务（granian，WSGI）。Serve the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
        parser.add_argument("--port", type=int, default=8000, help="端口，默认 8000")
        parser.add_argument("--workers", type=int, default=1, help="进程数，默认 1")
        parser.add_argument(
            "--no-schedule",
            action="store_false",
            dest="schedule",
            help="不在旁边运行定时发布和后台任务（由定时任务和 gongkai db_worker 另行运行时用）",
        )

    def handle(self, *, host: str, port: int, workers: int, schedule: bool, **_: Any) -> None:
        if is_taken(host, port):
            raise CommandError(
                f"端口 {port} 已被占用，也许“公开”已经在运行。请先停止它，或者换一个端口："
                f"gongkai {'demo' if settings.DEMO else 'serve'} --port {port + 1}"
            )
        wrong = [
            message
            for message in run_checks(include_deployment_checks=True)
            if message.level >= ERROR
        ]
        if wrong:
            raise CommandError("设置有误，未启动：\n" + "\n".join(str(m) for m in wrong))
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("数据库尚未更新到当前版本。请先运行：gongkai migrate")
        if settings.WHITENOISE_USE_FINDERS:
            settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or each worker warns of it
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.config.settings")

        from granian import Granian
        from granian.constants import Interfaces

        self.stdout.write(f"{settings.SITE_NAME}：http://{host}:{port}/  （按 Ctrl+C 停止）")
        self.stdout.flush()
        beside = [start_beside(*command) for command in beside_this_site()] if schedule else []
        # Four blocking threads a process measured best for server-rendered pages on SQLite
        # and PostgreSQL alike; more processes are for more cores.
        try:
            Granian(
                "gongkai.config.wsgi:application",
                address=host,
                port=port,
                interface=Interfaces.WSGI,
                workers=workers,
                blocking_threads=4,
            ).serve()
        finally:
            for process in beside:
                process.terminate()
