"""The staff screens of the catalogue, through HTTP."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from gongkai.catalogue.exchange import plain_csv
from gongkai.catalogue.models import (
    CatalogueEntry,
    Column,
    Duty,
    DutyState,
    Occasion,
    StandardCatalogue,
    SubjectBody,
    Topic,
)
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
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


@pytest.fixture
def city():
    return make_organ("411281", name="测试市人民政府")


@pytest.fixture
def office(city):
    return make_organ("411281-001", parent=city, name="测试市教育局")


@pytest.fixture
def officer(client, office):
    """A browser in which the body's information officer is logged in."""
    client.force_login(make_user(Role.INFORMATION_OFFICER, office))
    return client


@pytest.fixture
def head(client, city):
    """A browser in which the disclosure office of the city is logged in."""
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    return client


def url(name, *args):
    return reverse(f"catalogue:{name}", args=args)


def text_of(response):
    return response.content.decode()


def statements(browser, address):
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


# -- who sees what -----------------------------------------------------------------------------


def test_an_officer_reads_the_catalogue_that_binds_the_body_and_no_draft(officer, office, city):
    entry = make_adopted_entry(office, level2="本市事项")
    draft = make_entry(make_catalogue(city, year=2021), level2="草稿事项")
    other = make_adopted_entry(make_organ(), level2="别市事项")
    page = text_of(officer.get(url("index")))
    assert "本市事项" in page
    assert "草稿事项" not in page
    assert "别市事项" not in page
    assert officer.get(url("entry_detail", entry.pk)).status_code == 200
    assert officer.get(url("entry_detail", draft.pk)).status_code == 404
    assert officer.get(url("entry_detail", other.pk)).status_code == 404
    assert "草稿事项" not in text_of(officer.get(url("index"), {"version": draft.catalogue_id}))


@pytest.mark.parametrize(
    "name", ["duty_detail", "duty_state", "duty_take_up", "duty_column", "duty_release",
             "occasion_create"]
)  # fmt: skip
def test_another_bodys_duty_does_not_exist_for_an_officer(officer, city, name):
    entry = make_adopted_entry(make_organ(parent=city))
    assert officer.get(url(name, entry.duties.get().pk)).status_code == 404


@pytest.mark.parametrize(
    "name", ["occasion_detail", "occasion_void", "occasion_empty", "occasion_reopen"]
)
def test_another_bodys_occasion_does_not_exist_for_an_officer(officer, city, name):
    other = make_organ(parent=city)
    occasion = make_occasion(other, make_adopted_entry(other))
    assert officer.get(url(name, occasion.pk)).status_code == 404


def test_an_officer_sees_the_duties_of_the_own_body_alone(officer, office, city):
    other = make_organ(parent=city, name="别的局")
    entry = make_adopted_entry(office)
    make_duty(entry, other)
    make_occasion(office, entry, label="本局的")
    make_occasion(other, entry, label="别局的")
    assert "别的局" not in text_of(officer.get(url("duties")))
    page = text_of(officer.get(url("occasions")))
    assert "本局的" in page
    assert "别局的" not in page
    assert "别的局" not in text_of(officer.get(url("coverage"), {"year": 2020}))


@pytest.mark.parametrize(
    ("name", "needs"),
    [("version_create", ()), ("version_copy", ("v",)), ("version_in_force", ("v",)),
     ("version_delete", ("v",)), ("version_import", ("v",)), ("entry_create", ("v",)),
     ("entry_edit", ("e",)), ("entry_columns", ("e",)), ("entry_remove", ("e",)),
     ("column_create", ()), ("duty_rule", ()), ("subjects", ()), ("field_create", ())],
)  # fmt: skip
def test_an_officer_may_not_compile(officer, office, name, needs):
    entry = make_adopted_entry(office)
    keys = {"v": entry.catalogue_id, "e": entry.pk}
    response = officer.get(url(name, *(keys[n] for n in needs)))
    assert response.status_code in (302, 403, 404)


def test_a_topic_is_renamed_at_the_root_alone(client, city):
    topic = make_topic()
    county = make_organ(parent=city, kind="government")
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, county))
    assert client.get(url("topic_edit", topic.pk)).status_code == 404
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    client.post(url("topic_edit", topic.pk), {"alias": "本地叫法"})
    assert Topic.objects.get(pk=topic.pk).label == "本地叫法"


