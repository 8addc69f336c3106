"""Versions, adoption, obligations and columns: what each service does and refuses."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.catalogue import services, triggers
from gongkai.catalogue.models import (
    CatalogueEntry,
    Column,
    Duty,
    DutyState,
    Field,
    Occasion,
    StandardCatalogue,
)
from gongkai.catalogue.queries.differences import difference
from gongkai.catalogue.services.periods import open_periods_of
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ, Role
from tests.factories.catalogue import (
    make_adopted_entries,
    make_adopted_entry,
    make_catalogue,
    make_column,
    make_duty,
    make_entry,
    make_field,
    make_occasion,
    make_publication,
    make_topic,
    put_in_force,
)
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

ACTOR = Actor.command("test")


@pytest.fixture
def city():
    return make_organ("411281", name="测试市人民政府")


@pytest.fixture
def office(city):
    return make_organ("411281-001", parent=city, name="测试市教育局")


def officer_of(organ):
    return Actor.for_user(make_user(Role.INFORMATION_OFFICER, organ))


def acts():
    return list(LedgerEntry.objects.order_by("pk").values_list("action", flat=True))


# -- versions ----------------------------------------------------------------------------------


def test_versions_of_a_year_are_numbered(city):
    first = services.create_catalogue(ACTOR, city, year=2020)
    second = services.create_catalogue(ACTOR, city, year=2020)
    assert (first.version, second.version) == (1, 2)
    assert first.title == "测试市人民政府基层政务公开标准目录"
    assert acts() == ["catalogue.version.create"] * 2


def test_only_a_government_compiles_a_catalogue(office):
    with pytest.raises(ValidationError, match="请选择政府"):
        services.create_catalogue(ACTOR, office, year=2020)


def test_who_may_not_compile_is_refused(city, office):
    actor = officer_of(office)
    version = make_catalogue(city)
    for act in (
        lambda: services.create_catalogue(actor, city, year=2020),
        lambda: services.put_in_force(actor, version, on=date(2020, 1, 1)),
        lambda: services.add_entry(actor, version, level1="x", field=make_field()),
        lambda: services.delete_draft(actor, version),
        lambda: services.create_column(actor, slug="x", title="x", kind="news", owner=city),
        lambda: services.install_defaults(actor, city),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_an_entry_in_force_is_fixed_by_the_service_and_by_the_database(city):
    entry = make_entry(make_catalogue(city))
    put_in_force(entry.catalogue)
    for act in (
        lambda: services.update_entry(ACTOR, entry, basis="新条例"),
        lambda: services.remove_entry(ACTOR, entry),
        lambda: services.add_entry(ACTOR, entry.catalogue, level1="x", field=entry.field, code="y"),
        lambda: services.delete_draft(ACTOR, entry.catalogue),
        lambda: services.put_in_force(ACTOR, entry.catalogue, on=date(2020, 1, 1)),
    ):
        with pytest.raises(ValidationError, match="不得修改"):
            act()
    rows = CatalogueEntry.objects.filter(pk=entry.pk)
    for change in (
        lambda: rows.update(basis="新条例"),
        lambda: rows.delete(),
        lambda: make_entry(entry.catalogue),
    ):
        with pytest.raises(IntegrityError, match="不得修改"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="状态只能依次"), transaction.atomic():
        StandardCatalogue.objects.filter(pk=entry.catalogue_id).update(state="draft")


def test_every_trigger_is_there():
    assert triggers.missing_triggers() == []


def test_columns_of_an_entry_in_force_may_still_change(city):
    entry = make_entry(make_catalogue(city))
    put_in_force(entry.catalogue)
    column = make_column(city)
    services.update_entry(ACTOR, entry, columns=[column])
    assert entry.columns.get() == column
    assert services.set_columns(ACTOR, [entry], make_column(city)) == 1
    assert entry.columns.count() == 2


def test_an_empty_draft_and_a_day_to_come_are_refused(city):
    draft = make_catalogue(city)
    with pytest.raises(ValidationError, match="还没有事项"):
        services.put_in_force(ACTOR, draft, on=date(2020, 1, 1))
    make_entry(draft)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        services.put_in_force(ACTOR, draft, on=timezone.localdate() + timedelta(days=1))


def test_the_next_version_supersedes_and_carries_the_answers_over(city, office):
    """Given answers to a version, when its copy is put in force, then nobody answers again."""
    catalogue = make_catalogue(city)
    kept, dropped, stated = (make_entry(catalogue) for _ in range(3))
    put_in_force(catalogue)
    column = make_column(city)
    kept.columns.add(column)
    make_duty(kept, office, column=column)
    make_duty(dropped, office)
    until = timezone.localdate() + timedelta(days=30)
    make_duty(
        stated, office, state="not_applicable", reason="没有", stated_on=date(2020, 1, 1),
        valid_until=until,
    )  # fmt: skip
    copy = services.copy_version(ACTOR, catalogue, year=2021)
    services.remove_entry(ACTOR, copy.entries.get(matter=dropped.matter_id))
    services.update_entry(ACTOR, copy.entries.get(matter=kept.matter_id), basis="新条例")
    added = services.add_entry(ACTOR, copy, level1="新事项", code="N-1", field=kept.field)
    found = difference(catalogue, copy)
    assert [e.code for e in found.added] == ["N-1"]
    assert [e.code for e in found.removed] == [dropped.code]
    assert [(c.label, c.new) for _, changes in found.changed for c in changes] == [
        ("公开依据", "新条例")
    ]
    assert found.unchanged == 1

    services.put_in_force(ACTOR, copy, on=date(2021, 1, 1))
    catalogue.refresh_from_db()
    assert (catalogue.state, catalogue.superseded_on) == ("superseded", date(2021, 1, 1))
    duties = {d.entry.code: d for d in Duty.objects.filter(entry__catalogue=copy)}
    assert set(duties) == {kept.code, stated.code}
    assert duties[kept.code].column == column
    assert (duties[stated.code].state, duties[stated.code].valid_until) == ("not_applicable", until)
    assert copy.entries.get(matter=kept.matter_id).columns.get() == column
    assert not added.duties.exists()


def test_the_next_version_cannot_begin_before_the_last(city):
    entry = make_entry(make_catalogue(city))
    put_in_force(entry.catalogue, date(2020, 6, 1))
    copy = services.copy_version(ACTOR, entry.catalogue, year=2021)
    with pytest.raises(ValidationError, match="不能早于现行版本"):
        services.put_in_force(ACTOR, copy, on=date(2020, 1, 1))


def test_carrying_over_asks_a_constant_number_of_statements(city):
    def statements(bodies, year):
        catalogue = make_catalogue(city, year=year)
        entry = make_entry(catalogue)
        services.put_in_force(ACTOR, catalogue, on=date(year, 1, 1))
        for _ in range(bodies):
            make_duty(entry, make_organ(parent=city))
        copy = services.copy_version(ACTOR, catalogue, year=year)
        with CaptureQueriesContext(connection) as asked:
            services.put_in_force(ACTOR, copy, on=date(year, 2, 1))
        return len(asked)

    assert statements(1, 2020) == statements(30, 2021)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"level_county": False, "level_township": False}, "公开层级至少选一个"),
        ({"mode_proactive": False}, "公开方式至少选一个"),
        ({"audience_all": False}, "公开对象至少选一个"),
        ({"channels": ["坏;名字"]}, "渠道名称"),
        ({"level1": ""}, "不能为空"),
        ({"cycle": "never"}, "选项"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_in_words(city, values, words):
    form = {"code": "A-1", "level1": "政策", "field": make_field(), **values}
    with pytest.raises(ValidationError) as refused:
        services.add_entry(ACTOR, make_catalogue(city), **form)
    assert words in " ".join(refused.value.messages)


# -- adoption ----------------------------------------------------------------------------------


def test_bodies_are_proposed_what_level_and_subject_give_them(city, office):
    catalogue = make_catalogue(city)
    school = make_entry(catalogue, subject="县级教育行政部门;学校")
    relief = make_entry(catalogue, subject="县级民政部门;乡镇人民政府", level_township=True)
    budget = make_entry(catalogue, subject="各部门各单位", level_township=True)
    put_in_force(catalogue)
    street = make_organ(parent=city, kind="subdistrict", level="township", name="测试街道办事处")
    found = {
        p.organ: {e.pk for e in p.entries}
        for p in services.propose(catalogue, [city, office, street])
    }
    assert found == {office: {school.pk, budget.pk}, street: {relief.pk, budget.pk}}
    services.adopt(ACTOR, office, [school])
    again = {p.organ: p for p in services.propose(catalogue, [office])}
    assert {e.pk for e in again[office].entries} == {budget.pk}


def test_a_governments_own_word_on_a_subject_comes_first(city, office):
    catalogue = make_catalogue(city)
    entry = make_entry(catalogue, subject="民政部门")
    put_in_force(catalogue)
    services.assign_subject(ACTOR, catalogue, "民政部门", [office])
    assert services.propose(catalogue, [office])[0].entries == (entry,)
    services.assign_subject(ACTOR, catalogue, "民政部门", [])
    assert services.propose(catalogue, [office]) == []
    with pytest.raises(ValidationError, match="不在"):
        services.assign_subject(ACTOR, catalogue, "民政部门", [make_organ()])


def test_adopting_twice_changes_nothing_and_a_statement_stays(city, office):
    one, two = make_adopted_entries(office, 2)
    Duty.objects.filter(entry=two).update(
        state="empty", reason="没有", stated_on=date(2020, 1, 1), valid_until=date(2100, 1, 1)
    )
    assert services.adopt(ACTOR, office, [one, two]) == 0
    assert Duty.objects.get(entry=two).state == DutyState.EMPTY


def test_only_entries_in_force_are_taken_on_and_only_by_bodies_that_exist(city, office):
    draft = make_entry(make_catalogue(city))
    with pytest.raises(ValidationError, match="现行"):
        services.adopt(ACTOR, office, [draft])
    put_in_force(draft.catalogue)
    gone = make_organ(parent=city, abolished_on=date(2020, 1, 1))
    with pytest.raises(ValidationError, match="已撤销"):
        services.adopt(ACTOR, gone, [draft])


def test_nobody_adopts_for_another_body(city, office):
    entry = make_adopted_entry(office)
    other = make_organ(parent=city)
    duty = make_duty(entry, other)
    actor = officer_of(office)
    until = timezone.localdate()
    for act in (
        lambda: services.adopt(actor, other, [entry]),
        lambda: services.adopt_many(actor, [services.Proposal(other, (entry,))]),
        lambda: services.state_duties(
            actor, [duty], state="empty", reason="x", valid_until=until
        ),
        lambda: services.take_up(actor, [duty]),
        lambda: services.release(actor, [duty]),
        lambda: services.set_duty_column(actor, duty, None),
        lambda: services.review_statement(actor, duty, accepted=True),
        lambda: services.record_occasion(
            actor, other, entry, kind="formed", happened_on=until, label="x"
        ),
    ):  # fmt: skip
        with pytest.raises(PermissionDenied):
            act()


def test_bulk_adoption_asks_a_constant_number_of_statements(city):
    def statements(bodies, year):
        government = make_organ()
        catalogue = make_catalogue(government, year=year)
        for _ in range(3):
            make_entry(catalogue, level_township=True)
        put_in_force(catalogue)
        organs = [make_organ(parent=government, kind="township") for _ in range(bodies)]
        with CaptureQueriesContext(connection) as asked:
            services.adopt_many(ACTOR, services.propose(catalogue, organs))
        return len(asked)

    assert statements(1, 2020) == statements(20, 2020)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "applicable"}, "请选择"),
        ({"reason": " "}, "请写明理由"),
        ({"reason": "长" * 201}, "最多200个字"),
        ({"valid_until": date(2019, 1, 1)}, "不能早于"),
        ({"valid_until": date(2200, 1, 1)}, "最长一年"),
    ],
)
def test_a_statement_needs_a_reason_and_lasts_a_year_at_most(city, office, values, words):
    duty = make_adopted_entry(office).duties.get()
    today = timezone.localdate()
    form = {"state": "empty", "reason": "没有", "valid_until": today, **values}
    with pytest.raises(ValidationError) as refused:
        services.state_duties(ACTOR, [duty], **form)
    assert words in " ".join(refused.value.messages)


def test_a_statement_closes_periods_to_come_and_leaves_overdue_ones(city, office):
    entry = make_adopted_entry(office, cycle="yearly")
    today = timezone.localdate()
    duty = entry.duties.get()
    make_period(office, entry, today.year - 1, due=today - timedelta(days=10))
    make_period(office, entry, today.year, due=today + timedelta(days=10))
    until = today + timedelta(days=60)
    services.state_duties(ACTOR, [duty], state="empty", reason="没有", valid_until=until)
    assert [bool(o.empty_reason) for o in Occasion.objects.order_by("due_on")] == [False, True]
    services.take_up(ACTOR, [duty])
    assert not Occasion.objects.exclude(empty_reason="").exists()
    services.state_duties(ACTOR, [duty], state="not_applicable", reason="没有", valid_until=until)
    assert not Occasion.objects.filter(due_on=today + timedelta(days=10)).exists()
    assert Occasion.objects.filter(due_on=today - timedelta(days=10)).exists()


def make_period(organ, entry, year, *, due):
    return make_occasion(
        organ, entry, kind="period", label=f"{year}年", happened_on=None,
        opens_on=date(year, 1, 1), period_start=date(year, 1, 1), period_end=date(year, 12, 31),
        due_on=due,
    )  # fmt: skip


def test_a_rule_states_answered_and_unanswered_entries_alike(city, office):
    catalogue = make_catalogue(city)
    answered, not_yet, other = (
        make_entry(catalogue, level1=name) for name in ("农村危房", "危房改造", "别的")
    )
    put_in_force(catalogue)
    make_duty(answered, office)
    today = timezone.localdate()
    form = {"reason": "没有农村", "valid_until": today}
    assert services.mark_by_rule(ACTOR, catalogue, [office], words="危房", **form) == 2
    assert set(Duty.objects.filter(state="not_applicable").values_list("entry_id", flat=True)) == {
        answered.pk,
        not_yet.pk,
    }
    assert not other.duties.exists()
    with pytest.raises(ValidationError, match="请选择领域"):
        services.mark_by_rule(ACTOR, catalogue, [office], **form)
    with pytest.raises(ValidationError, match="没有符合条件"):
        services.mark_by_rule(ACTOR, catalogue, [office], words="宇航", **form)


def test_a_statement_is_accepted_or_the_duty_comes_back(city, office):
    duty = make_adopted_entry(office).duties.get()
    with pytest.raises(ValidationError, match="不需要复核"):
        services.review_statement(ACTOR, duty, accepted=True)
    today = timezone.localdate()
    services.state_duties(ACTOR, [duty], state="empty", reason="没有", valid_until=today)
    assert services.review_statement(ACTOR, duty, accepted=True).reviewed_on == today
    with pytest.raises(ValidationError, match="请写明理由"):
        services.review_statement(ACTOR, duty, accepted=False)
    back = services.review_statement(ACTOR, duty, accepted=False, opinion="有的")
    assert (back.state, back.reason) == ("applicable", "")


def test_what_was_published_cannot_be_released(city, office):
    entry = make_adopted_entry(office)
    duty = entry.duties.get()
    publication = make_publication(office, entry, date(2020, 3, 20))
    make_occasion(office, entry, publication=publication, fulfilled_on=date(2020, 3, 20))
    with pytest.raises(ValidationError, match="不能取消认领"):
        services.release(ACTOR, [duty])


def test_a_closed_column_takes_no_duty(city, office):
    duty = make_adopted_entry(office).duties.get()
    with pytest.raises(ValidationError, match="已停用"):
        services.set_duty_column(ACTOR, duty, make_column(city, closed_on=date(2020, 1, 1)))


# -- obligations -------------------------------------------------------------------------------


def test_an_occasion_gets_its_due_date_and_is_met_by_what_was_published(city, office):
    entry = make_adopted_entry(office, trigger="财政部门批复", day_type="calendar")
    make_publication(office, entry, date(2020, 2, 20))
    occasion = services.record_occasion(
        ACTOR, office, entry, kind="approved", happened_on=date(2020, 2, 10), label="批复"
    )
    assert (occasion.due_on, occasion.fulfilled_on) == (date(2020, 3, 1), date(2020, 2, 20))


def test_an_unknown_day_becomes_known(city, office):
    entry = make_adopted_entry(office)
    services.record_publication(
        organ=office, entry_ids=[entry.pk], source="t", source_id="1", title="文件",
        formed_on=None, published_on=date(2020, 3, 31),
    )  # fmt: skip
    occasion = services.record_occasion(
        ACTOR, office, entry, kind="formed", happened_on=date(2020, 3, 2), label="文件形成"
    )
    assert Occasion.objects.get() == occasion
    assert occasion.days_late(date(2021, 1, 1)) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "approved"}, "可以登记的是"),
        ({"label": ""}, "请写明是什么"),
        ({"happened_on": date(2200, 1, 1)}, "不能晚于今天"),
    ],
)
def test_an_occasion_that_cannot_be_is_refused_in_words(city, office, values, words):
    entry = make_adopted_entry(office)
    form = {"kind": "formed", "happened_on": date(2020, 3, 2), "label": "文件", **values}
    with pytest.raises(ValidationError) as refused:
        services.record_occasion(ACTOR, office, entry, **form)
    assert words in " ".join(refused.value.messages)


def test_an_occasion_is_not_entered_twice_and_not_without_a_duty(city, office):
    entry = make_adopted_entry(office)
    form = {"kind": "formed", "happened_on": date(2020, 3, 2), "label": "文件"}
    services.record_occasion(ACTOR, office, entry, **form)
    with pytest.raises(ValidationError, match="已经登记过"):
        services.record_occasion(ACTOR, office, entry, **form)
    with pytest.raises(ValidationError, match="还没有认领"):
        services.record_occasion(ACTOR, make_organ(parent=city), entry, **form)


def test_an_act_must_be_announced_before_it(city, office):
    """事前公开: given a recruitment fair on 10 June 2020, then it is due on 9 June."""
    entry = make_adopted_entry(office, trigger="事前公开", limit_days=None)
    make_publication(office, entry, date(2020, 6, 1))
    act = services.record_occasion(
        ACTOR, office, entry, kind="act", happened_on=date(2020, 6, 10), label="招聘会"
    )
    assert (act.due_on, act.fulfilled_on) == (date(2020, 6, 9), date(2020, 6, 1))


def test_what_cannot_be_voided_says_why(city, office):
    entry = make_adopted_entry(office)
    period = make_period(office, entry, 2020, due=date(2020, 12, 31))
    with pytest.raises(ValidationError, match="周期更新不能作废"):
        services.void_occasion(ACTOR, period, reason="x")
    services.record_publication(
        organ=office, entry_ids=[entry.pk], source="t", source_id="1", title="文件",
        formed_on=date(2020, 3, 2), published_on=date(2020, 3, 3),
    )  # fmt: skip
    with pytest.raises(ValidationError, match="随已公开的信息产生"):
        services.void_occasion(ACTOR, Occasion.objects.get(kind="formed"), reason="x")
    occasion = make_occasion(office, entry)
    with pytest.raises(ValidationError, match="请写明作废原因"):
        services.void_occasion(ACTOR, occasion, reason="")
    services.void_occasion(ACTOR, occasion, reason="重复")
    with pytest.raises(ValidationError, match="已经作废"):
        services.void_occasion(ACTOR, occasion, reason="重复")


def test_only_an_open_period_is_closed_as_empty(city, office):
    entry = make_adopted_entry(office)
    with pytest.raises(ValidationError, match="只有尚未公开的周期更新"):
        services.close_period(ACTOR, make_occasion(office, entry), reason="没有")
    period = make_period(office, entry, 2020, due=date(2020, 12, 31))
    with pytest.raises(ValidationError, match="请写明理由"):
        services.close_period(ACTOR, period, reason="")
    services.close_period(ACTOR, period, reason="没有")
    services.reopen_period(ACTOR, period)
    with pytest.raises(ValidationError, match="没有登记过"):
        services.reopen_period(ACTOR, period)


# -- periods -----------------------------------------------------------------------------------


def labels(**filters):
    return list(
        Occasion.objects.filter(**filters).order_by("due_on").values_list("label", "due_on")
    )


def test_periods_open_from_the_day_the_catalogue_is_in_force(city, office):
    catalogue = make_catalogue(city)
    entry = make_entry(catalogue, cycle="quarterly", trigger="季度结束", limit_days=10)
    put_in_force(catalogue, date(2020, 5, 1))
    make_duty(entry, office)
    opened = open_periods_of(Duty.objects.all(), date(2020, 8, 1))
    assert opened == 3
    assert labels() == [
        ("2020年第二季度", date(2020, 7, 14)),
        ("2020年第三季度", date(2020, 10, 21)),
        ("2020年第四季度", date(2021, 1, 15)),
    ]
    assert open_periods_of(Duty.objects.all(), date(2020, 8, 1)) == 0
    assert open_periods_of(Duty.objects.all(), date(2020, 12, 1)) == 4


def test_a_school_year_is_due_by_the_stated_day(city, office):
    catalogue = make_catalogue(city)
    entry = make_entry(catalogue, cycle="school_year", cycle_by="09-30")
    put_in_force(catalogue, date(2020, 1, 1))
    make_duty(entry, office)
    open_periods_of(Duty.objects.all(), date(2020, 10, 1))
    assert labels() == [("2020—2021学年", date(2020, 9, 30))]


def test_periods_respect_statements_and_the_life_of_the_body(city, office):
    catalogue = make_catalogue(city)
    entry = make_entry(catalogue, cycle="yearly")
    put_in_force(catalogue, date(2019, 1, 1))
    said = {"reason": "没有", "stated_on": date(2020, 1, 1), "valid_until": date(2020, 12, 31)}
    empty, outside = make_organ(parent=city), make_organ(parent=city)
    young = make_organ(parent=city, established_on=date(2020, 6, 1))
    gone = make_organ(parent=city, abolished_on=date(2020, 6, 1))
    make_duty(entry, empty, state="empty", **said)
    make_duty(entry, outside, state="not_applicable", **said)
    for organ in (young, gone):
        make_duty(entry, organ)
    open_periods_of(Duty.objects.all(), date(2020, 3, 1))

    def years(organ):
        return [label for label, _ in labels(organ=organ)]

    assert years(empty) == ["2019年", "2020年"]
    assert Occasion.objects.get(organ=empty, label="2020年").empty_reason == "没有"
    assert years(outside) == ["2019年"]
    assert years(young) == ["2020年"]
    assert years(gone) == ["2019年"]


def test_a_publication_from_before_meets_a_period_opened_later(city, office):
    entry = make_adopted_entry(office, cycle="yearly")
    make_publication(office, entry, date(2020, 3, 20))
    open_periods_of(Duty.objects.all(), date(2020, 6, 1))
    assert Occasion.objects.get(label="2020年").fulfilled_on == date(2020, 3, 20)


def test_opening_periods_asks_statements_by_period_and_not_by_body(city):
    def statements(bodies):
        government = make_organ()
        catalogue = make_catalogue(government)
        entry = make_entry(catalogue, cycle="monthly")
        put_in_force(catalogue, date(2020, 1, 1))
        for _ in range(bodies):
            make_duty(entry, make_organ(parent=government))
        duties = Duty.objects.filter(entry=entry)
        with CaptureQueriesContext(connection) as asked:
            open_periods_of(duties, date(2020, 6, 1))
        return len(asked)

    assert statements(1) == statements(30)


def test_the_command_opens_periods_and_recomputes(city, office, capsys):
    from django.core.management import call_command

    entry = make_adopted_entry(office, cycle="yearly")
    make_occasion(office, entry, due_on=date(2020, 1, 1))
    call_command("catalogue", "duties")
    assert "重算后变动的期限1项" in capsys.readouterr().out
    assert Occasion.objects.get(kind="formed").due_on == date(2020, 3, 30)


# -- columns, topics, fields -------------------------------------------------------------------


def column(city, **values):
    return services.create_column(
        ACTOR, **{"slug": "a", "title": "甲", "kind": "news", "owner": city, **values}
    )


def test_a_column_tree_has_no_rings_and_no_fifth_level(city):
    one = column(city)
    two = column(city, slug="b", parent=one)
    three = column(city, slug="c", parent=two)
    four = column(city, slug="d", parent=three)
    with pytest.raises(ValidationError, match="最多4级"):
        column(city, slug="e", parent=four)
    with pytest.raises(ValidationError, match="自己的下级"):
        services.update_column(ACTOR, one, parent=three)
    with pytest.raises(ValidationError, match="网址标识"):
        column(city)


def test_a_column_with_open_ones_below_is_not_closed(city):
    one = column(city)
    two = column(city, slug="b", parent=one)
    with pytest.raises(ValidationError, match="下面还有在用的栏目"):
        services.close_column(ACTOR, one)
    services.close_column(ACTOR, two)
    services.close_column(ACTOR, one)
    with pytest.raises(ValidationError, match="已经停用"):
        services.close_column(ACTOR, one)
    with pytest.raises(ValidationError, match="先恢复上级栏目"):
        services.reopen_column(ACTOR, two)
    services.reopen_column(ACTOR, one)
    with pytest.raises(ValidationError, match="没有停用"):
        services.reopen_column(ACTOR, one)


def test_moving_the_last_column_down_changes_nothing(city):
    one = column(city)
    services.move_column(ACTOR, one, up=False)
    assert Column.objects.get().order == one.order


def test_fields_and_topics_are_changed_at_the_root_alone(city):
    county = make_organ(parent=city, kind="government")
    actor = Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, county))
    topic = make_topic()
    with pytest.raises(PermissionDenied, match="最上级"):
        services.rename_topic(actor, topic, alias="x")
    with pytest.raises(PermissionDenied, match="最上级"):
        services.create_field(actor, code="X", name="x")
    root = Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, city))
    assert services.create_field(root, code="zwj", name="镇政府文件").code == "ZWJ"
    with pytest.raises(ValidationError):
        services.create_field(root, code="zwj", name="别的")
    assert Field.objects.count() == 1


def test_every_body_has_its_own_entry_in_the_ledger_after_a_bulk_act(city):
    catalogue = make_catalogue(city)
    make_entry(catalogue, level_township=True)
    put_in_force(catalogue)
    organs = [make_organ(parent=city, kind="township") for _ in range(3)]
    services.adopt_many(ACTOR, services.propose(catalogue, organs))
    chains = LedgerEntry.objects.filter(action="catalogue.adopt").values_list(
        "chain__name", flat=True
    )
    assert set(chains) == set(Organ.objects.filter(kind="township").values_list("code", flat=True))


def test_a_governments_office_is_not_the_civil_affairs_body(city):
    """民政 stands within 人民政府; that makes no office a body of civil affairs."""
    office = make_organ(parent=city, name="测试市人民政府办公室")
    civil = make_organ(parent=city, name="测试市民政局")
    catalogue = make_catalogue(city)
    make_entry(catalogue, subject="县级民政部门")
    put_in_force(catalogue)
    found = services.propose(catalogue, [city, office, civil])
    assert [proposal.organ for proposal in found] == [civil]
