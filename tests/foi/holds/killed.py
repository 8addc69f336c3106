"""One action in a process of its own that stops at a point and waits to be killed by the test.

Arguments: database, folder, action, key of the row it is about, point. A point is the number of the
writing statement before which it stops, "commit" (just before) or "committed" (just after).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any


def main() -> None:
    database, folder, action, key, point = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.config.settings")
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.DATA_DIR = Path(folder) / "data"
    settings.MEDIA_ROOT = Path(folder) / "media"
    settings.VAULT_MASTER_KEY = ""
    import django

    django.setup()
    from django.db import connection

    from tests.foi.holds import actions

    def stop() -> None:
        sys.stdout.write("HERE\n")
        sys.stdout.flush()
        time.sleep(120)

    writes = 0

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal writes
        if sql.lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            writes += 1
            if str(writes) == point:
                stop()
        return execute(sql, params, many, context)

    if point in ("commit", "committed"):
        commit = connection._commit

        def slow() -> None:
            if point == "commit":
                stop()
            commit()
            stop()

        connection._commit = slow  # type: ignore[method-assign]
    with connection.execute_wrapper(watch):
        actions.ACTIONS[action](int(key))
    sys.stdout.write("END\n")


main()