# -- lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["index", "duties", "occasions", "coverage", "adopt"])
def test_lists_ask_as_many_statements_for_fifty_rows_as_for_one(head, city, name):
    catalogue, field = make_catalogue(city), make_field()
    entries = [make_entry(catalogue, field=field, level_township=True) for _ in range(51)]
    put_in_force(catalogue)
    bodies = [make_organ(parent=city) for _ in range(51)]
    address = url(name)

    def fill(number):
        for entry, body in list(zip(entries, bodies, strict=True))[:number]:
            Duty.objects.get_or_create(entry=entry, matter_id=entry.matter_id, organ=body)
            make_occasion(body, entry, due_on=timezone.localdate())

    fill(1)
    one = statements(head, address)
    fill(51)
    assert statements(head, address) <= one


def test_empty_states_say_what_to_do(head, city):
    for name, words in (
        ("index", "还没有事项"),
        ("versions", "还没有标准目录"),
        ("duties", "还没有认领"),
        ("occasions", "还没有公开时点"),
        ("coverage", "没有现行的标准目录"),
        ("adopt", "没有现行的标准目录"),
        ("columns", "还没有栏目"),
        ("topics", "还没有主题分类"),
        ("subjects", "没有现行的标准目录"),
    ):
        assert words in text_of(head.get(url(name))), name


def test_entries_are_filtered_and_searched(officer, office, city):
    catalogue = make_catalogue(city)
    make_entry(catalogue, level2="甲事项", level_township=True, confidence="待核")
    make_entry(catalogue, level2="乙事项", cycle="yearly")
    put_in_force(catalogue)

    def listed(**query):
        page = text_of(officer.get(url("index"), query))
        return {name for name in ("甲事项", "乙事项") if name in page}

    assert listed() == {"甲事项", "乙事项"}
    assert listed(level="township") == {"甲事项"}
    assert listed(cycle="yearly") == {"乙事项"}
    assert listed(checked="no") == {"甲事项"}
    assert listed(q="乙") == {"乙事项"}


def test_duties_are_filtered_by_their_answer(officer, office):
    taken, empty, lapsed = make_adopted_entries(office, 3)
    statement = {"state": "empty", "reason": "本期没有", "stated_on": date(2020, 1, 1)}
    Duty.objects.filter(entry=empty).update(valid_until=date(2100, 1, 1), **statement)
    Duty.objects.filter(entry=lapsed).update(valid_until=date(2020, 3, 1), **statement)
    make_publication(office, taken, timezone.localdate())

    def listed(answer):
        page = text_of(officer.get(url("duties"), {"answer": answer}))
        return {e for e in (taken, empty, lapsed) if e.code in page}

    assert listed("applicable") == {taken}
    assert listed("empty") == {empty, lapsed}
    assert listed("lapsed") == {lapsed}
    assert listed("unreviewed") == {empty}
    assert listed("missing") == {lapsed}


# -- versions ----------------------------------------------------------------------------------


def test_a_version_is_made_filled_put_in_force_and_copied(head, city):
    head.post(url("version_create"), {"organ": city.code, "year": 2020, "title": ""})
    version = StandardCatalogue.objects.get()
    field = make_field("YWJY", name="义务教育")
    form = {
        "field": field.pk, "code": "YWJY-001", "level1": "政策", "time_limit_text": "每季度结束后10个工作日内",
        "cycle": "", "channels": ["政府网站"], "other_channels": "微信群", "audience_all": "on",
        "mode_proactive": "on", "level_county": "on",
    }  # fmt: skip
    response = head.post(url("entry_create", version.pk), form)
    assert response.status_code == 302, text_of(response)
    entry = CatalogueEntry.objects.get()
    assert (entry.cycle, entry.limit_days, entry.seq) == ("quarterly", 10, 1)
    assert entry.channels == ["政府网站", "微信群"]
    response = head.post(url("entry_edit", entry.pk), {**form, "level1": "政策文件"})
    assert response.status_code == 302, text_of(response)
    head.post(url("version_in_force", version.pk), {"on": "2020-01-01"})
    version.refresh_from_db()
    assert version.state == "in_force"
    head.post(url("version_copy", version.pk), {"year": 2021})
    copy = StandardCatalogue.objects.get(state="draft")
    page = text_of(head.get(url("version_diff", copy.pk, version.pk)))
    assert "完全相同" in page
    CatalogueEntry.objects.filter(catalogue=copy).update(basis="新条例")
    assert "新条例" in text_of(head.get(url("version_diff", copy.pk, version.pk)))
    assert head.get(url("version_detail", copy.pk)).status_code == 200
    head.post(url("version_delete", copy.pk))
    assert StandardCatalogue.objects.count() == 1


