"""After the answer: the file for the archive (Article 45), disclosure to all (44), the library."""

from __future__ import annotations

import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pikepdf import Array, Dictionary, Name, String

from gongkai.disclosure.models import DisclosedItem
from gongkai.foi.models import (
    AnswerTemplate,
    Applicant,
    Approval,
    CaseFile,
    Conversion,
    Delivery,
    Intake,
    Notice,
    Proof,
)
from gongkai.foi.persons import Person, Wish, seal_person
from gongkai.foi.services import answers, archiving, converting, redaction
from gongkai.foi.services.files import add_file
from gongkai.foi.services.redaction import Strike
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.vault.sealing import seal_bytes, seal_json
from tests.factories.disclosure import make_column
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.foi.material.conftest import PAPER
from tests.foi.material.papers import SECRET, chinese, drawn, text_at

pytestmark = pytest.mark.django_db
ASKER = "欧阳示例"


def with_applicant(case, **person):
    intake = Intake.objects.create(
        organ=case.organ, number=f"S{case.pk}", code_hash="x", channel="online",
        arrived_at=timezone.now(), arrived_on="2026-03-02", state="confirmed",
        confirmed_on="2026-03-02", request=case, recorded_by="测试",
    )  # fmt: skip
    applicant = Applicant(intake=intake, kind="natural")
    given = {"name": ASKER, "phone": "13800000000", "email": "demo@example.org", **person}
    seal_person(applicant, Person(**given), Wish(title="某项目批复", description="全文"))
    applicant.save()
    return intake


def with_notice(case, kind="N11", **fields):
    notice = Notice(
        request=case, organ=case.organ, kind=kind, addressee="applicant", state="issued",
        number="测公开〔2026〕1号", issued_on="2026-03-10", sm3="x", changed_at=timezone.now(),
        changed_by="测试", **fields,
    )  # fmt: skip
    notice.pdf_sealed = seal_bytes(f"{notice.belongs_to}:pdf", b"%PDF notice")
    notice.save()
    return notice


def texts(case):
    return [gap.text for gap in archiving.archive_gaps(case)]


@pytest.fixture
def complete(organ, officer, decided):
    """A case with everything that Article 45 wants."""
    with_applicant(decided)
    for key in ("released_part", "withheld_reasons", "review_record"):
        proof = Proof(request=decided, key=key, at=timezone.now(), by="测试")
        proof.sealed = seal_json(proof.belongs_to, {"text": f"依据 {key}"})
        proof.save()
    leader = make_user(Role.APPROVING_LEADER, organ)
    Approval.objects.create(
        request=decided, kind="decision", state="approved", reason="拟部分公开",
        proposed_at=timezone.now(), proposed_by=officer.user, decided_at=timezone.now(),
        decided_by=leader,
    )  # fmt: skip
    notice = with_notice(decided)
    Delivery.objects.create(
        notice=notice, way="post", tracking_number="1234567890123", sent_on="2026-03-11",
        counts_on="2026-03-11", recorded_at=timezone.now(), recorded_by="测试",
    )  # fmt: skip
    original = add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, content=PAPER, name="批复.pdf", request=decided
    )
    strike = Strike(1, 100, 120, 700, 200, "15-2", "自然人的姓名")
    preview = redaction.make_preview(officer, original, [strike], seen=0)
    file = redaction.accept_preview(officer, original, result=preview.sm3, looked=True)
    redaction.release(officer, file)
    return decided


@pytest.fixture
def column(organ):
    return make_column(owner=organ)


# -- Article 45 --------------------------------------------------------------------------------


def test_article_45_a_complete_file_has_no_gaps(complete):
    assert archiving.archive_gaps(complete) == []


def test_article_45_an_open_case_says_so_and_asks_for_its_papers(case):
    assert "申请还没有办结，办结后才能归档。" in texts(case)
    assert any("申请书" in text for text in texts(case))


