"""The word lists: added, changed, ended, restored; in force at the next check everywhere."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from gongkai.guard import queries, services
from gongkai.guard.engine import scan_text
from gongkai.guard.lexicon import packaged_lexicon
from gongkai.guard.models import LexiconTerm, LexiconVersion
from gongkai.guard.services import terms
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.guard import make_term
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")


@pytest.fixture
def city():
    return make_organ("411281", name="测试市政府")


@pytest.fixture
def bureau(city):
    return make_organ("411281-001", name="测试局", parent=city)


@pytest.fixture
def office(city):
    """The disclosure office at the root: it keeps the site's lists."""
    return Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, city))


def found(text, organ=None, on=None):
    return [(f.check, f.value) for f in scan_text(text, queries.current_lexicon(organ), on=on)]


def complaints(caught):
    return {name: " ".join(messages) for name, messages in caught.value.message_dict.items()}


# -- in force ----------------------------------------------------------------------------------


def test_without_any_term_of_the_city_the_packaged_words_are_in_force():
    assert queries.current_lexicon() is packaged_lexicon()
    assert ("wrong_word", "布署") in found("周密布署。")


def test_a_term_is_looked_for_from_the_next_check_on(office):
    text = "请使用甲乙丙丁平台。"
    assert found(text) == []
    services.add_term(office, kind="wrong_word", word="甲乙丙丁", suggestion="甲乙丙戊")
    assert found(text) == [("wrong_word", "甲乙丙丁")]


def test_the_words_are_read_again_only_when_the_version_has_changed(
    office, django_assert_num_queries
):
    services.add_term(office, kind="forbidden", word="某某禁语")
    first = queries.current_lexicon()
    with django_assert_num_queries(1):
        assert queries.current_lexicon() is first


def test_a_term_that_another_process_added_is_seen_at_the_next_call(office):
    """Given words held in memory, when only the database changes, then they are read anew."""
    services.add_term(office, kind="forbidden", word="某某禁语")
    queries.current_lexicon()
    make_term("他处添加", kind="forbidden")
    assert found("他处添加的词。") == [("forbidden", "他处添加")]


def test_words_read_in_a_transaction_that_was_rolled_back_are_not_kept(office):
    with transaction.atomic():
        services.add_term(office, kind="forbidden", word="未曾提交")
        assert found("未曾提交") == [("forbidden", "未曾提交")]
        transaction.set_rollback(True)
    assert found("未曾提交") == []
    services.add_term(office, kind="forbidden", word="后来提交")
    assert found("未曾提交，后来提交") == [("forbidden", "后来提交")]


def test_two_terms_of_one_transaction_are_both_in_force(office):
    with transaction.atomic():
        services.add_term(office, kind="allowed", word="某某语句一")
        services.add_term(office, kind="forbidden", word="某某禁语")
        services.add_term(office, kind="allowed", word="说“某某禁语”这个词")
    assert found("某某禁语") == [("forbidden", "某某禁语")]
    assert found("不要说“某某禁语”这个词") == []


def test_a_term_of_the_city_stands_in_the_place_of_the_packaged_one(office):
    services.add_term(
        office, kind="outdated_title", word="国土资源局", suggestion="自然资源和规划局",
        valid_from=date(2019, 2, 20),
    )  # fmt: skip
    (finding,) = scan_text("国土资源局", queries.current_lexicon(), on=date(2019, 3, 1))
    assert finding.suggestion == "自然资源和规划局"
    assert found("国土资源局", on=date(2019, 2, 19)) == []


def test_a_packaged_term_can_be_switched_off_and_on_again(office):
    assert found("帐户") == [("wrong_word", "帐户")]
    term = services.switch_off_packaged(office, "wrong_word", "帐户", reason="本市沿用旧写法")
    assert found("帐户") == []
    assert (term.is_ended, term.suggestion) == (True, "账户")
    services.restore_term(office, term)
    assert found("帐户") == [("wrong_word", "帐户")]
    with pytest.raises(ValidationError, match="没有词条"):
        services.switch_off_packaged(office, "wrong_word", "没有这个词", reason="x")
    with pytest.raises(ValidationError, match="已有“帐户”"):
        services.switch_off_packaged(office, "wrong_word", "帐户", reason="再次")


def test_an_ended_term_is_kept_and_restored_as_it_was(office):
    term = services.add_term(office, kind="sensitive", word="某某慎用", note="原说明")
    services.end_term(office, term, reason="不再需要")
    assert found("某某慎用") == []
    ended = LexiconTerm.objects.get()
    assert (ended.end_reason, ended.state()) == ("不再需要", "已停用")
    services.restore_term(office, ended)
    assert found("某某慎用") == [("sensitive", "某某慎用")]
    assert LexiconTerm.objects.get().note == "原说明"


def test_a_removed_official_is_named_only_after_the_day_he_left(office):
    services.add_term(
        office, kind="removed_official", word="虚构人甲", post="市长", valid_from=date(2020, 5, 1)
    )
    assert found("市长虚构人甲出席。", on=date(2020, 4, 30)) == []
    assert found("市长虚构人甲出席。", on=date(2020, 5, 1)) == [("removed_official", "虚构人甲")]