def test_an_entry_without_a_level_is_refused_at_the_field(head, city):
    version, field = make_catalogue(city), make_field()
    response = head.post(
        url("entry_create", version.pk),
        {"field": field.pk, "code": "A-1", "level1": "政策", "audience_all": "on",
         "mode_proactive": "on"},
    )  # fmt: skip
    assert response.status_code == 422
    assert "公开层级至少选一个" in text_of(response)


def test_an_import_shows_what_it_understood_before_it_writes(head, city):
    version = make_catalogue(city)
    source = make_entry(make_catalogue(make_organ(), year=2022), time_limit_text="看情况",
                        limit_days=None, field=make_field("YWJY", name="义务教育"))  # fmt: skip
    upload = SimpleUploadedFile("目录.csv", plain_csv([source]))
    page = head.post(url("version_import", version.pk), {"file": upload})
    assert page.status_code == 200
    assert "没有读懂公开时限" in text_of(page)
    assert not version.entries.exists()
    token = page.context["staged"].token
    done = head.post(
        url("version_import", version.pk), {"token": token, "field_code": "", "level": ""}
    )
    assert done.status_code == 302
    assert version.entries.get().code == source.code


def test_bad_rows_are_shown_with_row_and_column(head, city):
    version = make_catalogue(city)
    bad = "事项编码,领域代码,一级事项,县级\nA-1,YWJY,政策,也许\n".encode()
    page = head.post(url("version_import", version.pk), {"file": SimpleUploadedFile("a.csv", bad)})
    assert page.status_code == 422
    assert "请填写“是”或“否”" in text_of(page)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_version_is_exported_and_the_ledger_knows(officer, office, kind):
    entry = make_adopted_entry(office)
    response = officer.get(url("version_export", entry.catalogue_id, kind))
    assert response.status_code == 200
    if kind == "xlsx":
        assert entry.field.name in load_workbook(io.BytesIO(response.content)).sheetnames
    else:
        assert entry.code in response.content.decode("utf-8-sig")
    assert LedgerEntry.objects.filter(action="catalogue.export").count() == 1
    assert officer.get(url("version_export", entry.catalogue_id, "pdf")).status_code == 404


# -- duties ------------------------------------------------------------------------------------


def test_an_officer_takes_on_what_the_subject_gives_the_body(officer, office, city):
    catalogue = make_catalogue(city)
    ours = make_entry(catalogue, subject="教育行政部门")
    theirs = make_entry(catalogue, subject="财政部门", level2="预算公开")
    put_in_force(catalogue)
    page = officer.get(url("adopt"))
    assert ours.code in text_of(page)
    assert theirs.code not in text_of(page)
    officer.post(url("adopt"), {"organ": office.code, "entry": [ours.pk]})
    assert Duty.objects.get().entry == ours
    found = officer.get(url("adopt"), {"organ": office.code, "q": "预算"})
    assert theirs.code in text_of(found)
    officer.post(
        f"{url('adopt')}?organ={office.code}&q=x", {"organ": office.code, "entry": theirs.pk}
    )


def test_the_office_takes_on_for_every_body_with_one_click(head, city):
    catalogue = make_catalogue(city)
    for _ in range(3):
        make_entry(catalogue, level_township=True, subject="县级民政部门;乡镇人民政府")
    put_in_force(catalogue)
    streets = [make_organ(parent=city, kind="subdistrict", level="township") for _ in range(2)]
    page = text_of(head.get(url("adopt")))
    assert "为 2 个机关一键认领 6 项" in page
    head.post(url("adopt"), {"organ": "all"})
    assert Duty.objects.filter(organ__in=streets).count() == 6


def test_an_officer_cannot_take_on_for_another_body(officer, city):
    catalogue = make_catalogue(city)
    entry = make_entry(catalogue, subject="财政部门")
    put_in_force(catalogue)
    other = make_organ(parent=city, name="测试市财政局")
    officer.post(url("adopt"), {"organ": other.code, "entry": [entry.pk]})
    assert not Duty.objects.exists()


