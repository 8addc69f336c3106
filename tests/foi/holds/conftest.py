"""Files and keys of a test's own, a body, and cases made by the services. The people do not exist."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from gongkai.foi.services import record_event
from gongkai.foi.services.intake import Incoming, record_intake
from gongkai.ledger.actor import Actor
from gongkai.statute.clock import Decided, Delivered
from gongkai.vault import keys
from tests.factories.organs import make_organ
from tests.foi.intake.people import person, wish

CONSOLE = Actor.command("测试")


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.VAULT_MASTER_KEY = ""
    keys.forget()
    yield tmp_path
    keys.forget()


@pytest.fixture
def organ():
    return make_organ("411281", name="测试市政府")


def picture() -> bytes:
    target = BytesIO()
    Image.new("RGB", (8, 8), "white").save(target, "PNG")
    return target.getvalue()


def days_ago(count: int):
    return timezone.localdate() - timedelta(count)


def filed(organ, serial: int = 1, *, channel: str = "counter", days: int = 60):
    """An intake that came so many days ago, with an identity document."""
    return record_intake(
        CONSOLE, organ, channel=channel, arrived_on=days_ago(days), person=person(serial),
        wish=wish(title=f"测试项目{serial}的批复"),
        files=[Incoming("identity", "证件.png", picture())],
    ).intake  # fmt: skip


def closed(organ, serial: int = 1):
    """A case that was answered 50 days ago; the answer was delivered the day after."""
    intake = filed(organ, serial)
    record_event(CONSOLE, intake.request, Decided(on=days_ago(50), outcome="GRANT"))
    record_event(CONSOLE, intake.request, Delivered(on=days_ago(49)))
    intake.request.refresh_from_db()
    return intake