def test_article_45_each_missing_thing_is_named_by_its_stage(complete):
    Delivery.objects.all().delete()
    CaseFile.objects.update(released=False)
    gaps = {(gap.stage, gap.text) for gap in archiving.archive_gaps(complete)}
    assert ("答复", "部分公开告知书（测公开〔2026〕1号）没有送达记录。") in gaps
    assert any(stage == "答复" and "部分公开" in text for stage, text in gaps if "文件" in text)
    Notice.objects.update(state="draft", issued_on=None)
    assert "还有1份文书是草稿，请印发或者作废。" in texts(complete)
    assert "没有已印发的部分公开告知书。" in texts(complete)


def test_article_45_a_lapse_needs_no_proofs_beside_its_events(organ):
    lapsed = make_case(
        organ,
        received("2026-03-02"),
        {"type": "correction_requested", "on": "2026-03-04", "until": "2026-03-18"},
        {"type": "correction_lapsed", "on": "2026-03-20"},
    )
    with_applicant(lapsed)
    assert not any("办理依据" in text for text in texts(lapsed))


def test_the_package_holds_the_whole_case_and_every_file_has_its_sum(officer, complete):
    name, stream = archiving.build_archive(officer, complete)
    assert name.endswith(".zip")
    with zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        sums = archive.read("SM3SUMS.txt").decode()
        index = archive.read("00 案卷目录.html").decode()
        application = archive.read("01 申请/申请内容.txt").decode()
        proofs = archive.read("04 办理依据/办理依据.txt").decode()
        deliveries = archive.read("03 文书和送达/送达记录.csv").decode("utf-8-sig")
        log = next(archive.read(one).decode("utf-8-sig") for one in names if "遮盖记录" in one)
        ledger = archive.read("09 操作台账/台账摘录.csv").decode("utf-8-sig")
        papers = [archive.read(one) for one in names if one.endswith(".pdf")]
    for folder in ("01", "02", "03", "04", "07", "08", "09"):
        assert any(one.startswith(folder) for one in names), folder
    assert {line.split("  ", 1)[1] for line in sums.splitlines()} == set(names) - {
        "SM3SUMS.txt",
        "00 案卷目录.html",
    }
    assert ASKER in application
    assert "依据 review_record" in proofs
    assert "1234567890123" in deliveries
    assert "条例第十五条" in log
    assert "foi.redaction.save" in ledger
    assert "没有缺项" in index
    assert b"%PDF notice" in papers
    # The original stays inside: what was struck out is in no file of the package.
    assert not any(SECRET.encode() in paper for paper in papers)
    assert "不对外提供" in index


def test_article_45_the_package_tells_what_a_body_did_that_was_abolished_since(organ, complete):
    heir = make_organ("411281-004", name="示例承继局")
    organ.abolished_on, organ.successor = timezone.localdate() - timedelta(days=1), heir
    organ.save()
    complete.organ = heir
    complete.save()
    theirs = Actor.for_user(make_user(Role.REQUEST_OFFICER, heir))
    with zipfile.ZipFile(archiving.build_archive(theirs, complete)[1]) as archive:
        ledger = archive.read("09 操作台账/台账摘录.csv").decode("utf-8-sig")
    assert f"{organ.code}," in ledger
    assert "foi.redaction.save" in ledger


def test_taking_the_package_is_in_the_ledger_and_so_is_the_look_at_the_applicant(officer, complete):
    archiving.build_archive(officer, complete)
    acts = list(LedgerEntry.objects.order_by("seq").values_list("action", flat=True))
    assert acts[-1] == "foi.archive.build"
    assert "foi.reveal" in acts
    assert ASKER not in str(list(LedgerEntry.objects.values("changes", "object_label")))


def test_nobody_without_the_right_to_see_persons_takes_the_package(organ, complete):
    with pytest.raises(PermissionDenied):
        archiving.build_archive(Actor.for_user(make_user(Role.REVIEWER, organ)), complete)