def test_a_statement_is_made_reviewed_and_sent_back(client, office, city):
    entry = make_adopted_entry(office)
    duty = entry.duties.get()
    client.force_login(make_user(Role.INFORMATION_OFFICER, office))
    missing = client.post(
        url("duty_state", duty.pk), {"state": "empty", "valid_until": "2020-02-01"}
    )
    assert missing.status_code == 422
    client.post(
        url("duty_state", duty.pk),
        {"state": "not_applicable", "reason": "没有这项职能", "valid_until": timezone.localdate()},
    )
    duty.refresh_from_db()
    assert duty.state == DutyState.NOT_APPLICABLE
    assert client.get(url("duty_review", duty.pk)).status_code in (302, 403, 404)
    client.force_login(make_user(Role.DISCLOSURE_OFFICE, city))
    refused = client.post(url("duty_review", duty.pk), {"accepted": "no", "opinion": ""})
    assert "请写明理由" in text_of(refused)
    client.post(url("duty_review", duty.pk), {"accepted": "no", "opinion": "职能在你局"})
    duty.refresh_from_db()
    assert duty.state == DutyState.APPLICABLE
    assert "职能在你局" in text_of(client.get(url("duty_detail", duty.pk)))


def test_a_duty_gets_a_column_of_its_own_and_can_be_released(officer, office):
    duty = make_adopted_entry(office).duties.get()
    column = make_column(office)
    officer.post(url("duty_column", duty.pk), {"column": column.pk})
    duty.refresh_from_db()
    assert duty.column == column
    officer.post(url("duty_release", duty.pk))
    assert not Duty.objects.exists()


def test_many_duties_are_stated_by_a_rule(head, city):
    catalogue = make_catalogue(city)
    make_entry(catalogue, level1="农村危房改造")
    make_entry(catalogue, level1="其他")
    put_in_force(catalogue)
    streets = [make_organ(parent=city, kind="subdistrict") for _ in range(2)]
    form = {
        "organs": "\n".join(s.code for s in streets), "words": "危房", "state": "not_applicable",
        "reason": "辖区没有农村", "valid_until": timezone.localdate(),
    }  # fmt: skip
    head.post(url("duty_rule"), form)
    assert Duty.objects.filter(state="not_applicable").count() == 2
    wrong = head.post(url("duty_rule"), {**form, "organs": "无此代码"})
    assert "没有这些机构代码" in text_of(wrong)


def test_a_subject_is_assigned_to_bodies(head, city, office):
    entry = make_adopted_entry(office, subject="学校")
    assert "没有对应的机关" in text_of(head.get(url("subjects")))
    address = f"{url('subject_edit', entry.catalogue_id)}?subject=学校"
    head.post(address, {"organs": office.code})
    assert SubjectBody.objects.get().organ == office
    assert "已指定" in text_of(head.get(url("subjects")))


# -- occasions ---------------------------------------------------------------------------------


def test_a_budget_approval_is_entered_and_its_due_date_explained(officer, office):
    entry = make_adopted_entry(office, trigger="本级财政部门批复", day_type="calendar")
    duty = entry.duties.get()
    response = officer.post(
        url("occasion_create", duty.pk),
        {"kind": "approved", "happened_on": "2020-02-10", "label": "2020年部门预算批复"},
    )
    assert response.status_code == 302, text_of(response)
    occasion = Occasion.objects.get()
    assert occasion.due_on == date(2020, 3, 1)
    page = text_of(officer.get(url("occasion_detail", occasion.pk)))
    assert "其后第20日为2020-03-01" in page
    assert "逾期未公开" in page
    officer.post(url("occasion_void", occasion.pk), {"reason": "登记错了"})
    occasion.refresh_from_db()
    assert occasion.void_reason == "登记错了"


def test_a_period_is_closed_as_empty_and_opened_again(officer, office):
    entry = make_adopted_entry(office, cycle="quarterly")
    occasion = make_occasion(
        office, entry, kind="period", happened_on=None, opens_on=date(2020, 1, 1),
        period_start=date(2020, 1, 1), period_end=date(2020, 3, 31), due_on=date(2020, 3, 31),
    )  # fmt: skip
    officer.post(url("occasion_empty", occasion.pk), {"reason": "本季度没有补贴"})
    occasion.refresh_from_db()
    assert occasion.empty_reason == "本季度没有补贴"
    officer.post(url("occasion_reopen", occasion.pk))
    occasion.refresh_from_db()
    assert occasion.is_open