# -- a body's own ------------------------------------------------------------------------------


def test_a_bodys_white_list_and_telephones_speak_for_its_texts_alone(office, bureau, city):
    keeper = Actor.for_user(make_user(Role.SECRECY_REVIEWER, bureau))
    other = make_organ("411281-002", parent=city)
    text, call = "企业名称为按装大师公司。", "联系电话13800138000。"
    services.add_term(keeper, kind="allowed", word="按装大师", organ=bureau)
    services.add_term(
        keeper, kind="office_phone", word="138-0013-8000", note="值班专用", organ=bureau
    )
    assert found(text, bureau) == found(call, bureau) == []
    for elsewhere in (other, None):
        assert found(text, elsewhere) == [("wrong_word", "按装")]
        assert [check for check, _ in found(call, elsewhere)] == ["pii_mobile"]
    assert queries.current_lexicon(other) is queries.current_lexicon()
    assert queries.current_lexicon(bureau) is queries.current_lexicon(bureau)


def test_the_ledger_keeps_a_mobile_number_only_by_its_ends(bureau):
    term = services.add_term(
        CONSOLE, kind="office_phone", word="13800138000", note="值班专用", organ=bureau
    )
    services.end_term(CONSOLE, term, reason="号码停用")
    entries = LedgerEntry.objects.filter(action__startswith="guard.")
    assert len(entries) == 2
    for entry in entries:
        assert "13800138000" not in f"{entry.changes}{entry.object_label}"
        assert "138****8000" in entry.object_label


@pytest.mark.parametrize("role", [Role.INFORMATION_OFFICER, Role.REVIEWER, Role.REQUEST_OFFICER])
def test_who_may_not_let_findings_through_keeps_no_list(bureau, role):
    actor = Actor.for_user(make_user(role, bureau))
    with pytest.raises(PermissionDenied):
        services.add_term(actor, kind="allowed", word="某某语句", organ=bureau)
    with pytest.raises(PermissionDenied):
        services.add_term(actor, kind="allowed", word="某某语句")


def test_a_bodys_keeper_reaches_neither_the_site_nor_another_body(bureau, city):
    keeper = Actor.for_user(make_user(Role.APPROVING_LEADER, bureau))
    other = make_organ("411281-002", parent=city)
    site, foreign = make_term("某某全站"), make_term("某某他局", kind="allowed", organ=other)
    for organ in (None, other):
        with pytest.raises(PermissionDenied):
            services.add_term(keeper, kind="allowed", word="某某语句", organ=organ)
    for term in (site, foreign):
        with pytest.raises(PermissionDenied):
            services.end_term(keeper, term, reason="x")
        with pytest.raises(PermissionDenied):
            services.change_term(keeper, term, note="x")
    with pytest.raises(PermissionDenied):
        services.switch_off_packaged(keeper, "wrong_word", "帐户", reason="x")


def test_the_office_of_a_department_does_not_keep_the_sites_lists(bureau):
    actor = Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, bureau))
    with pytest.raises(PermissionDenied):
        services.add_term(actor, kind="forbidden", word="某某禁语")


def test_a_bodys_white_list_lets_nothing_serious_through(bureau):
    with pytest.raises(ValidationError) as caught:
        services.add_term(CONSOLE, kind="allowed", word="所谓台湾总统府遗址", organ=bureau)
    assert "不能放行" in complaints(caught)["word"]
    services.add_term(CONSOLE, kind="allowed", word="所谓台湾总统府遗址")
    assert found("所谓台湾总统府遗址") == []
    with pytest.raises(ValidationError) as caught:
        services.add_term(CONSOLE, kind="allowed", word="机密★1年")
    assert "密级标志不能加入白名单" in complaints(caught)["word"]


# -- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"kind": "nonsense", "word": "某某"}, "kind", "没有这个类别"),
        ({"word": "  "}, "word", "请填写词条"),
        ({"word": "错"}, "word", "只有一个字"),
        ({"word": "12345678"}, "word", "不能只有数字"),
        ({"word": "错" * 101}, "word", "100"),
        ({"word": "某某", "suggestion": ""}, "suggestion", "请填写正确的写法"),
        ({"word": "某某", "suggestion": "某 某"}, "suggestion", "与词条相同"),
        ({"word": "某某", "suggestion": "关于某某的"}, "suggestion", "仍含有这个词条"),
        ({"word": "某某", "severity": "fatal"}, "severity", "fatal"),
        ({"kind": "removed_official", "word": "虚构人甲", "valid_from": date(2020, 1, 1)},
         "post", "请填写原任职务"),
        ({"kind": "removed_official", "word": "虚构人甲", "post": "局长"},
         "valid_from", "离任的日期"),
        ({"kind": "office_phone", "word": "办公室"}, "word", "不是电话号码"),
        ({"kind": "office_phone", "word": "13800138000"}, "note", "写明用途"),
        ({"kind": "allowed", "word": "按装"}, "word", "等于停用它"),
        ({"kind": "allowed", "word": "绝密"}, "word", "等于停用它"),
        ({"word": "某某", "valid_from": date(2020, 2, 1), "valid_until": date(2020, 1, 1)},
         "valid_until", "不能早于起始日期"),
    ],
)  # fmt: skip
def test_a_term_that_would_do_harm_is_refused_in_words(values, field, message):
    values = {"kind": "wrong_word", "suggestion": "甲", **values}
    with pytest.raises(ValidationError) as caught:
        services.add_term(CONSOLE, **values)
    assert message in complaints(caught)[field]
    assert not LexiconTerm.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_only_white_list_and_telephones_belong_to_a_body(bureau):
    with pytest.raises(ValidationError) as caught:
        services.add_term(CONSOLE, kind="forbidden", word="某某禁语", organ=bureau)
    assert "只能是白名单" in complaints(caught)["kind"]
    with pytest.raises(IntegrityError), transaction.atomic():
        make_term("某某禁语", kind="forbidden", organ=bureau)


