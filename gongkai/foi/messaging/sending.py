"""The loop of `gongkai foi messages`: once for a timer, or beside the site until it ends."""

from __future__ import annotations

import os
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections, connection

from gongkai.foi.services.messages import Sent, send_due


def run(command: BaseCommand, *, follow: bool, every: float) -> None:
    """Send what is due; with `follow` again and again. Says what it did in Chinese."""
    if not follow:
        _say(command, send_due())
        return
    if not 1 <= every <= 600:
        raise CommandError("--every 应在 1 至 600 秒之间。")
    parent = os.getppid()
    away = False
    # Beside a server that was killed it does not go on alone.
    while os.getppid() == parent:
        try:
            done = send_due()
            away = False
            if done.failed:
                command.stderr.write(
                    f"{done.failed}条短信、邮件多次发送失败，请在“通知消息”中处理。"
                )
        except DatabaseError as error:
            if not away:
                command.stderr.write(f"暂不能发送短信、邮件，稍后再试：{type(error).__name__}")
            away = True
            if not connection.in_atomic_block:
                connection.close()
        close_old_connections()
        time.sleep(every)


def _say(command: BaseCommand, done: Sent) -> None:
    command.stdout.write(f"已发送{done.sent}条，{done.waiting}条稍后再试，{done.failed}条失败。")