def test_cells_that_a_spreadsheet_would_run_are_made_plain():
    assert archiving._cell("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert archiving._cell(None) == ""


# -- Article 44 --------------------------------------------------------------------------------


def test_article_44_what_was_given_becomes_a_draft_without_the_applicant(officer, column, complete):
    made, drafted = converting.convert(officer, complete, column=column, title="某项目批复")
    item = DisclosedItem.objects.get(pk=drafted.pk)
    version = item.get_latest_revision_as_object()
    assert (item.organ, version.title, item.live) == (complete.organ, "某项目批复", False)
    assert [one.name for one in version.attachments.all()] == ["批复（区分处理）.pdf"]
    assert "SECOND PAGE" in version.body
    assert SECRET not in version.body
    assert ASKER not in version.body
    assert made.item == item.pk
    assert drafted.url.endswith(f"/{item.pk}/")


def test_article_44_the_guard_looks_at_the_draft_at_once(officer, column, decided):
    file = add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, request=decided, name="名单.pdf",
        content=chinese("联系人电话：13912345678。"),
    )  # fmt: skip
    redaction.release(officer, file)
    _, drafted = converting.convert(officer, decided, column=column, title="某名单")
    assert any("139" in finding for finding in drafted.findings)
    assert not any("13912345678" in finding for finding in drafted.findings)


@pytest.mark.parametrize("where", ["title", "file"])
def test_article_44_the_applicants_name_stops_the_conversion(officer, column, decided, where):
    with_applicant(decided)
    content = chinese(f"答复{ASKER}的内容。") if where == "file" else PAPER
    file = add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, request=decided, name="批复.pdf", content=content
    )
    redaction.release(officer, file)
    title = f"答复{ASKER}" if where == "title" else "某批复"
    with pytest.raises(ValidationError, match="申请人的姓名"):
        converting.convert(officer, decided, column=column, title=title)
    assert not DisclosedItem.objects.exists()
    assert not Conversion.objects.exists()


@pytest.mark.parametrize("where", ["note", "white"])
def test_article_44_a_name_that_nobody_sees_stops_the_conversion_too(
    officer, column, decided, where
):
    with_applicant(decided, name="ZHANG SHILI")
    if where == "white":
        content = drawn("1 1 1 rg " + text_at("ZHANG SHILI", 100, 700))
    else:
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.FreeText, Rect=Array([0, 0, 0, 0]), F=2,
            Contents=String("ZHANG SHILI"),
        )  # fmt: skip
        content = drawn(text_at("OPEN WORDS", 100, 700), Annots=Array([note]))
    file = add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, request=decided, name="批复.pdf", content=content
    )
    redaction.release(officer, file)
    with pytest.raises(ValidationError, match="申请人的姓名"):
        converting.convert(officer, decided, column=column, title="某批复")


def test_a_file_that_is_held_back_meanwhile_is_not_published(officer, column, decided, monkeypatch):
    held, other = (
        add_file(officer, kind=CaseFile.Kind.ORIGINAL, request=decided, name=name, content=PAPER)
        for name in ("批复.pdf", "附件.pdf")
    )
    for one in (held, other):
        redaction.release(officer, one)
    refuse = converting._refuse_applicant

    def meanwhile(request, texts):
        refuse(request, texts)
        redaction.hold_back(officer, held)

    monkeypatch.setattr(converting, "_refuse_applicant", meanwhile)
    with pytest.raises(ValidationError, match="刚刚有变动"):
        converting.convert(officer, decided, column=column, title="某批复")
    assert not DisclosedItem.objects.exists()


def test_article_44_a_case_is_converted_once_and_only_when_something_was_given(
    officer, column, case, complete
):
    with pytest.raises(ValidationError, match="只有予以公开、部分公开"):
        converting.convert(officer, case, column=column, title="某")
    converting.convert(officer, complete, column=column, title="某项目批复")
    with pytest.raises(ValidationError, match="已经转为主动公开"):
        converting.convert(officer, complete, column=column, title="再来一次")


def test_two_files_of_one_name_become_two_attachments(officer, column, decided):
    for _ in range(2):
        file = add_file(
            officer, kind=CaseFile.Kind.ORIGINAL, request=decided, name="批复.pdf", content=PAPER
        )
        redaction.release(officer, file)
    other = add_file(
        officer, kind=CaseFile.Kind.ORIGINAL, request=decided, name="批复.pdf",
        content=chinese("另一份。"),
    )  # fmt: skip
    redaction.release(officer, other)
    _, drafted = converting.convert(officer, decided, column=column, title="某批复")
    item = DisclosedItem.objects.get(pk=drafted.pk).get_latest_revision_as_object()
    names = [one.name for one in item.attachments.all()]
    assert names == ["批复.pdf", "批复（2）.pdf", "批复（3）.pdf"]


