"""Uploaded files that nothing refers to do not stay for ever, and none that is referred to goes."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.utils import timezone

from gongkai.disclosure import services
from gongkai.disclosure.bulk.files import Store
from gongkai.disclosure.forms.files import MAX_AGE
from gongkai.disclosure.guarding import lexicon_for
from gongkai.disclosure.models import Attachment, FileText, LeaderVersion, StoredFile
from gongkai.disclosure.services import tidying
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office

SYSTEM = Actor.system("清理附件")


@pytest.fixture
def office(db: None) -> Office:
    return Office()


def aged(stored: StoredFile, days: int = tidying.KEPT_DAYS + 1) -> StoredFile:
    """Uploaded so many days ago."""
    StoredFile.objects.filter(pk=stored.pk).update(created_at=timezone.now() - timedelta(days=days))
    return stored


def left() -> set[int]:
    return set(StoredFile.objects.values_list("pk", flat=True))


def test_an_old_file_of_no_item_goes_from_table_and_storage_and_the_ledger_counts_it(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    stored = aged(office.file("从未保存的表单。"))
    storage, name = stored.file.storage, stored.file.name
    with django_capture_on_commit_callbacks(execute=True):
        done = services.tidy_files(SYSTEM)
    assert (done.files, done.size) == (1, stored.size)
    assert left() == set()
    assert not storage.exists(name)
    entry = LedgerEntry.objects.get(action="disclosure.file.tidy")
    assert (entry.chain.name, entry.changes["files"]) == ("site", 1)
    assert services.tidy_files(SYSTEM).files == 0
    assert LedgerEntry.objects.filter(action="disclosure.file.tidy").count() == 1


def test_a_file_is_kept_while_a_form_may_still_carry_it(office: Office) -> None:
    stored = aged(office.file(), tidying.KEPT_DAYS - 1)
    assert services.tidy_files(SYSTEM).files == 0
    assert left() == {stored.pk}
    assert timedelta(days=tidying.KEPT_DAYS) > timedelta(seconds=MAX_AGE)


def test_what_an_item_or_any_of_its_versions_names_is_never_touched(office: Office) -> None:
    attached, former, published, replaced = (
        aged(office.file(f"附件{number}。")) for number in range(4)
    )
    office.draft(attachments=[(attached, "现有.txt")])
    draft = office.draft(attachments=[(former, "从前.txt")])
    services.update_item(office.actor(), draft, {}, attachments=[])
    item = office.publish(attachments=[(published, "已公开.txt")])
    services.update_item(
        office.actor(), item, {"correction_note": "换附件"}, attachments=[(replaced, "新.txt")]
    )
    services.update_item(office.actor(), item, {"correction_note": "不换了"}, attachments=[])
    assert not Attachment.objects.filter(stored__in=[former, replaced]).exists()
    assert services.tidy_files(SYSTEM).files == 0
    assert left() == {attached.pk, former.pk, published.pk, replaced.pk}


def test_the_file_of_a_deleted_draft_goes_in_time(office: Office) -> None:
    stored = aged(office.file())
    draft = office.draft(attachments=[(stored, "附件.txt")])
    services.delete_draft(office.actor(), draft, "重复起草")
    assert services.tidy_files(SYSTEM).files == 1
    assert left() == set()


def test_uploading_the_same_content_again_keeps_the_file(office: Office) -> None:
    stored = aged(office.file("同样的内容。"))
    assert office.file("同样的内容。").pk == stored.pk
    assert services.tidy_files(SYSTEM).files == 0


def test_an_import_that_meets_a_stored_file_keeps_it_and_a_dry_run_changes_nothing(
    office: Office,
) -> None:
    stored = aged(office.file("同样的内容。"))
    data = "同样的内容。".encode()
    Store(lexicon_for(office.organ), dry_run=True).take("附件.txt", data)
    assert services.tidy_files(SYSTEM, dry_run=True).files == 1
    assert Store(lexicon_for(office.organ), dry_run=False).take("附件.txt", data).stored == stored
    assert services.tidy_files(SYSTEM).files == 0


@pytest.mark.parametrize("meanwhile", ["uploaded", "attached", "named"])
def test_what_comes_into_use_while_files_are_tidied_stays(
    office: Office, monkeypatch, meanwhile: str
) -> None:
    """Between the look at all files and the lock on one of them."""
    stored = aged(office.file("同样的内容。"))
    look = tidying._named_in

    def looked(versions):
        named = look(versions)
        monkeypatch.setattr(tidying, "_named_in", look)
        if meanwhile == "uploaded":
            office.file("同样的内容。")
        else:
            item = office.draft(attachments=[(stored, "附件.txt")])
            if meanwhile == "named":
                services.update_item(office.actor(), item, {}, attachments=[])
        return named

    monkeypatch.setattr(tidying, "_named_in", looked)
    assert services.tidy_files(SYSTEM).files == 0
    assert left() == {stored.pk}


def test_content_that_returns_before_the_old_file_is_deleted_is_not_deleted_with_it(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    aged(office.file("同样的内容。"))
    with django_capture_on_commit_callbacks(execute=True):
        services.tidy_files(SYSTEM)
        again = office.file("同样的内容。")
    with again.file.open("rb") as stream:
        assert stream.read().decode() == "同样的内容。"


def test_a_dry_run_counts_and_removes_nothing(office: Office) -> None:
    stored = aged(office.file())
    assert services.tidy_files(SYSTEM, dry_run=True).files == 1
    assert left() == {stored.pk}
    assert not LedgerEntry.objects.filter(action="disclosure.file.tidy").exists()


def test_nobody_tidies_by_hand(office: Office) -> None:
    with pytest.raises(PermissionDenied):
        services.tidy_files(Actor.for_user(office.officer))


def test_only_attachments_refer_to_files() -> None:
    """Whoever lets another table refer to stored files must teach it to the tidying."""
    referring = {
        field.model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is StoredFile
    }
    # What a file says goes with it; the others keep it.
    assert referring == {Attachment, LeaderVersion, FileText}


def test_the_number_of_statements_does_not_grow_with_the_versions(
    office: Office, django_assert_num_queries
) -> None:
    aged(office.file("无人使用。"))
    for number in range(6):
        office.draft(attachments=[(office.file(f"附件{number}。"), "附件.txt")])
    with django_assert_num_queries(4):
        services.tidy_files(SYSTEM, dry_run=True)


# -- the console -----------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("disclosure", "tidy-files", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_says_how_many(office: Office) -> None:
    size = aged(office.file()).size
    assert json.loads(run("--dry-run", "--json")) == {"files": 1, "bytes": size}
    assert run("--dry-run").startswith("可清理无人使用的附件 1 个")
    assert run().startswith("清理无人使用的附件 1 个")
    assert run().startswith("清理无人使用的附件 0 个")


def test_the_loop_of_publications_tidies_once_a_day(office: Office, monkeypatch) -> None:
    aged(office.file())
    command = "gongkai.disclosure.management.commands.disclosure"
    today = timezone.localdate()
    days = iter([today, today, today + timedelta(days=1), today + timedelta(days=1)])
    parents = iter([77, 77, 77, 77, 1])
    tidied: list[str] = []
    tidy = services.tidy_files
    monkeypatch.setattr(f"{command}.timezone.localdate", lambda: next(days))
    monkeypatch.setattr(f"{command}.os.getppid", lambda: next(parents))
    monkeypatch.setattr(f"{command}.time.sleep", lambda seconds: None)
    monkeypatch.setattr(f"{command}.close_old_connections", lambda: None)
    monkeypatch.setattr(f"{command}.publish_due", lambda *_: services.DueReport(0, 0, ()))
    monkeypatch.setattr(
        f"{command}.tidy_files", lambda *a, **k: tidied.append("once") or tidy(*a, **k)
    )
    out = StringIO()
    call_command("disclosure", "publish-due", "--every", "60", stdout=out)
    assert tidied == ["once"]
    assert "清理无人使用的附件 1 个" in out.getvalue()
    assert left() == set()


def test_a_file_uploaded_anew_after_tidying_is_whole(office: Office) -> None:
    aged(office.file("同样的内容。"))
    services.tidy_files(SYSTEM)
    again = services.store_file(
        office.actor(), office.organ, BytesIO("同样的内容。".encode()), "附件.txt"
    )
    assert again.file.storage.exists(again.file.name)
