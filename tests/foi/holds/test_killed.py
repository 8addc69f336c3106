"""Killed at any point, an action was done whole or not at all, on disk too (kill -9, no cleanup)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from gongkai.foi.models import Applicant, CaseFile, FoiRequest
from gongkai.foi.services.files import content_of
from gongkai.foi.services.verifying import Verification
from gongkai.ledger.queries import Verification as LedgerVerification
from gongkai.vault import files as sealed_files
from gongkai.vault import services as vault
from tests.foi.holds.actions import ACTIONS
from tests.foi.holds.conftest import CONSOLE, closed, filed, picture

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]


def test_what_was_committed_outlives_a_power_cut():
    """WAL alone loses the last commits: a receipt may not be given for what can still vanish."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for the disk unless its administrator forbids it")
    asked = settings.DATABASES["default"]["OPTIONS"]["init_command"]
    assert "PRAGMA synchronous=FULL;" in asked


def prepared(organ, action: str) -> int:
    """The key of the row that the action is about."""
    if action == "file":
        filed(organ, 1)
        return organ.pk
    if action == "confirm":
        return filed(organ, 1, channel="ordinary_mail").pk
    if action == "decide":
        return filed(organ, 1).request_id
    return closed(organ, 1).pk


def state() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the rooms that take part."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values_list())
        for room in ("foi", "ledger", "vault")
        for model in apps.get_app_config(room).get_models()
    }


def run_and_kill(place, action: str, key: int, point: str) -> None:
    """Start the action in another process, let it come to the point, and kill it there."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.foi.holds.killed", str(connection.settings_dict["NAME"]),
         str(place), action, str(key), point],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ), cwd=ROOT,
    )  # fmt: skip
    said = process.stdout.readline()
    process.kill()
    _, errors = process.communicate(timeout=30)
    assert said == "HERE\n", errors
    assert process.returncode == -9


@pytest.mark.parametrize(
    ("action", "point"),
    [
        ("file", "1"), ("file", "6"), ("file", "10"), ("file", "commit"), ("file", "committed"),
        ("confirm", "3"), ("confirm", "commit"),
        ("decide", "2"), ("decide", "commit"), ("decide", "committed"),
        ("erase", "2"), ("erase", "commit"), ("erase", "committed"),
    ],
)  # fmt: skip
def test_killed_at_any_point_it_is_whole_or_not_there(organ, place, action, point):
    key = prepared(organ, action)
    before = state()
    papers = set(sealed_files.stored())
    run_and_kill(place, action, key, point)
    if point == "committed":
        assert state() != before
    else:
        assert state() == before
        assert papers <= set(sealed_files.stored())
        ACTIONS[action](key)  # and it can be done again, as if nothing had been
        connection.close()
    # Nothing is missing of what rows name, and what no row names is swept.
    named = {file.path for file in CaseFile.objects.exclude(path="")}
    assert named <= set(sealed_files.stored())
    for file in CaseFile.objects.filter(erased_at=None):
        assert content_of(file) == picture()
    vault.sweep(CONSOLE, older_than=-1)
    assert set(sealed_files.stored()) == named
    assert list(Verification().differences()) == []
    assert list(LedgerVerification().findings()) == []
    numbers = sorted(FoiRequest.objects.values_list("number", flat=True))
    year = FoiRequest.objects.first().received_on.year
    if {request.received_on.year for request in FoiRequest.objects.all()} == {year}:
        assert numbers == [f"〔{year}〕{serial}号" for serial in range(1, len(numbers) + 1)]
    if action == "erase":
        assert bytes(Applicant.objects.get().sealed) == b""