def test_obligations_are_filtered_by_state_and_period(officer, office):
    entry = make_adopted_entry(office)
    make_occasion(office, entry, label="旧的逾期")
    make_occasion(office, entry, label="按时的", fulfilled_on=date(2020, 3, 20))
    make_occasion(office, entry, label="次年的", due_on=date(2021, 3, 30))

    def listed(**query):
        page = text_of(officer.get(url("occasions"), query))
        return {n for n in ("旧的逾期", "按时的", "次年的") if n in page}

    assert listed(state="overdue") == {"旧的逾期", "次年的"}
    assert listed(state="overdue", year="2020") == {"旧的逾期"}
    assert listed(state="on_time") == {"按时的"}
    assert listed(year="2021") == {"次年的"}


# -- coverage ----------------------------------------------------------------------------------


def test_the_dashboard_leads_to_the_lists_behind_it(head, city, office):
    one, two = make_adopted_entries(office, 2)
    make_publication(office, one, date(2020, 3, 20))
    make_occasion(office, two)
    page = head.get(url("coverage"), {"year": "2020"})
    text = text_of(page)
    assert "50.0%" in text
    (row,) = page.context["rows"]
    assert two.code in text_of(head.get(row.missing_url))
    assert one.code not in text_of(head.get(row.missing_url))
    assert "测试文件" in text_of(head.get(row.overdue_url))
    by_field = head.get(url("coverage"), {"year": "2020", "by": "field"})
    assert one.field.name in text_of(by_field)
    assert head.get(url("coverage") + row.url).status_code == 200


def test_the_dashboard_is_exported(head, city, office):
    make_adopted_entry(office)
    response = head.get(url("coverage"), {"year": "2020", "export": "xlsx"})
    sheet = load_workbook(io.BytesIO(response.content)).active
    heads = [cell.value for cell in sheet[2]]
    row = dict(zip(heads, (cell.value for cell in sheet[3]), strict=True))
    assert row["机关"] == "测试市教育局"
    assert (row["应公开事项"], row["未公开"], row["覆盖率"]) == (1, 1, "0.0%")
    assert sheet.max_row == 4


def test_a_strange_period_is_this_year(head, city):
    for query in ({"year": "never"}, {"since": "2020-13-40", "until": "x"}, {"quarter": "9"}):
        assert head.get(url("coverage"), query).status_code == 200


# -- columns and topics ------------------------------------------------------------------------


def test_columns_are_made_moved_changed_closed_and_opened(head, city):
    form = {"title": "通知公告", "slug": "tzgg", "kind": "notice", "owner": city.code}
    head.post(url("column_create"), form)
    head.post(url("column_create"), {**form, "title": "政务动态", "slug": "zwdt", "kind": "news"})
    first, second = Column.objects.order_by("order")
    head.post(url("columns"), {"column": second.pk, "move": "up"})
    assert [c.slug for c in Column.objects.order_by("order")] == ["zwdt", "tzgg"]
    head.post(url("column_edit", first.pk), {**form, "title": "公告"})
    first.refresh_from_db()
    assert first.title == "公告"
    head.post(url("column_close", first.pk))
    first.refresh_from_db()
    assert first.closed_on == timezone.localdate()
    head.post(url("column_reopen", first.pk))
    first.refresh_from_db()
    assert first.closed_on is None


def test_closing_a_column_in_use_warns_what_uses_it(head, city, office):
    column = make_column(city)
    entry = make_adopted_entry(office)
    entry.columns.add(column)
    page = text_of(head.get(url("column_close", column.pk)))
    assert "注意：还有1条公开事项" in page
    assert "1 条公开事项" in text_of(head.get(url("column_detail", column.pk)))


def test_a_field_is_added_at_the_root(head):
    head.post(url("field_create"), {"code": "zwj", "name": "镇政府文件"})
    assert "镇政府文件" in text_of(head.get(url("topics")))
    again = head.post(url("field_create"), {"code": "1", "name": "x"})
    assert again.status_code == 422


def test_details_show_links_history_and_other_versions(head, city, office):
    entry = make_adopted_entry(office)
    publication = make_publication(office, entry, date(2020, 3, 20), url="/i/1")
    page = text_of(head.get(url("entry_detail", entry.pk)))
    assert publication.title in page
    assert office.label in page
    assert head.get(url("duty_detail", entry.duties.get().pk)).status_code == 200
