"""The office's screens of search, through HTTP."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role, StagedUpload
from gongkai.search.models import AskedWords, CuratedWord, SynonymGroup
from gongkai.search.staff import sections
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return make_organ("411281", name="测试市政府")


@pytest.fixture
def office(client, city):
    """A browser in which the city's disclosure office is logged in."""
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    return client


def url(name, *args):
    return reverse(f"search:{name}", args=args)


def text_of(response):
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def asked(text, times=3, empty=0):
    for ago in (1, 2):
        day = timezone.localdate() - timedelta(days=ago)
        AskedWords.objects.create(day=day, text=text, times=times, empty=empty)


def every_address():
    group = SynonymGroup.objects.first()
    for pattern in sections[0].urls:
        yield url(pattern.name, *([group.pk] if "pk" in str(pattern.pattern) else []))


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.DISCLOSURE_OFFICE])
def test_no_other_role_opens_any_screen(client, city, role):
    client.force_login(make_user(role, city))
    for address in every_address():
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302, (role, address)
            assert answer.headers["Location"] == reverse("wagtailadmin_home")


def test_the_office_of_a_department_keeps_no_words_of_the_site(client, city):
    bureau = make_organ("411281-001", name="测试局", parent=city)
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, bureau))
    for address in every_address():
        assert client.get(address).status_code == 302


def test_nobody_comes_in_without_a_login(client):
    for address in every_address():
        assert "login" in client.get(address).headers["Location"]


def test_the_office_opens_every_screen(office):
    for address in every_address():
        assert office.get(address).status_code == 200, address


def test_words_asked_in_vain_lead_to_a_group_with_the_word_filled_in(office):
    asked("摆地摊儿", times=4, empty=4)
    asked("公租房", times=9)
    page = text_of(office.get(url("index")))
    assert "摆地摊儿" in page
    assert "公租房" not in page
    address = next(row["url"] for row in office.get(url("index")).context["rows"])
    form = office.get(address).context["form"]
    assert form["words"].value() == "摆地摊儿"
    assert "公租房" in text_of(office.get(url("asked")))


def test_a_period_narrows_and_nonsense_in_it_is_named(office):
    asked("摆地摊儿", times=4, empty=4)
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = text_of(office.get(url("index"), {"since": tomorrow.isoformat()}))
    assert "摆地摊儿" not in page
    for query in ({"since": "x"}, {"since": "2020-02-02", "until": "2020-01-01"}, {"sort": "x"}):
        assert office.get(url("index"), query).status_code == 200


@pytest.mark.parametrize("name", ["index", "asked", "synonyms"])
def test_lists_are_exported_with_an_entry_in_the_ledger(office, name):
    asked("=公式", times=4, empty=4)
    page = text_of(office.get(url(name), {"export": "csv"}))
    assert "公租房" in page if name == "synonyms" else "'=公式" in page
    assert LedgerEntry.objects.filter(action="search.export").count() == 1


def test_what_is_exported_can_be_imported(office):
    exported = text_of(office.get(url("synonyms"), {"export": "csv"})).encode()
    before = list(SynonymGroup.objects.order_by("pk").values_list("words", "meant", "active"))
    upload = SimpleUploadedFile("同义词.csv", exported)
    page = office.post(url("synonym_import"), {"file": upload})
    assert page.status_code == 200
    token = StagedUpload.objects.get().pk
    answer = office.post(url("synonym_import"), {"token": str(token)})
    assert answer.status_code == 302, text_of(answer)
    after = list(SynonymGroup.objects.order_by("pk").values_list("words", "meant", "active"))
    assert before == after


def test_a_group_is_added_changed_switched_off_and_deleted_on_screen(office):
    answer = office.post(
        url("synonym_create"), {"kind": "one_way", "words": "上户", "meant": "户口登记"}
    )
    assert answer.headers["Location"] == url("synonyms")
    group = SynonymGroup.objects.get(words="上户")
    seen = office.get(url("synonym_edit", group.pk)).context["form"]["seen"].value()
    details = {"kind": "one_way", "words": "上户", "meant": "出生登记", "seen": seen}
    assert office.post(url("synonym_edit", group.pk), details).status_code == 302
    stale = office.post(url("synonym_edit", group.pk), {**details, "meant": "户籍"})
    assert stale.status_code == 422
    assert "已被他人修改" in text_of(stale)
    office.post(url("synonym_switch", group.pk))
    assert not SynonymGroup.objects.get(pk=group.pk).active
    answer = office.post(url("synonym_delete", group.pk), follow=True)
    assert not SynonymGroup.objects.filter(pk=group.pk).exists()
    # What was deleted is one press away: the form for adding has all that it said.
    way_back = LexborHTMLParser(text_of(answer)).css_first("a[href*='synonyms/new/?']")
    assert way_back.text() == "撤销删除"
    form = office.get(way_back.attributes["href"]).context["form"]
    again = {name: form[name].value() for name in ("kind", "words", "meant", "note")}
    office.post(url("synonym_create"), again)
    assert SynonymGroup.objects.get(words="上户").meant == "出生登记"


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(office):
    answer = office.post(url("synonym_create"), {"kind": "one_way", "words": "水", "meant": "供水"})
    assert answer.status_code == 422
    assert "只有一个字" in text_of(answer)
    assert answer.context["form"]["words"].value() == "水"


def test_recommended_words_are_a_line_each(office):
    office.post(url("curated"), {"words": "公租房\n\n低保\n"})
    assert list(CuratedWord.objects.values_list("word", flat=True)) == ["公租房", "低保"]


def test_a_trial_says_how_a_question_is_read_and_counts_nothing(office):
    page = text_of(office.post(url("try"), {"text": "户口 -迁移 义政〔2020〕12号"}))
    for told in ("户籍", "近义", "迁移", "义政〔2020〕12号"):
        assert told in page
    assert office.post(url("try"), {"text": "<script>" * 10}).status_code == 200
    assert not AskedWords.objects.exists()


def test_lists_ask_as_many_statements_for_many_rows_as_for_few(
    office, django_assert_max_num_queries
):
    for number in range(60):
        asked(f"常搜的词{number}")
    for name in ("asked", "synonyms"):
        with django_assert_max_num_queries(15):
            office.get(url(name))
