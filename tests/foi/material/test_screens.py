"""The screens of files, striking out, filing, conversion and answers, through HTTP."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from gongkai.disclosure.models import DisclosedItem
from gongkai.foi.models import AnswerTemplate, CaseFile, RedactionDraft
from gongkai.foi.redacting import find, prepare, sheets
from gongkai.foi.services import answers, redaction
from gongkai.foi.services.files import add_file
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.disclosure import make_column
from tests.factories.foi import make_case, received
from tests.factories.organs import make_organ, make_user
from tests.foi.material.conftest import GRANTED, PAPER
from tests.foi.material.papers import SECRET

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"foi:{name}", args=args)


@pytest.fixture
def screen(client, handler):
    client.force_login(handler)
    return client


def rows(strikes, initial=0):
    data = {
        "s-TOTAL_FORMS": str(len(strikes)), "s-INITIAL_FORMS": str(initial), "s-MIN_NUM_FORMS": "0",
        "s-MAX_NUM_FORMS": "1000",
    }  # fmt: skip
    for index, strike in enumerate(strikes):
        data |= {f"s-{index}-{name}": str(value) for name, value in strike.items()}
    return data


def block(**changes):
    (one,) = find(sheets(prepare(PAPER, ".pdf")), SECRET)
    return {
        "page": one.page, "left": one.left, "top": one.top, "right": one.right,
        "bottom": one.bottom, "ground": "15-2", "reason": "自然人的姓名", **changes,
    }  # fmt: skip


def test_a_file_is_added_listed_and_downloaded_without_being_kept_anywhere(screen, case):
    answer = screen.post(
        url("file_add", case.pk),
        {"kind": "original", "file": SimpleUploadedFile("批复.pdf", PAPER)},
    )
    assert answer.status_code == 302
    page = screen.get(url("file_list", case.pk))
    assert "批复.pdf" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    file = CaseFile.objects.get()
    download = screen.get(url("file_download", file.pk))
    assert download.content.startswith(b"%PDF")
    assert download["Content-Disposition"].startswith("attachment;")
    assert "no-store" in download["Cache-Control"]
    assert LedgerEntry.objects.filter(action="foi.file.read").count() == 1


def test_a_refused_file_says_why_and_what_was_chosen_stays(screen, case):
    answer = screen.post(
        url("file_add", case.pk), {"kind": "proof", "file": SimpleUploadedFile("a.exe", b"MZ")}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "不能上传 .exe 文件" in page
    assert 'value="proof" selected' in page


def test_the_list_takes_the_same_statements_for_one_file_and_for_many(screen, officer, case):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            screen.get(url("file_list", case.pk))
        return len(caught)

    add_file(officer, kind="original", content=PAPER, name="a.pdf", request=case)
    count()
    few = count()
    for number in range(4):
        add_file(officer, kind="original", content=PAPER, name=f"b{number}.pdf", request=case)
    assert count() == few


def test_blocks_drawn_go_through_preview_to_a_file_for_the_applicant(screen, case, original):
    work = url("redact", original.pk)
    assert screen.get(work).status_code == 200
    answer = screen.post(work, rows([block()]) | {"page": "1", "version": "0", "act": "preview"})
    assert answer.url == url("redact_preview", original.pk)
    page = screen.get(answer.url)
    sm3 = RedactionDraft.objects.get().result_sm3
    assert sm3 in page.content.decode()
    picture = screen.get(url("redact_result", original.pk, 1))
    assert picture["Content-Type"] == "image/png"
    assert "no-store" in picture["Cache-Control"]
    saved = screen.post(answer.url, {"result": sm3, "looked": "on"})
    made = CaseFile.objects.get(kind="redacted")
    assert saved.url == f"{url('file_list', case.pk)}#file-{made.pk}"
    log = screen.get(url("redaction_log", made.pk)).content.decode()
    assert "条例第十五条" in log
    assert "自然人的姓名" in log
    screen.post(url("file_release", made.pk))
    made.refresh_from_db()
    assert made.released
    screen.post(url("file_hold_back", made.pk))
    made.refresh_from_db()
    assert not made.released


def test_a_preview_is_not_taken_without_the_tick(screen, original):
    screen.post(
        url("redact", original.pk),
        rows([block()]) | {"page": "1", "version": "0", "act": "preview"},
    )
    sm3 = RedactionDraft.objects.get().result_sm3
    answer = screen.post(url("redact_preview", original.pk), {"result": sm3})
    assert answer.status_code == 422
    assert "请逐页核对预览" in answer.content.decode()


def test_as_many_blocks_as_may_be_drawn_can_be_saved(screen, original):
    many = [block(left=number % 900, right=number % 900 + 9) for number in range(1000)]
    answer = screen.post(
        url("redact", original.pk), rows(many) | {"page": "1", "version": "0", "act": "save"}
    )
    assert answer.status_code == 302
    assert len(redaction.work_on(original).strikes) == redaction.MAX_BLOCKS == 1000
    answer = screen.post(
        url("redact", original.pk),
        rows([*many, block()]) | {"page": "1", "version": "1", "act": "save"},
    )
    assert answer.status_code == 422
    assert "最多1000处" in answer.content.decode()


def test_turning_the_page_saves_what_was_drawn(screen, original):
    answer = screen.post(
        url("redact", original.pk), rows([block()]) | {"page": "1", "version": "0", "act": "page-2"}
    )
    assert answer.url.endswith("?page=2")
    assert len(redaction.work_on(original).strikes) == 1


def test_faults_keep_every_row_that_was_typed(screen, original):
    wrong = block(reason="", right="2000")
    answer = screen.post(
        url("redact", original.pk),
        rows([wrong, block(reason="另一处")]) | {"page": "1", "version": "0", "act": "preview"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="2000"' in page
    assert "另一处" in page
    assert "已填写的内容都还在" in page


def test_the_second_officer_is_told_keeps_his_rows_and_may_then_decide(screen, officer, original):
    from gongkai.foi.services.redaction import Strike

    redaction.save_draft(officer, original, [Strike(1, 1, 1, 9, 9)], seen=0)
    data = rows([block(reason="我的理由")]) | {"page": "1", "version": "0", "act": "save"}
    answer = screen.post(url("redact", original.pk), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "我的理由" in page
    assert 'name="version" value="1"' in page
    answer = screen.post(url("redact", original.pk), data | {"version": "1"})
    assert answer.status_code == 302
    assert redaction.work_on(original).strikes[0].reason == "我的理由"


def test_without_script_blocks_are_typed_into_empty_rows(screen, original):
    answer = screen.post(
        url("redact", original.pk), rows([]) | {"page": "2", "version": "0", "act": "more"}
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count("data-foi-strike") == 6  # five rows and the pattern of the script
    blank = [{"page": "2"} for _ in range(4)]
    answer = screen.post(
        url("redact", original.pk),
        rows([block(), *blank]) | {"page": "2", "version": "0", "act": "save"},
    )
    assert answer.status_code == 302
    assert len(redaction.work_on(original).strikes) == 1


def test_every_occurrence_is_added_by_its_text(screen, original):
    answer = screen.post(
        url("redact", original.pk),
        rows([])
        | {"page": "1", "version": "0", "act": "find", "needle": SECRET, "new_ground": "15-2",
           "new_reason": "姓名"},
        follow=True,
    )  # fmt: skip
    assert "找到1处" in answer.content.decode()
    assert redaction.work_on(original).strikes[0].reason == "姓名"


def test_one_visit_is_one_opening_in_the_ledger_and_no_page_comes_without_it(
    client, handler, screen, original
):
    for page in (1, 2, 1):
        screen.get(url("redact", original.pk), {"page": page})
        screen.get(url("redact_page", original.pk, page))
    opened = LedgerEntry.objects.filter(action="foi.file.read")
    assert opened.count() == 1
    client.logout()
    client.force_login(handler)
    client.get(url("redact_page", original.pk, 1))
    assert opened.count() == 2


def test_the_picture_of_a_page_is_the_page(screen, original):
    answer = screen.get(url("redact_page", original.pk, 1))
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.width == redaction.PIXELS_WIDE
    assert screen.get(url("redact_page", original.pk, 9)).status_code == 404
    assert screen.get(url("redact_result", original.pk, 1)).status_code == 404


def test_a_file_that_cannot_be_worked_on_says_so_on_the_list(screen, officer, case):
    file = add_file(
        officer, kind="original", content="一行文字".encode(), name="说明.txt", request=case
    )
    answer = screen.get(url("redact", file.pk), follow=True)
    assert "另存为 PDF" in answer.content.decode()


def test_a_file_that_is_gone_from_the_disk_is_told_and_breaks_no_screen(
    screen, case, original, media
):
    for path in media.rglob("*"):
        if path.is_file():
            path.unlink()
    for name in ("file_download", "redact"):
        answer = screen.get(url(name, original.pk), follow=True)
        assert answer.status_code == 200
        assert "这份材料打不开" in answer.content.decode()
    assert screen.get(url("redact_page", original.pk, 1)).status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.SUPERIOR, Role.AUDITOR, Role.SYSTEM_ADMIN])
def test_who_may_not_handle_cases_reaches_none_of_the_working_screens(
    client, organ, officer, case, original, role
):
    client.force_login(make_user(role, organ))
    for name, args in (
        ("file_add", (case.pk,)), ("redact", (original.pk,)), ("redact_page", (original.pk, 1)),
        ("redact_preview", (original.pk,)), ("redact_discard", (original.pk,)),
        ("archive", (case.pk,)), ("conversion", (case.pk,)), ("answer_list", ()),
    ):  # fmt: skip
        assert client.get(url(name, *args)).status_code in (302, 403), name
    assert client.post(url("file_release", original.pk)).status_code in (302, 403)
    original.refresh_from_db()
    assert not original.released


def test_another_bodys_files_answer_like_none(client, case, original, officer, organ):
    answer = answers.add_answer(officer, organ, {"title": "某", "body": "某段"})
    client.force_login(make_user(Role.RESPONSIBLE_PERSON, make_organ("999999")))
    for name, args in (
        ("file_list", (case.pk,)), ("file_add", (case.pk,)), ("file_download", (original.pk,)),
        ("redact", (original.pk,)), ("redact_page", (original.pk, 1)),
        ("redact_preview", (original.pk,)), ("redact_discard", (original.pk,)),
        ("redaction_log", (original.pk,)), ("archive", (case.pk,)), ("conversion", (case.pk,)),
        ("suggestion_add", (case.pk,)), ("answer_detail", (answer.pk,)),
        ("answer_change", (answer.pk,)),
    ):  # fmt: skip
        assert client.get(url(name, *args)).status_code == 404, name
    for name in ("file_release", "file_hold_back"):
        assert client.post(url(name, original.pk)).status_code == 404
    assert client.post(url("answer_retire", answer.pk)).status_code == 404
    assert client.get(url("answer_find"), {"case": case.pk}).status_code == 404
    assert "某" not in client.get(url("answer_list")).content.decode().split("gk-page")[-1].replace(
        "某些", ""
    )


@pytest.mark.parametrize("nonsense", ["\x00", "某\x00"])
def test_what_no_database_keeps_is_not_searched_for(screen, case, nonsense):
    for name, keys in (
        ("answer_list", {"q": nonsense}),
        ("answer_cases", {"words": nonsense, "outcome": nonsense, "ground": nonsense}),
        ("answer_find", {"case": case.pk, "words": nonsense}),
    ):
        assert screen.get(url(name), keys).status_code == 200, name


@pytest.mark.parametrize("nonsense", ["9" * 5000, "²", "-1", "\x00", ""])
def test_a_version_that_is_no_number_is_told_as_another_version(screen, original, nonsense):
    screen.get(url("redact", original.pk))
    for name in ("redact", "redact_discard"):
        answer = screen.post(url(name, original.pk), {"version": nonsense, "page": nonsense})
        assert answer.status_code in (302, 422), name


def test_article_45_the_archive_screen_names_the_gaps_and_gives_the_package(screen, case):
    page = screen.get(url("archive", case.pk)).content.decode()
    assert "申请还没有办结" in page
    answer = screen.post(url("archive", case.pk))
    assert answer["Content-Type"] == "application/zip"
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "no-store" in answer["Cache-Control"]


def test_article_44_one_click_from_a_decided_case_to_a_draft(screen, officer, organ):
    case = make_case(organ, *GRANTED)
    file = add_file(officer, kind="original", content=PAPER, name="某批复.pdf", request=case)
    page = screen.get(url("conversion", case.pk)).content.decode()
    assert "请先在案卷材料中点“提供给申请人”" in page
    redaction.release(officer, file)
    page = screen.get(url("conversion", case.pk)).content.decode()
    assert 'value="某批复"' in page
    column = make_column(owner=organ)
    answer = screen.post(
        url("conversion", case.pk), {"title": "某批复", "column": column.pk, "with_text": "on"},
        follow=True,
    )  # fmt: skip
    assert "已生成主动公开草稿" in answer.content.decode()
    assert DisclosedItem.objects.get().title == "某批复"


def test_article_44_2_a_suggestion_is_entered_and_decided_on_the_screen(screen, decided):
    screen.post(
        url("suggestion_add", decided.pk), {"text": "关系居民用水", "made_on": "2026-03-12"}
    )
    made = decided.suggestions.get()
    page = screen.get(url("conversion", decided.pk)).content.decode()
    assert "关系居民用水" in page
    screen.post(
        url("suggestion_decide", decided.pk, made.pk),
        {"decision": "declined", "reason": "只涉及个别人"},
    )
    made.refresh_from_db()
    assert made.decision == "declined"


def test_paragraphs_are_kept_and_offered_to_the_decision_form(screen, organ, case):
    screen.post(
        url("answer_create"),
        {"organ": organ.code, "title": "个人隐私", "outcome": "DENY_THIRD", "ground": "15-2",
         "article": "条例第十五条", "keywords": "", "body": "第三方不同意公开。"},
    )  # fmt: skip
    answer = AnswerTemplate.objects.get()
    found = screen.get(url("answer_find"), {"case": case.pk, "outcome": "DENY_THIRD"}).json()
    assert [one["body"] for one in found["paragraphs"]] == ["第三方不同意公开。"]
    screen.post(
        url("answer_change", answer.pk),
        {"title": "个人隐私", "body": "改过的段落。", "version": "1"},
    )
    answer.refresh_from_db()
    assert answer.body == "改过的段落。"
    screen.post(url("answer_retire", answer.pk))
    assert not screen.get(url("answer_find"), {"case": case.pk}).json()["paragraphs"]
    screen.post(url("answer_bring_back", answer.pk))
    assert screen.get(url("answer_find"), {"case": case.pk}).json()["paragraphs"]


def test_earlier_cases_of_the_body_are_found_and_no_others(screen, organ, case):
    own = make_case(organ, *GRANTED, subject="某路拓宽工程")
    make_case(None, *GRANTED, subject="某路拓宽工程（他处）")
    make_case(organ, received("2026-03-02"), subject="某路拓宽工程（未办结）")
    page = screen.get(url("answer_cases"), {"words": "拓宽"}).content.decode()
    assert own.number in page
    assert "他处" not in page
    assert "未办结" not in page
    found = screen.get(url("answer_find"), {"case": case.pk, "words": "拓宽"}).json()
    assert [one["subject"] for one in found["cases"]] == ["某路拓宽工程"]
