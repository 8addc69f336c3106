"""A rotation in a process of its own, which a test kills. Arguments: database, folder, pause.

The database is the test's own; the settings come from the environment as in production.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path


def main() -> None:
    database, folder, pause = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.config.settings")
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = database
    settings.DATA_DIR = Path(folder) / "data"
    settings.MEDIA_ROOT = Path(folder) / "media"
    settings.VAULT_MASTER_KEY = ""
    import django

    django.setup()
    from gongkai.ledger.actor import Actor
    from gongkai.vault import services

    services.BATCH = 3

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        time.sleep(float(pause))

    services.rotate(Actor.command("测试"), "data", say=say, grace=timedelta())
    say("END")


main()
