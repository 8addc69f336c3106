"""The screens of bulk work: import, migration, reclassification, reviews, interpretations."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.disclosure import worklist
from gongkai.disclosure.bulk import interpretation, rounds, sources
from gongkai.disclosure.bulk import worklist as bulk_worklist
from gongkai.disclosure.bulk.reclassify import reclassify
from gongkai.disclosure.bulk.urls import urlpatterns
from gongkai.disclosure.models import (
    DisclosedItem,
    DocumentKind,
    ImportBatch,
    MigrationRun,
    MigrationSource,
    ReclassifyBatch,
    ValidityReview,
    ValidityRound,
)
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Role, StagedUpload
from tests.disclosure.site import serving
from tests.disclosure.test_migration import listing, page
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column, make_disclosed_item, published
from tests.factories.organs import add_role, make_organ, make_user

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"disclosure:{name}", args=args)


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.fixture
def city():
    return make_organ("411281", name="义马市人民政府")


@pytest.fixture
def office(city):
    return Office(make_organ("411281-011", name="义马市测试局", parent=city))


@pytest.fixture
def officer(client, office):
    client.force_login(office.officer)
    return client


def csv(*lines):
    return SimpleUploadedFile("表.csv", "\n".join(lines).encode())


# -- import ------------------------------------------------------------------------------------
def test_a_table_with_an_archive_is_looked_at_and_then_imported(officer, office):
    """Given a table and a ZIP, then the preview keeps both, and the confirmation imports both."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("说明.txt", "说明")
    data = {
        "file": csv(
            "标题,成文日期,发布日期,正文,附件",
            "关于甲的通知,2020-01-02,2020-01-05,正文,说明.txt",
        ),
        "archive": SimpleUploadedFile("附件.zip", packed.getvalue()),
        "organ": office.organ.code,
        "column": office.column.pk,
        "mode": "published",
    }
    answer = officer.post(url("import"), data)
    told = text_of(answer)
    assert answer.status_code == 200
    assert "检查无误" in told
    assert "历史数据" in told
    assert not DisclosedItem.objects.exists()
    form = answer.context["form"]
    confirmed = {
        "token": str(answer.context["staged"].token),
        "archive_token": form.data["archive_token"],
        "organ": office.organ.code,
        "column": office.column.pk,
        "mode": "published",
    }
    answer = officer.post(url("import"), confirmed)
    assert answer.status_code == 302
    item = DisclosedItem.objects.get()
    assert item.live
    assert item.attachments.get().name == "说明.txt"
    assert not StagedUpload.objects.exists()
    assert "关于甲的通知" in text_of(
        officer.get(url("import_detail", ImportBatch.objects.get().pk))
    )
    assert "表.csv" in text_of(officer.get(url("imports")))


def test_bad_rows_are_shown_by_row_and_column(officer, office):
    data = {
        "file": csv("标题,成文日期,正文", "关于甲的通知,2020-13-02,正文"),
        "organ": office.organ.code,
        "column": office.column.pk,
        "mode": "draft",
    }
    answer = officer.post(url("import"), data)
    assert answer.status_code == 422
    assert "第 2 行" in text_of(answer)
    data["file"] = csv("标题,成文日期,正文", "关于甲的通知,2020-12-02,正文")
    data["archive"] = SimpleUploadedFile("附件.zip", b"no zip")
    answer = officer.post(url("import"), data)
    assert answer.status_code == 422
    assert "ZIP" in text_of(answer)


def test_the_template_names_every_column(officer):
    template = officer.get(url("import"), {"template": "csv"})
    head = template.content.decode("utf-8-sig").splitlines()[0]
    for heading in ("标题", "原索引号", "发文字号", "附件", "正文文件"):
        assert heading in head


