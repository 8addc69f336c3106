"""gongkai vault rotate, rewrap, status, sweep: whole, resumable, and nothing lost on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from gongkai.foi import persons, similarity
from gongkai.foi.models import (
    Applicant,
    CaseFile,
    CaseNote,
    Draft,
    Likeness,
    LikenessBand,
    RedactionDraft,
)
from gongkai.foi.services import files as case_files
from gongkai.foi.services.intake import record_intake
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.vault import files, keys, registry, sealing, services
from gongkai.vault.models import DataKey
from gongkai.vault.sealing import CannotOpen
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import person, wish

pytestmark = pytest.mark.django_db
CONSOLE = Actor.command("测试")
State = DataKey.State
NOW = timedelta()
VALUES = 7 + 7 + 4
"""Applicants and the messages to them; name of a file, preview, draft, note."""


def call(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("vault", *arguments, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def filled(place):
    """Some of everything: applicants, a case file, a preview, a draft with its file, a note."""
    organ = make_organ()
    for serial in range(7):
        record_intake(
            CONSOLE, organ, channel="counter", arrived_on=timezone.localdate(),
            person=person(serial), wish=wish(title=f"测试项目{serial}的批复"),
        )  # fmt: skip
    case = Applicant.objects.first().intake.request
    now = timezone.now()
    file = case_files.store(
        CONSOLE, kind="reply", content=b"paper", name="复函.txt", request=case, intake=None
    )
    preview = RedactionDraft(file=file, changed_at=now, changed_by="测试")
    preview.sealed = sealing.seal_json(f"{preview.belongs_to}:blocks", {"blocks": []})
    preview.result_path = files.write(f"{preview.belongs_to}:result", b"result")
    preview.result_sm3 = "0" * 64
    preview.save()
    draft = Draft(key_hash="0" * 64, changed_at=now)
    path = files.write(f"{draft.belongs_to}:m1", b"attached")
    draft.sealed = sealing.seal_json(draft.belongs_to, {"files": [{"mark": "m1", "path": path}]})
    draft.save()
    note = CaseNote(request=case, at=now, by="测试")
    note.sealed = sealing.seal_json(note.belongs_to, {"text": "备注"})
    note.save()
    return organ


def everything() -> list[object]:
    """All that is sealed, in clear."""
    found: list[object] = []
    for column in registry.columns():
        for row in column.model._default_manager.order_by("pk"):
            value = getattr(row, column.column)
            if value:
                found.append(sealing.open_bytes(column.belongs_to(row), value))
    for group in registry.files():
        for row in group.model._default_manager.order_by("pk"):
            found += [files.read(*place) for place in group.of_row(row)]
    return found


def keys_in_use() -> set[int]:
    """The numbers of the keys that something is sealed with."""
    numbers = set()
    for column in registry.columns():
        for value in column.model._default_manager.values_list(column.column, flat=True):
            if value:
                numbers.add(sealing.crypto.key_number_of(bytes(value)))
    for group in registry.files():
        for row in group.model._default_manager.all():
            numbers |= {files.key_number(path) for _, path in group.of_row(row)}
    return numbers


def test_every_sealed_column_is_listed():
    listed = {(column.model, column.column) for column in registry.columns()}
    holders = [model for model in apps.get_models() if hasattr(model, "belongs_to")]
    assert len(holders) >= 10
    for model in holders:
        for field in model._meta.get_fields():
            if isinstance(field, models.BinaryField):
                assert (model, field.name) in listed, f"{model.__name__}.{field.name}"
    pathed = {group.model for group in registry.files()}
    assert {m for m in holders if any(f.name.endswith("path") for f in m._meta.fields)} <= pathed


def test_rotation_seals_everything_anew_and_destroys_the_old_key(filled):
    before = everything()
    (old,) = keys_in_use()
    done = services.rotate(CONSOLE, "data", grace=NOW)
    assert done.destroyed == old
    assert (done.values, done.files) == (VALUES, 3)
    assert everything() == before
    assert keys_in_use() == {done.key}
    row = DataKey.objects.get(pk=old)
    assert (row.state, bytes(row.wrapped)) == (State.DESTROYED, b"")
    acts = list(LedgerEntry.objects.filter(action__startswith="vault.").order_by("seq"))
    assert [entry.action for entry in acts] == ["vault.rotate", "vault.destroy"]
    assert acts[0].changes == {"purpose": "data", "key": [old, done.key]}


def test_while_people_work_the_old_key_stays_for_the_grace(filled):
    (old,) = keys_in_use()
    done = services.rotate(CONSOLE, "data", wait=None)
    assert done.destroyed is None
    assert done.wait > timedelta(minutes=14)
    # Somebody saves what he had sealed just before the change.
    row = DataKey.objects.get(pk=old)
    late = Applicant.objects.first()
    clear = sealing.open_bytes(late.belongs_to, late.sealed)
    late.sealed = sealing.crypto.seal(keys.key_of(row), old, late.belongs_to, clear)
    late.save()
    waited = []
    done = services.rotate(CONSOLE, "data", grace=timedelta(minutes=15), wait=waited.append)
    assert 800 < waited[0] <= 900
    assert (done.destroyed, done.values) == (old, 1)
    assert keys_in_use() == {done.key}
    assert DataKey.objects.filter(purpose="data").count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a writer of SQLite keeps others out")
@pytest.mark.django_db(transaction=True)
def test_a_transaction_from_before_the_change_keeps_the_old_key(filled, monkeypatch):
    monkeypatch.setattr(services.time, "sleep", lambda _: None)
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1")
    done = services.rotate(CONSOLE, "data", grace=NOW)
    assert done.destroyed is None
    assert "没有结束的数据库操作" in done.problems[0]
    other.rollback()
    other.close()
    assert services.rotate(CONSOLE, "data", grace=NOW).destroyed is not None


def test_what_cannot_be_opened_keeps_the_old_key_and_is_named(filled):
    (old,) = keys_in_use()
    broken = CaseNote.objects.get()
    CaseNote.objects.filter(pk=broken.pk).update(sealed=bytes(broken.sealed)[:-1] + b"x")
    lost = CaseFile.objects.get()
    files.remove(lost.path)
    code, said = call("rotate", "--grace", "0")
    assert code == 1
    assert f"办理备注 内容（密文） {broken.pk}：密文损坏" in said
    assert f"{lost.path}：存放的密文文件不见了" in said
    assert f"密钥{old}保留" in said
    assert DataKey.objects.get(pk=old).state == State.RETIRED
    code, said = call("status")
    assert code == 1
    assert "1个文件不见了" in said


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lines", [1, 2, 4, 6, 8])
def test_killed_at_any_point_a_rotation_loses_nothing_and_goes_on(filled, place, lines):
    before = everything()
    (old,) = keys_in_use()
    script = Path(__file__).with_name("sealing_forever.py")
    process = subprocess.Popen(
        [sys.executable, str(script), str(connection.settings_dict["NAME"]), str(place), "0.2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    said = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    _, errors = process.communicate(timeout=30)
    assert all(line.strip() for line in said), errors
    assert process.returncode == -9
    keys.forget()
    assert everything() == before
    done = services.rotate(CONSOLE, "data", grace=NOW)
    assert everything() == before
    assert done.destroyed == old
    assert keys_in_use() == {done.key}
    assert DataKey.objects.filter(purpose="data").count() == 2


def test_a_new_index_key_finds_the_same_applicant_and_the_same_wish_again(filled):
    first = Applicant.objects.order_by("pk").first()
    before = first.identity_index, bytes(Likeness.objects.get(intake=first.intake).sketch)
    bands = LikenessBand.objects.count()
    done = services.rotate(CONSOLE, "index", grace=NOW)
    assert done.destroyed is not None
    assert done.values == 7
    first.refresh_from_db()
    after = first.identity_index, bytes(Likeness.objects.get(intake=first.intake).sketch)
    assert not set(before) & set(after)
    assert LikenessBand.objects.count() == bands
    assert first.identity_index == persons.identity_index(person(0))
    again = record_intake(
        CONSOLE, filled, channel="counter", arrived_on=timezone.localdate(),
        person=person(0), wish=wish(title="测试项目0的批复"),
    )  # fmt: skip
    found = similarity.hints(again.intake, wish(title="测试项目0的批复"))
    assert found[0].intake == first.intake
    assert found[0].is_strong


def test_rewrapping_needs_both_master_keys_and_then_only_the_new_one(filled, settings):
    before = everything()
    old = keys.master_key_path().read_text().strip()
    new = "ab" * 16
    keys.forget()
    settings.VAULT_MASTER_KEY = f"{new},{old}"
    assert everything() == before
    assert "2个密钥已改由新的主密钥加密" in call("rewrap")[1]
    assert "没有需要更换的" in call("rewrap")[1]
    keys.forget()
    settings.VAULT_MASTER_KEY = new
    assert everything() == before
    entry = LedgerEntry.objects.get(action="vault.rewrap")
    assert entry.changes["keys"] == 2
    assert new not in json.dumps(entry.changes)
    assert old not in json.dumps(entry.changes)
    keys.forget()
    settings.VAULT_MASTER_KEY = old
    with pytest.raises(CommandError, match="不是加密数据时所用的那一个"):
        call("rewrap")
    code, said = call("status")
    assert code == 1
    assert "请从备份恢复" in said


def test_a_stored_master_key_is_renewed_even_when_killed_between(filled, monkeypatch):
    before = everything()
    old = keys.master_key_path().read_text()

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(services, "rewrap", killed)
        with pytest.raises(KeyboardInterrupt):
            services.renew_stored_master(CONSOLE)
    keys.forget()
    assert everything() == before
    assert "2个密钥已改由新的主密钥加密" in call("rewrap", "--fresh")[1]
    kept = keys.master_key_path().read_text().split()
    assert len(kept) == 1
    assert kept[0] not in old
    keys.forget()
    assert everything() == before


def test_a_master_key_from_the_environment_is_not_renewed_by_the_command(settings):
    settings.VAULT_MASTER_KEY = "ab" * 16
    with pytest.raises(CommandError, match="openssl rand"):
        call("rewrap", "--fresh")


def test_status_counts_what_each_key_seals(filled):
    (old,) = keys_in_use()
    answer = json.loads(call("status", "--json")[1])
    data = next(one for one in answer["keys"] if one["key"] == old)
    assert answer["ok"]
    assert (data["values"], data["files"]) == (VALUES, 3)
    services.rotate(CONSOLE, "data", wait=None)
    answer = json.loads(call("status", "--json")[1])
    counts = {one["state"]: one["values"] for one in answer["keys"] if one["purpose"] == "data"}
    assert counts == {"retired": 0, "active": VALUES}
    CaseNote.objects.update(sealed=b"rubbish of thirty-three bytes long")
    code, said = call("status")
    assert code == 1
    assert "1项数据所用的密钥不存在" in said


def test_leftovers_are_swept_once_they_are_old_and_nothing_else_is(filled, place):
    orphan = files.write("foi.file:none", b"nobody's")
    kept = set(files.stored()) - {orphan}
    assert len(kept) == 3
    assert services.sweep(CONSOLE) == []
    for path in [*kept, orphan]:
        long_ago = time.time() - 2 * services.ORPHAN_AGE
        os.utime(place / "media" / path, (long_ago, long_ago))
    assert "可清除无主的密文文件1个" in call("sweep", "--dry-run")[1]
    assert set(files.stored()) == kept | {orphan}
    assert "已清除无主的密文文件1个" in call("sweep")[1]
    assert set(files.stored()) == kept
    assert LedgerEntry.objects.get(action="vault.sweep").changes == {"files": 1}


def test_nothing_is_swept_while_a_row_cannot_say_which_files_it_names(filled):
    Draft.objects.update(sealed=b"rubbish of thirty-three bytes long")
    before = set(files.stored())
    with pytest.raises(CannotOpen, match="没有清除"):
        services.sweep(CONSOLE, older_than=-1)
    assert set(files.stored()) == before


def test_only_the_operator_changes_keys(filled):
    clerk = Actor.for_user(make_user("responsible_person", filled))
    for act in (lambda: services.rotate(clerk, "data"), lambda: services.rewrap(clerk),
                lambda: services.sweep(clerk), lambda: services.renew_stored_master(clerk)):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()
    assert DataKey.objects.count() == 2
