"""Synonyms: what they do to a question, how the office keeps them."""

import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import imports
from gongkai.organs.models import Role
from gongkai.search import language, memory, synonyms
from gongkai.search.models import CuratedWord, SynonymGroup
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    city = make_organ("411281", name="测试市政府")
    return Actor(make_user(Role.DISCLOSURE_OFFICE, city), "政务公开办", "web")


def others(text):
    return set(language.parse(text).synonyms)


def test_the_packaged_list_is_there_and_every_pair_is_two_different_things():
    assert SynonymGroup.objects.count() >= 80
    for group in SynonymGroup.objects.all():
        assert not set(group.said) & set(group.targets), group
        assert group.targets or len(group.said) > 1, group


def test_what_people_say_also_finds_what_documents_say():
    assert "户籍" in others("户口")
    assert "公共租赁住房" in others("公租房怎么申请")
    assert others("公租房怎么申请")
    assert language.parse("户口", verbatim=True).synonyms == ()


def test_one_way_is_not_the_other_way_round():
    assert "户口" not in others("户籍")


def test_a_word_inside_another_is_not_that_word(office):
    synonyms.add_group(office, kind="one_way", words="保安", meant="安全护卫")
    assert "安全护卫" in others("保安证")
    assert "安全护卫" not in others("劳动保安全")


def test_a_new_group_works_at_once_and_ends_when_it_is_switched_off(office):
    group = synonyms.add_group(office, kind="two_way", words="土豆，马铃薯", note="作物")
    assert group.words == "土豆、马铃薯"
    assert others("土豆补贴") == {"马铃薯"}
    assert others("马铃薯") == {"土豆"}
    synonyms.switch_group(office, group, active=False)
    assert others("土豆补贴") == set()
    synonyms.switch_group(office, group, active=True)
    synonyms.change_group(office, group, words="土豆、马铃薯、洋芋")
    assert others("洋芋") == {"土豆", "马铃薯"}
    synonyms.delete_group(office, group)
    assert others("土豆") == set()
    acts = list(LedgerEntry.objects.order_by("pk").values_list("action", flat=True))
    assert [act.rsplit(".", 1)[1] for act in acts if "synonym" in act] == [
        "add", "switch_off", "switch_on", "change", "delete",
    ]  # fmt: skip


def test_a_change_by_another_process_is_seen_without_a_statement_a_search(
    office, django_assert_num_queries, monkeypatch
):
    synonyms.add_group(office, kind="two_way", words="甲乙丙、丁戊己")
    assert others("甲乙丙") == {"丁戊己"}
    with django_assert_num_queries(0):
        language.parse("甲乙丙")
    # Another process: the row changes, this one is told by nothing but the version.
    SynonymGroup.objects.filter(words="甲乙丙、丁戊己").update(words="甲乙丙、庚辛壬")
    memory.raise_version(memory.OFFICE)
    monkeypatch.setattr(memory, "FRESH_FOR", 0)
    assert others("甲乙丙") == {"庚辛壬"}


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"kind": "two_way", "words": "独词"}, "words"),
        ({"kind": "one_way", "words": "上学"}, "meant"),
        ({"kind": "one_way", "words": "", "meant": "入学"}, "words"),
        ({"kind": "two_way", "words": "水、自来水"}, "words"),
        ({"kind": "one_way", "words": "上学", "meant": "上学、入学"}, "meant"),
        ({"kind": "two_way", "words": "热线13800138000、服务热线"}, "words"),
        ({"kind": "two_way", "words": "、".join(f"词语{n}" for n in range(30))}, "words"),
    ],
)
def test_what_is_no_group_is_refused_by_its_field(office, details, field):
    with pytest.raises(ValidationError) as refused:
        synonyms.add_group(office, **details)
    assert field in refused.value.message_dict


def test_the_same_words_are_kept_once(office):
    synonyms.add_group(office, kind="two_way", words="甲词、乙词")
    with pytest.raises(ValidationError):
        synonyms.add_group(office, kind="two_way", words="甲词,乙词")


def test_a_group_that_somebody_else_changed_meanwhile_is_not_overwritten(office):
    group = synonyms.add_group(office, kind="two_way", words="甲词、乙词")
    seen = group.updated_at
    synonyms.change_group(office, group, words="甲词、丙词", seen=seen)
    with pytest.raises(ValidationError, match="已被他人修改"):
        synonyms.change_group(office, group, words="甲词、丁词", seen=seen)


@pytest.mark.parametrize("role", [r for r in Role.values if r != Role.DISCLOSURE_OFFICE])
def test_only_the_disclosure_office_keeps_words(role):
    city = make_organ("411281", name="测试市政府")
    other = Actor(make_user(role, city), "别人", "web")
    with pytest.raises(PermissionDenied):
        synonyms.add_group(other, kind="two_way", words="甲词、乙词")
    with pytest.raises(PermissionDenied):
        synonyms.set_curated(other, ["甲词"])


def file(text):
    return io.BytesIO(text.encode())


def test_importing_twice_changes_nothing_and_errors_name_row_and_column(office):
    table = "类别,词语,规范用词,说明,启用\n单向,上户,户口登记,,是\n,土豆、马铃薯,,,否\n"
    report = synonyms.import_groups(office, file(table), "a.csv")
    assert (report.created, report.updated) == (2, 0)
    assert not SynonymGroup.objects.get(words="土豆、马铃薯").active
    again = synonyms.import_groups(office, file(table), "a.csv")
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)
    changed = synonyms.import_groups(office, file("词语,规范用词\n上户,户籍、户口登记\n"), "b.csv")
    assert changed.updated == 1
    before = SynonymGroup.objects.count()
    with pytest.raises(imports.ImportFailed) as failed:
        synonyms.import_groups(
            office,
            file("类别,词语,规范用词\n单向,好词,官词\n同义,独词,\n乱写,甲词、乙词,\n"),
            "c.csv",
        )
    assert SynonymGroup.objects.count() == before
    told = [(problem.row, problem.column) for problem in failed.value.problems]
    assert {row for row, _column in told} == {3, 4}


def test_a_preview_keeps_nothing(office):
    before = SynonymGroup.objects.count()
    report = synonyms.import_groups(office, file("词语\n土豆、马铃薯\n"), "a.csv", dry_run=True)
    assert report.created == 1
    assert SynonymGroup.objects.count() == before
    assert others("土豆") == set()


def test_recommended_words_keep_their_order(office):
    assert CuratedWord.objects.count() == 10
    synonyms.set_curated(office, ["乙词", " 甲词 ", "乙词"])
    assert list(CuratedWord.objects.values_list("word", flat=True)) == ["乙词", "甲词"]
    with pytest.raises(ValidationError):
        synonyms.set_curated(office, ["13800138000"])