# -- migration ---------------------------------------------------------------------------------
def test_a_source_is_registered_previewed_run_and_reported(
    officer, office, settings, django_capture_on_commit_callbacks
):
    settings.MIGRATION_PRIVATE_HOSTS = ["127.0.0.1"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    with serving() as site:
        site.html("/list.html", listing(("/1.html", "关于甲的通知", "2020-03-05"),
                                        ("/2.html", "关于乙的通知", "2020-03-04")))  # fmt: skip
        site.html("/1.html", page("关于甲的通知"))
        data = {
            "organ": office.organ.code,
            "name": "旧网站",
            "profile": "generic",
            "lists": f"{site.address}/list.html",
            "first_page": 1,
            "page_size": 20,
            "per_second": 20,
            "own_site": "on",
            "column": office.column.pk,
            "document_kind": "information",
            "mapping": '{"page": {"body": [".TRS_Editor"]}}',
        }
        wrong = officer.post(url("source_create"), {**data, "mapping": "{no json"})
        assert wrong.status_code == 422
        assert "不是有效的 JSON" in text_of(wrong)
        wrong = officer.post(url("source_create"), {**data, "lists": "http://10.0.0.1/"})
        assert "内部网络" in text_of(wrong)
        assert officer.post(url("source_create"), data).status_code == 302
        source = MigrationSource.objects.get()
        shown = text_of(officer.get(url("source_preview", source.pk)))
        assert "关于甲的通知" in shown
        assert "TRS" in shown
        with django_capture_on_commit_callbacks(execute=True):
            officer.post(url("source_run", source.pk), {"mode": "draft"})
        detail = text_of(officer.get(url("source", source.pk)))
        assert "已导入 <strong>1</strong>" in detail
        assert "404" in detail
        report = officer.get(url("source_pages", source.pk), {"trouble": "yes"})
        assert "/2.html" in text_of(report)
        assert "/1.html" not in text_of(report)
        assert officer.get(url("source_pages", source.pk), {"export": "xlsx"}).status_code == 200
    assert officer.get(url("source_edit", source.pk)).status_code == 200
    assert "没有正在进行" in text_of(officer.post(url("source_stop", source.pk), follow=True))
    run = MigrationRun.objects.create(source=source)
    officer.post(url("source_stop", source.pk))
    run.refresh_from_db()
    assert run.state == "stopped"
    officer.post(url("source_close", source.pk))
    source.refresh_from_db()
    assert source.closed_at is not None
    assert "旧网站" in text_of(officer.get(url("sources")))


# -- reclassification --------------------------------------------------------------------------
def test_items_are_chosen_shown_changed_and_restored(officer, office):
    """Given a list of numbers, then each change is shown, the number confirmed, and undone."""
    item = office.publish(title="甲件")
    other = office.publish(title="乙件")
    target = make_column(owner=office.organ, title="政策文件")
    data = {"numbers": f"{item.index_number} 没有的号", "column": target.pk, "reason": "栏目合并"}
    answer = officer.post(url("reclassify"), data)
    shown = text_of(answer)
    assert "将调整 <strong>1</strong> 条" in shown
    assert "没有找到号码：没有的号" in shown
    assert office.column.title in shown
    confirmed = {**data, **{k: answer.context["form"].data[k] for k in ("keys", "expected")}}
    answer = officer.post(url("reclassify"), {**confirmed, "confirm": "1"}, follow=True)
    assert "已调整1条" in text_of(answer)
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.column, other.column) == (target, office.column)
    batch = ReclassifyBatch.objects.get()
    assert "栏目合并" in text_of(officer.get(url("reclassified")))
    answer = officer.post(url("reclassified_undo", batch.pk), {"reason": "方案取消"}, follow=True)
    assert "已恢复1条" in text_of(answer)
    item.refresh_from_db()
    assert item.column == office.column


