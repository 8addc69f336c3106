"""The form: Article 29's questions and no others, nothing typed is lost, nothing leaks."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from gongkai.foi.models import CaseFile, Draft, Intake
from gongkai.foi.persons import opened
from gongkai.foi.services import drafts
from gongkai.foi.services.files import name_of
from gongkai.ledger.actor import Actor
from gongkai.portal.requesting import guarding
from gongkai.portal.requesting.steps import STEPS
from tests.factories.disclosure import make_column, published
from tests.portal.city import PICTURE
from tests.portal.requesting.conftest import ANSWERS, Citizen, read, wrongs

pytestmark = pytest.mark.django_db


def png(name: str = "身份证.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PICTURE, "image/png")


def test_article_29_a_request_filed_without_a_script_is_an_intake_of_the_body_asked(
    citizen: Citizen,
):
    intake, code = citizen.file()
    assert intake.organ.code == "411281-004"
    assert intake.channel == "online"
    assert intake.state == Intake.State.WAITING
    person, wish = opened(intake.applicant)
    assert person.name == "测试甲"
    assert wish.title == ANSWERS["what"]["title"]
    assert wish.supply_way == "online"
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code)
    assert not Draft.objects.exists()


def test_article_27_no_question_asks_for_a_purpose(citizen: Citizen):
    citizen.begin()
    asked = set()
    for step in STEPS:
        response = citizen.client.get(step.url)
        if response.status_code == 302:
            continue
        page = read(response)
        assert "用途" not in page.css_first("main").text()
        asked |= {
            node.attributes["name"]
            for node in page.css("main form [name]")
            if node.attributes.get("type") != "hidden"
        }
    statutory = {name for step in STEPS for name in step.answers}
    assert asked <= statutory | {
        "files", "upload", "remove", "word", "find", "website", "answer", "q"
    }  # fmt: skip
    # Organisations alone are asked who represents them.
    assert statutory - asked == {"representative", "contact_name"}


def test_what_was_typed_survives_a_closed_browser_and_a_wrong_answer(citizen: Citizen):
    citizen.begin()
    citizen.answer("what")
    response = citizen.answer("identity", identity_number="12345")
    page = read(response)
    assert "18位" in wrongs(response)[0]
    assert page.css_first("#wrong a").attributes["href"] == "#id_identity_number"
    assert page.css_first("#id_identity_number").attributes["value"] == "12345"
    # The session's cookie lasts for days, so another start of the browser finds the draft.
    cookie = citizen.client.cookies["sessionid"]
    assert int(cookie["max-age"]) == 7 * 24 * 3600
    again = Client()
    again.cookies["sessionid"] = cookie.value
    page = read(again.get("/requests/new/what/"))
    assert page.css_first("#id_title").attributes["value"] == ANSWERS["what"]["title"]


def test_a_script_saves_what_is_typed_and_unfinished_without_judging_it(citizen: Citizen):
    citizen.begin()
    response = citizen.client.post(
        "/requests/new/identity/", {"identity_number": "1101", "save": "1", "organ": "x"}
    )
    assert response.status_code == 204
    page = read(citizen.client.get("/requests/new/identity/"))
    assert page.css_first("#id_identity_number").attributes["value"] == "1101"


def test_a_draft_is_sealed_and_its_key_is_nowhere_in_the_database(citizen: Citizen):
    citizen.begin()
    citizen.answer("name", name="测试甲")
    draft = Draft.objects.get()
    assert "测试甲".encode() not in bytes(draft.sealed)
    key = citizen.client.session["foi.draft"]
    assert key not in (draft.key_hash, str(draft.seal_name))


def test_a_draft_that_expired_while_the_form_was_open_is_told_and_nothing_fails(
    citizen: Citizen,
):
    citizen.fill()
    Draft.objects.update(changed_at=timezone.now() - timedelta(days=8))
    response = citizen.submit()
    assert response["Location"] == "/requests/?gone"
    page = read(citizen.client.get("/requests/?gone"))
    assert "没有找到正在填写的申请" in page.css_first("main").text()
    assert not Intake.objects.exists()


def test_expired_drafts_go_with_their_files(
    citizen: Citizen, tmp_path: Any, django_capture_on_commit_callbacks: Any
):
    citizen.begin()
    citizen.answer("identity", files=[png()], upload="1")
    kept = [one for one in (tmp_path / "sealed").rglob("*") if one.is_file()]
    assert len(kept) == 1
    assert drafts.sweep(Actor.command("gongkai foi drafts")) == 0
    Draft.objects.update(changed_at=timezone.now() - timedelta(days=8))
    with django_capture_on_commit_callbacks(execute=True):
        assert drafts.sweep(Actor.command("gongkai foi drafts")) == 1
    assert not any(one.is_file() for one in (tmp_path / "sealed").rglob("*"))


def test_a_filing_that_fails_half_way_leaves_the_draft_whole_and_no_file_of_a_case(
    citizen: Citizen, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
):
    citizen.fill()
    citizen.answer("identity", files=[png()])
    kept = {one for one in (tmp_path / "sealed").rglob("*") if one.is_file()}

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("gongkai.foi.services.intake.queue", fail)
    with pytest.raises(RuntimeError):
        citizen.submit()
    assert not Intake.objects.exists()
    assert {one for one in (tmp_path / "sealed").rglob("*") if one.is_file()} == kept
    monkeypatch.undo()
    monkeypatch.setattr(guarding, "FASTEST", timedelta(0))
    assert citizen.submit().status_code == 302
    assert CaseFile.objects.count() == 1


def test_the_owner_can_throw_the_draft_away(citizen: Citizen):
    citizen.begin()
    response = citizen.client.post("/requests/", {"discard": "1"})
    assert response.status_code == 302
    assert not Draft.objects.exists()
    assert "foi.draft" not in citizen.client.session


def test_article_29_the_identity_document_is_uploaded_or_handed_in_later(citizen: Citizen):
    citizen.begin()
    for step in ANSWERS:
        citizen.answer(step)
    response = citizen.answer("identity", files=[png()], upload="1")
    page = read(response)
    assert page.css_first(".added .name").text() == "身份证.png"
    mark = page.css_first("[name=remove]").attributes["value"]
    page = read(citizen.answer("identity", remove=mark))
    assert page.css(".added li") == []
    citizen.answer("identity", files=[png("甲.png")])
    assert citizen.submit().status_code == 302
    file = CaseFile.objects.get()
    assert file.kind == CaseFile.Kind.IDENTITY
    assert name_of(file) == "甲.png"


def test_a_huge_attachment_a_program_and_a_lying_name_are_refused_and_the_rest_stays(
    citizen: Citizen, settings: Any
):
    settings.FOI_FILE_MAX_MB = 1
    citizen.begin()
    citizen.answer("what")
    huge = SimpleUploadedFile("大.png", b"\x89PNG" + b"0" * (1024 * 1024 + 1), "image/png")
    program = SimpleUploadedFile("坏.exe", b"MZ" + b"0" * 100)
    lying = SimpleUploadedFile("假.png", b"MZ" + b"0" * 100, "image/png")
    response = citizen.answer("identity", files=[huge, program, lying, png()])
    told = wrongs(response)
    assert len(told) == 3
    assert "超过1 MB" in told[0]
    assert ".exe" in told[1]
    page = read(response)
    assert [one.text() for one in page.css(".added .name")] == ["身份证.png"]
    assert page.css_first("#id_identity_number").attributes["value"]


@pytest.mark.parametrize(
    "name",
    [
        "ᠪᠠᠲᠤ",  # Mongolian
        "བཀྲ་ཤིས།",  # Tibetan
        "ئابدۇللا",  # Uyghur
        "ꉬꃴ",  # Yi
        "𠮷田·測試",
        "测试👩‍👩‍👧",
    ],
)
def test_names_in_minority_scripts_rare_characters_and_emoji_are_kept_as_written(
    citizen: Citizen, name: str
):
    citizen.fill(name={"name": name})
    assert citizen.submit().status_code == 302
    person, _wish = opened(Intake.objects.get().applicant)
    assert person.name == name


def test_thousands_of_characters_and_scripts_are_answered_in_words_and_stay_in_the_form(
    citizen: Citizen,
):
    citizen.begin()
    response = citizen.answer("what", title="长" * 3000)
    assert "最多200个字" in wrongs(response)[0]
    assert read(response).css_first("#id_title").attributes["value"] == "长" * 3000
    evil = "<script>alert(1)</script>"
    citizen.answer("what", title=evil)
    for step in ANSWERS:
        if step != "what":
            citizen.answer(step)
    text = citizen.client.get("/requests/new/check/").content.decode()
    assert evil not in text
    assert "&lt;script&gt;" in text
    response = citizen.answer("what", title="有\x00空字符")
    assert response.status_code == 200
    assert "不能保存的字符" in wrongs(response)[0]


def test_article_31_a_body_abolished_while_the_form_was_open_is_told_with_its_successor(
    citizen: Citizen, city: Any
):
    citizen.fill()
    city.police.abolished_on = timezone.localdate()
    city.police.successor = city.justice
    city.police.save()
    response = citizen.submit()
    assert "义马市司法局" in wrongs(response)[0]
    link = read(response).css_first("#wrong a").attributes["href"]
    assert link == "/requests/new/body/?change"
    response = citizen.client.post(
        "/requests/new/body/", {"organ": city.justice.code, "then": "check"}
    )
    assert response["Location"] == "/requests/new/check/"
    assert citizen.submit().status_code == 302
    assert Intake.objects.get().organ == city.justice


def test_who_does_not_know_the_body_asks_the_government_and_others_find_it_by_a_word(
    citizen: Citizen, city: Any
):
    citizen.begin()
    page = read(citizen.client.get("/requests/new/body/"))
    first = page.css_first("input[name=organ]")
    assert first.attributes["value"] == city.top.code
    page = read(citizen.answer("body", organ="", word="司法", find="1"))
    found = [one.attributes["value"] for one in page.css("input[name=organ]")]
    assert found == [city.top.code, city.justice.code]
    response = citizen.answer("body", organ="nobody")
    assert "请选择一个机关" in wrongs(response)[0]
    assert citizen.answer("body", organ="\x00").status_code == 200


def test_article_36_1_what_is_published_already_is_shown_before_it_is_asked_for(
    citizen: Citizen, city: Any
):
    column = make_column("tzgg", owner=city.top)
    item = published(
        timezone.localdate(), organ=city.top, column=column, title="示例路道路改造工程立项批复"
    )
    citizen.begin()
    response = citizen.answer("what", title="示例路道路改造工程")
    assert response["Location"] == "/requests/new/found/"
    page = read(citizen.client.get("/requests/new/found/"))
    assert f"/info/{item.pk}/" in {a.attributes.get("href") for a in page.css("main a")}
    fragment = citizen.client.post("/requests/new/published/", {"title": "示例路道路改造工程"})
    assert f"/info/{item.pk}/" in fragment.content.decode()
    assert citizen.client.get("/requests/new/published/").status_code == 405
    citizen.answer("what", title="毫不相干的词语")
    assert citizen.client.get("/requests/new/found/")["Location"] == "/requests/new/body/"


def test_pressing_the_button_twice_files_once(citizen: Citizen):
    citizen.fill()
    first = citizen.submit()
    second = citizen.submit()
    assert first["Location"] == second["Location"] == "/requests/receipt/"
    assert Intake.objects.count() == 1


def test_the_receipt_has_number_code_and_a_picture_whose_code_no_server_sees(citizen: Citizen):
    intake, code = citizen.file()
    page = read(citizen.client.get("/requests/receipt/"))
    assert page.css_first(".slip svg path").attributes["d"]
    assert page.css_first("title").text().find(intake.number) < 0
    session = citizen.client.session
    assert code.replace("-", "") not in str(dict(session))
    citizen.client.post("/requests/case/close/")
    assert citizen.client.get("/requests/receipt/")["Location"] == "/requests/track/"


def test_what_is_missing_is_listed_on_the_review_with_the_way_to_each_question(citizen: Citizen):
    citizen.begin()
    response = citizen.submit()
    page = LexborHTMLParser(response.content.decode())
    links = [one.attributes["href"] for one in page.css("#wrong a")]
    assert links[0] == "/requests/new/what/?change"
    assert "/requests/new/body/?change" in links
    assert "/requests/new/contact/?change" in links
    assert not Intake.objects.exists()


# -- against programs --------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["trap", "fast", "often"])
def test_a_suspicious_filing_is_asked_a_question_in_words_and_goes_on_with_its_answer(
    citizen: Citizen, monkeypatch: pytest.MonkeyPatch, how: str
):
    data = {}
    if how == "trap":
        data = {"website": "http://example.com"}
    elif how == "fast":
        monkeypatch.setattr(guarding, "FASTEST", timedelta(seconds=15))
    else:
        for _number in range(guarding.FILINGS_UNASKED.most):
            citizen.file()
    before = Intake.objects.count()
    citizen.fill()
    response = citizen.submit(**data)
    assert "回答一个小问题" in wrongs(response)[0]
    assert Intake.objects.count() == before
    response = citizen.submit(answer="1", **data)
    assert "答案不对" in wrongs(response)[0]
    one, other = map(int, re.findall(r"\d+", read(response).css_first("form .panel strong").text()))
    assert citizen.submit(answer=f" {one + other} ", **data).status_code == 302
    assert Intake.objects.count() == before + 1


def test_a_question_may_be_answered_in_any_digits():
    assert [guarding._digits(text) for text in ("12", "１２", "十二", "012", " 1 2 ")] == ["12"] * 5
    assert [guarding._digits(text) for text in ("七", "十", "二十", "x", "十x", "")] == [
        "7", "10", "20", "", "", "",
    ]  # fmt: skip


def test_who_files_without_end_is_asked_to_wait_and_told_other_ways(
    citizen: Citizen, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(guarding, "FILINGS", guarding.Limit("filing", 1, 3600))
    citizen.file()
    citizen.fill()
    response = citizen.submit()
    assert response.status_code == 429
    assert "邮寄" in response.content.decode()
    assert Draft.objects.exists()


# -- what must not leak ------------------------------------------------------------------------


def test_no_page_of_the_form_is_kept_or_found_and_nothing_typed_is_in_a_log_or_an_address(
    citizen: Citizen, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    intake, code = citizen.file()
    citizen.begin()
    pages = ["/requests/receipt/", "/requests/case/", *(step.url for step in STEPS)]
    for address in pages:
        response = citizen.client.get(address)
        if response.status_code != 302:
            assert "no-store" in response["Cache-Control"], address
            page = read(response)
            assert page.css_first("meta[name=robots]").attributes["content"].startswith("noindex")
            assert not hasattr(response, "shown")
            for secret in ("测试甲", intake.number, ANSWERS["contact"]["email"]):
                assert secret not in page.css_first("title").text()
    written = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("django.db")
    )
    for secret in ("测试甲", code, code.replace("-", ""), ANSWERS["identity"]["identity_number"]):
        assert secret not in written


def test_pages_cost_a_constant_and_small_number_of_statements(
    citizen: Citizen, django_assert_max_num_queries: Any
):
    citizen.fill()
    for step in STEPS:
        if step.name != "found":  # what a search costs is held elsewhere
            with django_assert_max_num_queries(8):
                citizen.client.get(step.url)


def test_the_blank_form_of_a_body_has_the_statutory_rows_and_its_address(client: Client, city: Any):
    from io import BytesIO

    from docx import Document

    response = client.get(f"/requests/form/{city.police.code}.docx")
    assert response.status_code == 200
    document = Document(BytesIO(response.content))
    cells = {cell.text for row in document.tables[0].rows for cell in row.cells}
    assert {"公民姓名", "单位名称", "所需政府信息"} <= cells
    assert not any("用途" in text for text in cells)
    assert city.police.name in document.paragraphs[0].text
    assert client.get("/requests/form/none.docx").status_code == 404