@pytest.mark.parametrize("field", ["word", "note", "source", "suggestion"])
def test_nobodys_identity_number_stands_in_the_lists(field):
    values = {"kind": "wrong_word", "word": "某某", "suggestion": "甲"}
    values[field] = f"见{identity_number()}"
    with pytest.raises(ValidationError) as caught:
        services.add_term(CONSOLE, **values)
    assert "不得记录个人信息" in complaints(caught)[field]


def test_a_reason_is_needed_short_and_without_personal_data():
    term = make_term()
    for reason, message in (
        (" ", "请填写停用的原因"),
        ("长" * 201, "最多200个字"),
        (f"因{identity_number()}", "身份证号码"),
    ):
        with pytest.raises(ValidationError) as caught:
            services.end_term(CONSOLE, term, reason=reason)
        assert message in complaints(caught)["reason"]


def test_the_same_word_again_leads_to_the_term_that_there_is():
    services.add_term(CONSOLE, kind="wrong_word", word="某某 错词", suggestion="甲")
    with pytest.raises(ValidationError, match="已有“某某 错词”"):
        services.add_term(CONSOLE, kind="wrong_word", word="某某错词", suggestion="乙")
    services.end_term(CONSOLE, LexiconTerm.objects.get(), reason="试")
    with pytest.raises(ValidationError, match="请恢复该词条"):
        services.add_term(CONSOLE, kind="wrong_word", word="某某错词", suggestion="乙")
    assert services.add_term(CONSOLE, kind="sensitive", word="某某错词").pk


def test_two_people_at_one_term_the_second_is_told():
    term = services.add_term(CONSOLE, kind="sensitive", word="某某", note="一")
    seen = term.updated_at
    services.change_term(CONSOLE, term, seen=seen, note="二")
    with pytest.raises(ValidationError, match="已被他人修改"):
        services.change_term(CONSOLE, term, seen=seen, note="三")
    assert LexiconTerm.objects.get().note == "二"


def test_an_ended_term_is_not_changed_and_nothing_is_done_twice():
    term = make_term(ended=True)
    with pytest.raises(ValidationError, match="先恢复"):
        services.change_term(CONSOLE, term, note="x")
    with pytest.raises(ValidationError, match="已经停用"):
        services.end_term(CONSOLE, term, reason="x")
    live = make_term("某某在用")
    with pytest.raises(ValidationError, match="不需要恢复"):
        services.restore_term(CONSOLE, live)


def test_a_word_added_by_another_at_the_same_moment_is_named(monkeypatch):
    """Given two adders whom no check parts, when both save, then the second is told."""
    make_term("某某")
    monkeypatch.setattr(terms, "_unique", lambda term: None)
    monkeypatch.setattr(LexiconTerm, "validate_constraints", lambda self, **_: None)
    with pytest.raises(ValidationError, match="刚刚已由他人添加"):
        services.add_term(CONSOLE, kind="wrong_word", word="某某", suggestion="甲")


# -- the ledger --------------------------------------------------------------------------------


def test_every_act_is_in_the_ledger_with_its_words(office, bureau):
    term = services.add_term(office, kind="sensitive", word="某某", note="一")
    services.change_term(office, term, note="二")
    services.change_term(office, term, note="二")
    services.end_term(office, term, reason="试")
    services.restore_term(office, term)
    own = services.add_term(office, kind="allowed", word="某某语句", organ=bureau)
    acts = [entry.act for entry in queries.history(term)]
    assert acts == ["恢复审查词条", "停用审查词条", "修改审查词条", "添加审查词条"]
    assert queries.history(term)[2].facts == (("说明", "一 → 二"),)
    chains = LedgerEntry.objects.order_by("pk").values_list("chain__name", flat=True)
    assert list(chains) == ["site"] * 4 + [bureau.code]
    assert LexiconVersion.objects.get().number == 5
    assert own.owner == "测试局"


def test_what_is_unchanged_raises_no_version(office):
    term = services.add_term(office, kind="sensitive", word="某某")
    before = queries.lexicon_version()
    services.change_term(office, term, note="")
    assert queries.lexicon_version() == before