def test_items_are_chosen_by_conditions_or_a_table(officer, office):
    first = make_disclosed_item(office.organ, title="关于甲的通知", legacy_index_number="OLD/1")
    make_disclosed_item(office.organ, title="关于乙的公告")
    target = make_column(owner=office.organ)
    data = {"column": target.pk, "reason": "x"}
    answer = officer.post(url("reclassify"), {**data, "words": "通知"})
    assert answer.context["form"].data["keys"] == str(first.pk)
    answer = officer.post(url("reclassify"), {**data, "table": csv("索引号", "OLD/1")})
    assert answer.context["form"].data["keys"] == str(first.pk)
    for wrong, words in (
        ({}, "请先选择要调整哪些信息"),
        ({"words": "没有的"}, "没有找到符合条件"),
        ({"words": "通知", "entries_add": "NONE"}, "没有编码为"),
        ({"words": "通知", "reason": ""}, "请填写调整原因"),
        ({"words": "通知", "column": ""}, "至少选择一项"),
    ):
        answer = officer.post(url("reclassify"), {**data, **wrong})
        assert answer.status_code == 422
        assert words in text_of(answer)


def test_what_changed_between_preview_and_confirmation_is_not_done(officer, office):
    item = office.draft()
    target = make_column(owner=office.organ)
    data = {"numbers": "", "column": target.pk, "reason": "x", "keys": str(item.pk),
            "expected": "2", "confirm": "1"}  # fmt: skip
    answer = officer.post(url("reclassify"), data)
    assert answer.status_code == 422
    assert "您确认时是2条" in text_of(answer)


# -- validity reviews --------------------------------------------------------------------------
def document(office, **fields):
    return office.publish(
        **{
            "document_kind": DocumentKind.NORMATIVE,
            "genre": "notice",
            "topic": make_topic(),
            "effective_from": date(2020, 3, 2),
            **fields,
        }
    )


def test_a_round_from_its_opening_to_the_published_result(client, city, office):
    today = timezone.localdate()
    item = document(office, title="甲办法")
    leader = make_user(Role.DISCLOSURE_OFFICE, city)
    client.force_login(leader)
    answer = client.post(
        url("round_create"), {"organ": city.code, "year": today.year, "deadline": today}
    )
    assert answer.status_code == 302
    round_ = ValidityRound.objects.get()
    review = ValidityReview.objects.get(item=item)
    client.force_login(office.officer)
    assert "甲办法" in text_of(client.get(url("round", round_.pk)))
    assert url("review_propose", review.pk) in text_of(client.get(url("round", round_.pk)))
    wrong = client.post(url("review_propose", review.pk), {"outcome": "repeal", "reason": ""})
    assert wrong.status_code == 422
    client.post(url("review_propose", review.pk), {"outcome": "repeal", "reason": "上位法已废止"})
    review.refresh_from_db()
    assert review.proposal == "repeal"
    client.force_login(leader)
    assert "上位法已废止" in text_of(client.get(url("review_decide", review.pk)))
    client.post(url("review_back", review.pk), {"note": "请写明文号"})
    review.refresh_from_db()
    assert review.proposal == ""
    client.post(url("review_decide", review.pk), {"outcome": "repeal", "note": "单位逾期未报"})
    assert "没有待审核的意见" in text_of(client.post(url("round_accept", round_.pk), follow=True))
    assert "没有新的文件" in text_of(client.post(url("round_gather", round_.pk), follow=True))
    assert "废止1件" in text_of(client.get(url("round_close", round_.pk)))
    client.post(url("round_close", round_.pk), {"on": today})
    item.refresh_from_db()
    assert item.repealed_on == today
    for kind in ("xlsx", "docx"):
        assert client.get(url("round_list", round_.pk, kind)).content[:2] == b"PK"
    assert client.get(url("round_list", round_.pk, "exe")).status_code == 404
    answer = client.post(
        url("round_result", round_.pk), {"organ": city.code, "column": office.column.pk}
    )
    round_.refresh_from_db()
    assert answer["Location"] == url("item_detail", round_.result_id)