def test_a_request_officer_hands_over_and_the_ledger_names_him(officer, column, complete):
    converting.convert(officer, complete, column=column, title="某项目批复")
    entry = LedgerEntry.objects.get(action="foi.convert")
    assert entry.actor_name == officer.name
    created = LedgerEntry.objects.get(action="disclosure.create")
    assert officer.name in created.actor_name


def test_article_44_2_a_suggestion_is_kept_sealed_and_decided_with_a_reason(officer, decided):
    made = converting.record_suggestion(
        Actor.applicant(), decided, text="关系到全县居民用水，请公开。"
    )
    assert "用水" not in bytes(made.sealed).decode("utf-8", "ignore")
    assert "用水" in converting.suggestion_text(officer, made)
    with pytest.raises(ValidationError, match="理由"):
        converting.decide_suggestion(officer, made, decision="taken_up", reason=" ")
    done = converting.decide_suggestion(
        officer, made, decision="taken_up", reason="涉及公众利益调整"
    )
    assert done.decision == "taken_up"
    with pytest.raises(ValidationError, match="不能重复审核"):
        converting.decide_suggestion(officer, made, decision="declined", reason="再想想")


# -- the library -------------------------------------------------------------------------------

PARAGRAPH = {
    "title": "个人隐私，第三方不同意",
    "outcome": "DENY_THIRD",
    "ground": "15-2",
    "article": "条例第十五条",
    "keywords": "住址 电话",
    "body": "经征求意见，第三方不同意公开，且不公开不会对公共利益造成重大影响。",
}


def test_paragraphs_are_found_by_words_outcome_and_ground_within_the_body(officer, organ):
    answers.add_answer(officer, organ, PARAGRAPH)
    general = answers.add_answer(officer, organ, {"title": "通用结尾", "body": "特此告知。"})
    titles = [one.title for one in answers.find_answers(organ, words="住址")]
    assert titles == [PARAGRAPH["title"]]
    both = answers.find_answers(organ, outcome="DENY_THIRD", ground="15-2")
    assert [one.title for one in both] == [PARAGRAPH["title"], "通用结尾"]
    assert list(answers.find_answers(organ, outcome="DENY_SECRET")) == [general]
    assert not answers.find_answers(make_organ("999999"), words="住址")


def test_a_paragraph_names_nobody_and_has_a_title_of_its_own(officer, organ):
    with pytest.raises(ValidationError, match="不能写个人信息"):
        answers.add_answer(officer, organ, PARAGRAPH | {"body": "电话13800138000"})
    answers.add_answer(officer, organ, PARAGRAPH)
    with pytest.raises(ValidationError, match="同名"):
        answers.add_answer(officer, organ, PARAGRAPH)


def test_the_second_of_two_who_change_a_paragraph_is_told(officer, organ):
    made = answers.add_answer(officer, organ, PARAGRAPH)
    answers.change_answer(officer, made, PARAGRAPH | {"keywords": "新"}, seen=1)
    with pytest.raises(ValidationError, match="已由"):
        answers.change_answer(officer, made, PARAGRAPH | {"keywords": "旧"}, seen=1)
    assert AnswerTemplate.objects.get().keywords == "新"


def test_a_retired_paragraph_is_offered_no_more_and_can_come_back(officer, organ):
    made = answers.add_answer(officer, organ, PARAGRAPH)
    answers.retire_answer(officer, made)
    assert not answers.find_answers(organ)
    answers.bring_back_answer(officer, made)
    assert list(answers.find_answers(organ)) == [made]


def test_decided_cases_are_found_by_subject_outcome_and_struck_ground(
    officer, organ, complete, case
):
    assert list(answers.find_cases(organ, words="测试")) == [complete]
    assert list(answers.find_cases(organ, outcome="PARTIAL", ground="15-2")) == [complete]
    assert not answers.find_cases(organ, ground="16-1")
    assert not answers.find_cases(organ, words="没有这样的词")
    assert not answers.find_cases(organ, words=ASKER), "applicants' names are not searched"
