"""Tests of the whole system's shape: what must hold for every room, now and later."""

import re
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command, get_commands
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from gongkai.cli import COMMANDS, overview
from gongkai.config import checks
from gongkai.workdays.queries import current_calendar

ROOT = Path(__file__).resolve().parent.parent
SETTINGS_PAGE = (ROOT / "docs/developers/settings.md").read_text("utf-8")
COMMANDS_PAGE = (ROOT / "docs/developers/commands.md").read_text("utf-8")

# What the shell serves to people who are not logged in: the door itself, and its dictionary.
OPEN_STAFF_ADDRESSES = ("login/", "password_reset/", "jsi18n/", "sprite/", "logout/")


def addresses(patterns, prefix=""):
    """Every address of the site, with example values in place of its parameters."""
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield example(route)


def example(route: str) -> str:
    route = re.sub(r"<int:\w+>|\(\?P<\w+>\\d\+\)", "1", route)
    route = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", route)
    route = re.sub(r"<(?:\w+:)?\w+>", "x", route)
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route)
    return "/" + re.sub(r"[\^$\\]|\([^)]*\)", "", route)


STAFF_ADDRESSES = sorted(
    {
        address
        for address in addresses(get_resolver().url_patterns)
        if address.startswith("/staff/")
        and not address.removeprefix("/staff/").startswith(OPEN_STAFF_ADDRESSES)
    }
)


def test_the_walk_finds_the_rooms_and_the_frameworks_addresses():
    assert len(STAFF_ADDRESSES) > 100
    for room in ("organs", "registers", "foi", "reports"):
        assert any(address.startswith(f"/staff/{room}/") for address in STAFF_ADDRESSES)


@pytest.mark.django_db
def test_every_staff_address_sends_a_stranger_to_the_login(client):
    """Given nobody logged in, when any staff address is opened, then nothing is shown."""
    for address in STAFF_ADDRESSES:
        response = client.get(address)
        assert response.status_code in (302, 403, 404, 405), (address, response.status_code)
        if response.status_code == 302:
            assert "/staff/login/" in response["Location"], address


@pytest.mark.django_db
def test_every_staff_address_needs_a_permission(client, django_user_model):
    """Given a login that holds no role anywhere, then no staff address shows it anything."""
    user = django_user_model.objects.create_user("nobody", password="x" * 12)
    client.force_login(user)
    for address in STAFF_ADDRESSES:
        for send in (client.get, client.post):
            status = send(address).status_code
            assert status in (302, 403, 404, 405), (address, send.__name__, status)


def test_every_setting_is_documented_and_no_other():
    source = (ROOT / "gongkai/config/settings.py").read_text("utf-8")
    read = set(
        re.findall(r'(?:env(?:\.\w+)?|_int|_bool|_email|_pairs|_day)\(\s*"([A-Z_]+)"', source)
    )
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS_PAGE, re.MULTILINE))
    assert read == documented


def test_every_system_check_is_documented():
    sources = [path.read_text("utf-8") for path in (ROOT / "gongkai").rglob("*.py")]
    ids = {found for text in sources for found in re.findall(r'"(gongkai\.[EW]\d{3})"', text)}
    assert ids == set(re.findall(r"`(gongkai\.[EW]\d{3})`", SETTINGS_PAGE))


def test_every_command_is_listed_and_documented():
    ours = {name for name, room in get_commands().items() if str(room).startswith("gongkai.")}
    assert ours == set(COMMANDS)
    documented = set(re.findall(r"^## `gongkai ([\w-]+)", COMMANDS_PAGE, re.MULTILINE))
    assert documented == ours


def test_help_lists_our_commands_first_in_both_languages():
    lines = overview().splitlines()
    ours = [line.split()[0] for line in lines if line.startswith("  ")]
    assert ours == list(COMMANDS)
    assert all(" · " in line for line in lines if line.startswith("  "))
    assert "Framework commands" in lines[-1]


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0, stdout=StringIO())


@pytest.mark.django_db
def test_the_holiday_data_is_not_about_to_run_out():
    """Next year's arrangement must be there by mid-December, when requests received reach it.

    The State Council's notice comes out in autumn. If this fails, import it
    (`gongkai calendar import`), or raise the pinned version of the holiday package.
    """
    today = timezone.localdate()
    calendar = current_calendar()
    assert not calendar.day(today).provisional
    if (today.month, today.day) >= (12, 15):
        assert not calendar.day(date(today.year + 1, 1, 2)).provisional
    else:
        assert not calendar.day(today + timedelta(days=10)).provisional


@pytest.mark.parametrize(
    ("name", "value", "check_id"),
    [
        ("UNREADABLE", [("GONGKAI_DEBUG", "perhaps", "1 或 0")], "gongkai.E001"),
        ("FEE_PAYMENT_EFFECT", "perhaps", "gongkai.E002"),
        ("REMEDY_CASES_COUNTED", "perhaps", "gongkai.E002"),
        ("UPLOAD_MAX_MB", 0, "gongkai.E004"),
    ],
)
def test_a_wrong_setting_is_named_by_a_stable_id(settings, name, value, check_id):
    before = [*_all_checks()]
    setattr(settings, name, value)
    after = [message.id for message in _all_checks()]
    assert check_id in after
    assert check_id not in [message.id for message in before]


def _all_checks():
    return [
        *checks.check_unreadable_settings(),
        *checks.check_readings(),
        *checks.check_media_root(),
        *checks.check_upload_limit(),
        *checks.check_secret_key(),
    ]


def test_uploads_within_the_public_assets_are_refused(settings):
    settings.MEDIA_ROOT = settings.STATIC_ROOT / "media"
    assert [message.id for message in checks.check_media_root()] == ["gongkai.E003"]


def test_serving_with_the_default_secret_is_refused_outside_debug_and_demo(settings):
    settings.SECRET_KEY = "insecure-default"
    settings.DEBUG, settings.DEMO = False, False
    assert [message.id for message in checks.check_secret_key()] == ["gongkai.E005"]
    settings.DEMO = True
    assert checks.check_secret_key() == []