# -- interpretation ----------------------------------------------------------------------------
def test_an_items_page_says_what_its_interpretation_owes(officer, office):
    item = document(office, title="甲办法")
    shown = text_of(officer.get(url("item_detail", item.pk)))
    assert "这份文件需要解读" in shown
    assert "甲办法" in text_of(officer.get(url("interpretations")))
    exported = officer.get(url("interpretations"), {"export": "csv"})
    assert "甲办法" in b"".join(exported.streaming_content).decode()
    officer.post(url("interpretation_exempt", item.pk), {"reason": "只涉及内部管理"})
    assert "不解读的理由：只涉及内部管理" in text_of(officer.get(url("item_detail", item.pk)))
    assert "甲办法" not in text_of(officer.get(url("interpretations")))
    assert "只涉及内部管理" in text_of(officer.get(url("interpretations_exempt")))
    officer.post(url("interpretation_require", item.pk), {"reason": "群众关心"})
    assert "甲办法" in text_of(officer.get(url("interpretations")))
    reading = office.draft(title="乙解读", document_kind=DocumentKind.INTERPRETATION)
    answer = officer.post(
        url("interpretation_link", reading.pk),
        {"successor_text": item.index_number, "form": "chart"},
    )
    assert answer.status_code == 302
    reading.refresh_from_db()
    assert reading.interprets == item
    assert "解读起草中" in text_of(officer.get(url("interpretations")))
    assert "取消解读链接" in text_of(officer.get(url("item_detail", reading.pk)))
    officer.post(url("interpretation_unlink", reading.pk), {"reason": "链接有误"})
    reading.refresh_from_db()
    assert reading.interprets is None
    wrong = officer.post(url("interpretation_link", reading.pk), {"successor_text": "没有"})
    assert "没有找到这份文件" in text_of(wrong)


# -- task lists --------------------------------------------------------------------------------
def test_tasks_of_bulk_work_stand_on_the_right_lists(client, city, office):
    """Interpretations owed, opinions owed, reviews to decide, terms that end: each on its list."""
    today = timezone.localdate()
    leader = make_user(Role.DISCLOSURE_OFFICE, city)
    soon = document(office, title="快到期的办法")
    DisclosedItem.objects.filter(pk=soon.pk).update(valid_until=today + timedelta(days=10))
    far = document(office, title="未到期的办法")
    DisclosedItem.objects.filter(pk=far.pk).update(valid_until=today + timedelta(days=100))
    made = rounds.open_round(Actor.for_user(leader), city, today.year, deadline=today)

    def lists(user):
        found = (source(user, today) for source in worklist.sources)
        return {one.title: one for one in found if one.total}

    own = lists(office.officer)
    assert own["待解读的文件（公开后3个工作日内）"].total == 2
    assert [task.title for task in own["即将到期的规范性文件"].tasks] == ["快到期的办法"]
    assert "2件文件待提意见" in own["规范性文件清理待提意见"].tasks[0].title
    theirs = lists(leader)
    assert "未提意见2件" in theirs["组织中的规范性文件清理"].tasks[0].title
    assert "规范性文件清理待提意见" not in theirs
    for review in made.reviews.all():
        rounds.decide(Actor.for_user(leader), review, "amend", note="上位法已修改")
    rounds.close_round(Actor.for_user(leader), made, on=today)
    assert lists(office.officer)["清理确定修改的文件"].total == 2


def test_a_late_interpretation_is_counted_late_for_its_body(city, office):
    leader = make_user(Role.DISCLOSURE_OFFICE, city)
    published(date(2020, 3, 5), organ=office.organ, document_kind=DocumentKind.NORMATIVE)
    today = date(2020, 6, 1)
    listed = bulk_worklist.sources[0](office.officer, today)
    assert (listed.total, listed.late) == (1, 1)
    assert "已逾期" in listed.tasks[0].due_label
    columns = {c.title: c for source in worklist.body_sources for c in source(leader, today)}
    assert columns["逾期未解读"].cells[office.organ.pk].text == "1"


