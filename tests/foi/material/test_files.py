"""Files of a case: the gate, the seal, who may open what, and what a failure leaves behind."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from gongkai.foi.models import CaseFile
from gongkai.foi.services import files
from gongkai.foi.services.files import add_file, read_file, whole
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.foi.material.conftest import PAPER
from tests.foi.material.papers import SECRET, picture_of, png

pytestmark = pytest.mark.django_db
Kind = CaseFile.Kind


def stored_files(media):
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_lies_sealed_with_name_and_content_and_comes_back_whole(officer, original, media):
    (path,) = stored_files(media)
    assert SECRET.encode() not in path.read_bytes()
    assert b"%PDF" not in path.read_bytes()
    row = CaseFile.objects.get()
    assert "批复" not in str(bytes(row.name_sealed).decode("utf-8", "ignore"))
    assert row.pages == 2
    name, content = read_file(officer, row)
    assert name == "批复.pdf"
    assert content.startswith(b"%PDF")
    assert len(content) == row.size


def test_every_opening_is_in_the_ledger_without_the_name(officer, original):
    read_file(officer, original)
    acts = list(LedgerEntry.objects.filter(object_type="foi.casefile").values("action", "changes"))
    assert [act["action"] for act in acts] == ["foi.file.add", "foi.file.read"]
    assert "批复" not in str(acts)


def test_evidence_is_kept_byte_for_byte_as_it_came(officer, case):
    content = png(picture_of("STAMP", (200, 280)))
    proof = add_file(officer, kind=Kind.DELIVERY, content=content, name="回执.png", request=case)
    assert read_file(officer, proof)[1] == content


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\x00 a program", "通知.pdf", "程序"),
        (b"", "空.pdf", "空的"),
        (b"%PDF-1.7 broken", "坏.pdf", r"打开|损坏"),
        (b"plain", "说明.exe", "不能上传"),
    ],
)
def test_the_gate_refuses_what_is_no_paper_and_says_why(officer, case, media, content, name, words):
    with pytest.raises(ValidationError, match=words):
        add_file(officer, kind=Kind.ORIGINAL, content=content, name=name, request=case)
    assert not CaseFile.objects.exists()
    assert not stored_files(media)


def test_a_redacted_file_cannot_be_uploaded_only_made(officer, case):
    with pytest.raises(ValidationError, match="不能上传"):
        add_file(officer, kind=Kind.REDACTED, content=PAPER, name="a.pdf", request=case)


def test_an_applicant_hands_in_only_what_is_his_and_within_the_limit(case, settings):
    public = Actor.applicant()
    settings.FOI_FILE_MAX_MB = 1
    big = b"%PDF-1.4\n" + b"0" * (1024 * 1024 + 1)
    with pytest.raises(ValidationError, match="超过1 MB"):
        add_file(public, kind=Kind.CORRECTION, content=big, name="大.pdf", request=case)
    with pytest.raises(PermissionDenied):
        add_file(public, kind=Kind.ORIGINAL, content=PAPER, name="a.pdf", request=case)
    with pytest.raises(ValidationError, match=r"不能上传 \.xlsx"):
        add_file(public, kind=Kind.IDENTITY, content=b"PK", name="证.xlsx", request=case)
    added = add_file(public, kind=Kind.CORRECTION, content=PAPER, name="a.pdf", request=case)
    assert read_file(public, added)[0] == "a.pdf"


def test_an_applicant_cannot_fill_the_disk(case, monkeypatch):
    monkeypatch.setattr(files, "MAX_PUBLIC_FILES", 2)
    for _ in range(2):
        add_file(Actor.applicant(), kind=Kind.SLIP, content=PAPER, name="a.pdf", request=case)
    with pytest.raises(ValidationError, match="最多提交2个"):
        add_file(Actor.applicant(), kind=Kind.SLIP, content=PAPER, name="a.pdf", request=case)


def test_article_30_what_the_body_scanned_takes_no_room_from_the_applicant(
    officer, case, monkeypatch
):
    monkeypatch.setattr(files, "MAX_PUBLIC_FILES", 1)
    for name in ("申请书1.pdf", "申请书2.pdf"):
        add_file(officer, kind=Kind.APPLICATION, content=PAPER, name=name, request=case)
    assert add_file(
        Actor.applicant(), kind=Kind.CORRECTION, content=PAPER, name="补正.pdf", request=case
    )


def test_an_applicant_reads_what_is_released_and_nothing_else_of_the_file(original):
    with pytest.raises(PermissionDenied):
        read_file(Actor.applicant(), original)
    CaseFile.objects.update(released=True)
    original.refresh_from_db()
    assert read_file(Actor.applicant(), original)[0] == "批复.pdf"


def test_an_officer_of_another_body_can_neither_add_nor_open(original, case):
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ("999999")))
    with pytest.raises(PermissionDenied):
        read_file(stranger, original)
    with pytest.raises(PermissionDenied):
        add_file(stranger, kind=Kind.ORIGINAL, content=PAPER, name="a.pdf", request=case)


def test_who_may_look_at_a_case_but_not_at_persons_opens_only_what_was_released(organ, original):
    reviewer = Actor.for_user(make_user(Role.REVIEWER, organ))
    with pytest.raises(PermissionDenied):
        read_file(reviewer, original)
    CaseFile.objects.update(released=True)
    original.refresh_from_db()
    assert read_file(reviewer, original)


def test_a_failure_after_the_file_was_written_takes_it_back(officer, case, media):
    written = []

    def two_files_and_a_failure():
        with whole():
            add_file(officer, kind=Kind.PROOF, content=PAPER, name="a.pdf", request=case)
            with whole():
                add_file(officer, kind=Kind.PROOF, content=PAPER, name="b.pdf", request=case)
            written.extend(stored_files(media))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        two_files_and_a_failure()
    assert len(written) == 2
    assert not stored_files(media)
    assert not CaseFile.objects.exists()


def test_a_failing_ledger_takes_the_file_back(officer, case, media, monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(files, "record", refuse)
    with pytest.raises(RuntimeError), transaction.atomic():
        add_file(officer, kind=Kind.PROOF, content=PAPER, name="a.pdf", request=case)
    assert not stored_files(media)


def test_a_file_that_was_changed_on_disk_is_not_handed_out(officer, original, media):
    (path,) = stored_files(media)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(Exception, match=r"密文损坏|SM3"):
        read_file(officer, original)


def test_two_files_cannot_change_places(officer, case, original):
    """The seal is bound to the row: another row's file does not open in its place."""
    other = add_file(officer, kind=Kind.PROOF, content=PAPER, name="b.pdf", request=case)
    CaseFile.objects.filter(pk=original.pk).update(path=other.path)
    original.refresh_from_db()
    with pytest.raises(Exception, match="不属于"):
        read_file(officer, original)


def test_files_of_a_filing_belong_to_the_body_of_the_filing(officer, organ):
    case = make_case(organ, received("2026-03-03"))
    file = add_file(officer, kind=Kind.PROOF, content=PAPER, name="a.pdf", request=case)
    assert files.organ_of(file) == organ
