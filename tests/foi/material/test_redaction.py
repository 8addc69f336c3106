"""Striking out as work on a case (Article 37): draft, preview, acceptance, log, release."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from gongkai.foi.models import CaseFile, FoiEvent, FoiRequest, Redaction, RedactionDraft
from gongkai.foi.redacting import find, prepare, sheets
from gongkai.foi.services import redaction
from gongkai.foi.services.files import add_file, content_of
from gongkai.foi.services.redaction import Strike
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.organs import make_user
from tests.foi.material.conftest import PAPER
from tests.foi.material.papers import SECRET, chinese
from tests.foi.material.test_bytes import assert_gone

pytestmark = pytest.mark.django_db
GROUND = {"ground": "15-2", "reason": "自然人的姓名"}


@pytest.fixture
def strikes():
    return [
        Strike(one.page, one.left, one.top, one.right, one.bottom, **GROUND)
        for one in find(sheets(prepare(PAPER, ".pdf")), SECRET)
    ]


@pytest.fixture
def redacted(officer, original, strikes):
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    return redaction.accept_preview(officer, original, result=preview.sm3, looked=True)


def test_blocks_are_kept_between_visits_sealed(officer, original, strikes):
    work = redaction.save_draft(officer, original, strikes, seen=0)
    assert (work.version, list(work.strikes)) == (1, strikes)
    draft = RedactionDraft.objects.get()
    assert "自然人" not in bytes(draft.sealed).decode("utf-8", "ignore")
    assert redaction.work_on(original).strikes == tuple(strikes)


def test_the_second_of_two_officers_is_told_and_nothing_is_overwritten(
    officer, organ, original, strikes
):
    redaction.save_draft(officer, original, strikes, seen=0)
    second = Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))
    with pytest.raises(ValidationError, match=f"已由{officer.name}") as caught:
        redaction.save_draft(second, original, [], seen=0)
    assert caught.value.code == "changed"
    assert redaction.work_on(original).strikes == tuple(strikes)


def test_what_is_accepted_is_exactly_what_was_looked_at(officer, original, strikes):
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    shown = redaction.previewed(original)
    saved = redaction.accept_preview(officer, original, result=preview.sm3, looked=True)
    assert content_of(saved) == shown
    assert_gone(shown, SECRET)
    assert saved.original == original
    assert saved.kind == CaseFile.Kind.REDACTED
    assert not saved.released
    assert not RedactionDraft.objects.exists()


def test_a_preview_of_other_blocks_cannot_be_accepted(officer, original, strikes):
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    redaction.save_draft(officer, original, strikes[:0], seen=preview.version)
    with pytest.raises(ValidationError):
        redaction.accept_preview(officer, original, result=preview.sm3, looked=True)
    assert not CaseFile.objects.filter(kind="redacted").exists()


def test_nobody_accepts_without_having_looked(officer, original, strikes):
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    with pytest.raises(ValidationError, match="逐页核对"):
        redaction.accept_preview(officer, original, result=preview.sm3, looked=False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ground": ""}, "请选择不予公开情形"),
        ({"ground": "13"}, "没有这种不予公开情形"),
        ({"reason": " "}, "请写明理由"),
        ({"reason": "电话13800138000"}, "不能写个人信息"),
        ({"right": 0}, "位置不完整"),
    ],
)
def test_articles_14_to_16_every_block_needs_its_ground_and_reason(
    officer, original, strikes, change, words
):
    from dataclasses import replace

    with pytest.raises(ValidationError, match=words):
        redaction.make_preview(officer, original, [replace(strikes[0], **change)], seen=0)


def test_the_log_keeps_ground_article_and_reason_of_each_block_for_good(redacted):
    (row,) = redaction.log_of(redacted)
    assert row["article"] == "条例第十五条"
    assert row["reason"] == "自然人的姓名"
    with pytest.raises(DatabaseError), transaction.atomic():
        Redaction.objects.update(reason="别的")
    with pytest.raises(DatabaseError), transaction.atomic():
        Redaction.objects.all().delete()


def test_article_37_an_original_that_was_struck_out_of_is_never_released(
    officer, original, redacted
):
    with pytest.raises(ValidationError, match="只能提供处理后的文件"):
        redaction.release(officer, original)
    assert redaction.release(officer, redacted).released


def test_an_original_that_was_already_marked_for_release_is_taken_back_by_striking_out(
    officer, original, strikes
):
    redaction.release(officer, original)
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    redaction.accept_preview(officer, original, result=preview.sm3, looked=True)
    original.refresh_from_db()
    assert not original.released


def test_only_what_is_meant_for_the_applicant_can_be_released(officer, case):
    proof = add_file(
        officer, kind=CaseFile.Kind.PROOF, content=PAPER, name="检索记录.pdf", request=case
    )
    with pytest.raises(ValidationError, match="内部材料"):
        redaction.release(officer, proof)
    with pytest.raises(ValidationError, match="原件"):
        redaction.save_draft(officer, proof, [], seen=0)


def test_what_was_delivered_cannot_be_taken_back(officer, case, original):
    redaction.release(officer, original)
    redaction.hold_back(officer, original)
    redaction.release(officer, original)
    FoiEvent.objects.create(
        request=case, seq=9, type="delivered", on="2026-03-20", recorded_at="2026-03-20T00:00Z",
        recorded_by="测试",
    )  # fmt: skip
    with pytest.raises(ValidationError, match="已经送达"):
        redaction.hold_back(officer, original)


def test_nothing_changes_in_a_case_that_was_put_on_file_a_moment_ago(
    officer, case, original, strikes
):
    """Whoever still has the open case before him is refused like everybody."""
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    FoiRequest.objects.update(archived_on="2026-04-01")
    for act in (
        lambda: add_file(officer, kind="proof", content=PAPER, name="a.pdf", request=case),
        lambda: redaction.save_draft(officer, original, [], seen=1),
        lambda: redaction.accept_preview(officer, original, result=preview.sm3, looked=True),
    ):
        with pytest.raises(ValidationError, match="归档"):
            act()
    assert CaseFile.objects.count() == 1


def test_nothing_changes_in_a_case_that_was_put_on_file(officer, case, original, strikes):
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    FoiRequest.objects.update(archived_on="2026-04-01")
    original = CaseFile.objects.get(pk=original.pk)
    case.refresh_from_db()
    for act in (
        lambda: add_file(officer, kind="proof", content=PAPER, name="a.pdf", request=case),
        lambda: redaction.save_draft(officer, original, [], seen=preview.version),
        lambda: redaction.accept_preview(officer, original, result=preview.sm3, looked=True),
        lambda: redaction.release(officer, original),
    ):
        with pytest.raises(ValidationError, match="归档"):
            act()
    assert add_file(officer, kind="remedy", content=PAPER, name="判决.pdf", request=case)


def test_all_occurrences_are_added_once_with_the_ground_that_was_chosen(officer, original):
    work, added, scans = redaction.add_occurrences(officer, original, [], SECRET, **GROUND, seen=0)
    assert (added, scans) == (1, [])
    assert work.strikes[0].ground == "15-2"
    again, added, _ = redaction.add_occurrences(
        officer, original, work.strikes, SECRET, **GROUND, seen=work.version
    )
    assert added == 0
    assert again.strikes == work.strikes


def test_article_15_numbers_of_persons_are_proposed_with_their_ground(officer, case):
    content = chinese("联系人电话13912345678，\n\n投资额128万元，文号〔2026〕13号。")
    file = add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, content=content, name="批复.pdf", request=case
    )
    work, added, scans = redaction.add_personal_data(officer, file, [], seen=0)
    assert (added, scans) == (1, [])
    (strike,) = work.strikes
    assert strike.ground == "15-2"
    assert strike.reason
    preview = redaction.make_preview(officer, file, work.strikes, seen=work.version)
    assert_gone(redaction.previewed(file), "13912345678")
    assert preview.leftovers == ()


def test_only_who_handles_the_case_and_may_see_persons_strikes_out(organ, original, strikes):
    reviewer = Actor.for_user(make_user(Role.REVIEWER, organ))
    for act in (
        lambda: redaction.open_redaction(reviewer, original),
        lambda: redaction.page_picture(reviewer, original, 1),
        lambda: redaction.save_draft(reviewer, original, strikes, seen=0),
        lambda: redaction.make_preview(reviewer, original, strikes, seen=0),
        lambda: redaction.release(reviewer, original),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_the_ledger_tells_of_the_work_but_nothing_that_was_struck_out(officer, redacted):
    redaction.release(officer, redacted)
    entries = LedgerEntry.objects.filter(action__startswith="foi.")
    said = str(list(entries.values("action", "changes", "object_label")))
    assert "foi.redaction.save" in said
    assert "foi.file.release" in said
    assert SECRET not in said


def test_the_blocks_drawn_so_far_can_be_thrown_away(officer, original, strikes):
    preview = redaction.make_preview(officer, original, strikes, seen=0)
    redaction.discard_draft(officer, original, seen=preview.version)
    assert redaction.work_on(original).strikes == ()
    with pytest.raises(ValidationError, match="预览"):
        redaction.previewed(original)