def test_the_task_lists_cost_a_constant_number_of_statements(office):
    today = timezone.localdate()

    def cost():
        with CaptureQueriesContext(connection) as counted:
            for source in bulk_worklist.sources:
                source(office.officer, today)
        return len(counted)

    for _ in range(2):
        published(today, organ=office.organ, document_kind=DocumentKind.NORMATIVE)
    cost()  # The calendar is read once.
    few = cost()
    for _ in range(6):
        published(today, organ=office.organ, document_kind=DocumentKind.NORMATIVE)
    assert cost() == few


# -- another body's people ---------------------------------------------------------------------
OBJECTS = ("import_detail", "source", "source_edit", "source_preview", "source_run", "source_stop",
           "source_close", "source_pages", "reclassified_detail", "reclassified_undo", "round",
           "round_accept", "round_gather", "round_close", "round_result", "round_list",
           "review_propose", "review_decide", "review_back")  # fmt: skip


def test_the_list_of_objects_is_whole():
    named = {p.name for p in urlpatterns if "<int:pk>" in str(p.pattern)}
    of_items = {p.name for p in urlpatterns if str(p.pattern).startswith("<int:pk>")}
    assert named - of_items == set(OBJECTS)


@pytest.mark.parametrize("name", OBJECTS)
def test_another_bodys_bulk_work_does_not_exist(client, city, office, name):
    """Given every role in a body elsewhere, when an address of another's work is opened, then
    404, and nothing changes."""
    item = document(office, title="别人的办法")
    leader = Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, city))
    today = timezone.localdate()
    made = rounds.open_round(leader, city, today.year, deadline=today)
    source = sources.save_source(
        office.actor(),
        office.organ,
        {"name": "别人的", "lists": ["http://www.example.gov.cn/"], "column": office.column},
    )
    done = reclassify(
        office.actor(), [item], {"column": make_column(owner=office.organ)}, reason="x"
    )
    batch = ImportBatch.objects.create(kind="table", organ=office.organ, name="别人的表")
    review = made.reviews.get()
    keys = {"import": batch, "source": source, "reclassified": done.batch, "round": made,
            "review": review}  # fmt: skip
    mine = make_organ()
    nosy = make_user(Role.INFORMATION_OFFICER, mine)
    for role in (Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE, Role.APPROVING_LEADER):
        add_role(nosy, role, mine)
    client.force_login(nosy)
    key = keys[name.split("_")[0]].pk
    args = [key, *(["xlsx"] if name == "round_list" else [])]
    typed = {"reason": "x", "outcome": "repeal", "note": "x", "on": today, "mode": "draft"}
    for answer in (client.get(url(name, *args)), client.post(url(name, *args), typed)):
        assert answer.status_code in (404, 405), name
        assert "别人的" not in text_of(answer)
    review.refresh_from_db()
    assert review.proposal == ""


@pytest.mark.parametrize(
    "name",
    ["bulk", "import", "imports", "sources", "source_create", "reclassify", "reclassified",
     "rounds", "interpretations", "interpretations_exempt"],
)  # fmt: skip
def test_every_list_opens_empty(officer, name):
    assert officer.get(url(name)).status_code == 200


def test_lists_cost_a_constant_number_of_statements(officer, office):
    def cost(name):
        with CaptureQueriesContext(connection) as counted:
            officer.get(url(name))
        return len(counted)

    document(office)
    ImportBatch.objects.create(kind="table", organ=office.organ, name="x")
    cost("interpretations")  # The calendar and the session are read once.
    few = [cost(name) for name in ("interpretations", "imports")]
    for _ in range(4):
        document(office)
        ImportBatch.objects.create(kind="table", organ=office.organ, name="x")
    assert [cost(name) for name in ("interpretations", "imports")] == few
    assert interpretation.owed(timezone.localdate()).count() == 5
