"""A small city that has one of every public thing, each with a name, for whoever walks the site.

    city = make_city()
    for name, address in city.addresses():
        ...

The same every time: what is public stands in the database when `make_city` returns, and nothing
of it depends on chance. `tests.portal.rich_city` is for random changes; this one holds still.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from gongkai.disclosure.models import (
    Attachment,
    DisclosedItem,
    DocumentKind,
    ItemIssuer,
    PublicTrace,
    StoredFile,
)
from gongkai.disclosure.models.leaders import Leader, LeaderVersion
from gongkai.disclosure.models.trace import TraceKind
from tests.factories.catalogue import (
    make_catalogue,
    make_duty,
    make_entry,
    make_field,
    make_publication,
    make_topic,
    put_in_force,
)
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ, make_user
from tests.portal.factories import publish

PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
PARTS = ("zfxxgkzn", "zfxxgkzd", "fdzdgknr", "zfxxgknb", "ysqgk")


def stored(name: str, content: bytes, media_type: str) -> StoredFile:
    """A file as an upload leaves it."""
    number = StoredFile.objects.count() + 1
    extension = f".{name.rpartition('.')[2]}"
    kept = StoredFile(
        sha256=f"{number:064x}", original_sha256=f"{number:064x}", extension=extension,
        media_type=media_type, size=len(content), text_state=StoredFile.TextState.READ,
    )  # fmt: skip
    kept.file.save(f"{number}{extension}", ContentFile(content), save=False)
    kept.save()
    return kept


class City:
    """What there is, by name."""

    def __init__(self) -> None:
        self._bodies()
        self._shelves()
        self._catalogue()
        self._items()
        self._leader()
        self.media: Any = None
        self.reports = [
            publish(self.top, year, {"t3.new.natural": year - 2000}) for year in (2020, 2021, 2022)
        ]
        publish(self.police, 2022, {"t3.new.natural": 30})

    # -- what it is made of --------------------------------------------------------------------
    def _bodies(self) -> None:
        self.top = make_organ(
            "411281", name="义马市人民政府", short_name="市政府", kind="government",
            address="义马市千秋路12号", phone="0398-5800000", email="office@example.gov.cn",
            office_name="义马市人民政府办公室", office_hours="工作日8:00—12:00，14:30—18:00",
        )  # fmt: skip
        self.police = make_organ(
            "411281-004", name="义马市公安局", short_name="市公安局", parent=self.top
        )
        self.housing = make_organ(
            "411281-011", name="义马市住房和城乡建设局", short_name="市住建局", parent=self.top,
            phone="0398-5800011",
        )  # fmt: skip
        self.street = make_organ(
            "411281-101", name="义马市千秋路街道办事处", parent=self.top, kind="subdistrict"
        )
        self.former = make_organ(
            "411281-099", name="义马市房产管理局", parent=self.top, abolished_on=date(2019, 3, 1),
            successor=self.housing,
        )  # fmt: skip

    def _shelves(self) -> None:
        def column(slug: str, title: str, kind: str = "notice", **fields: Any) -> Any:
            return make_column(slug, owner=self.top, title=title, kind=kind, **fields)

        today = timezone.localdate()
        self.platform = column("zfxxgk", "政府信息公开", "catalogue")
        self.guide = column("zfxxgkzn", "政府信息公开指南", "catalogue", parent=self.platform)
        self.rules = column("zfxxgkzd", "政府信息公开制度", "catalogue", parent=self.platform)
        self.notices = column(
            "tzgg", "通知公告", order=10, description="各部门发布的通知、公告和公示"
        )
        self.news = column("zwdt", "政务动态", "news", order=20)
        self.overview = column("gkxx", "概况信息", "overview", order=30)
        self.policies = column("zcwj", "政策文件", "policy", order=40)
        self.readings = column("zcjd", "政策解读", "interpretation", order=50)
        self.special = column("ztzl", "专题专栏", "special", order=60)
        self.below = column("yhyshj", "优化营商环境", "special", parent=self.special)
        self.empty = column(
            "kong", "环境保护督察", order=70, empty_note="本年度没有应当公开的信息",
            empty_note_on=today, empty_note_until=today + timedelta(days=90),
        )  # fmt: skip
        self.closed = column("old", "往年专题", "special", order=80, closed_on=date(2022, 1, 1))
        self.topic = make_topic("10", name="城乡建设、环境保护")
        self.subtopic = make_topic("10-02", name="城乡建设（含住房）", parent=self.topic)
        self.field = make_field("HOUSE", name="保障性住房")

    def _catalogue(self) -> None:
        standard = make_catalogue(self.top, title="义马市基层政务公开标准目录")
        self.entry = make_entry(standard, field=self.field, code="HOUSE-001", level2="配租公告")
        self.quiet_entry = make_entry(
            standard, field=self.field, code="HOUSE-002", level2="年度计划", audience_all=False,
            audience_specific="申请家庭", level_township=True,
        )  # fmt: skip
        self.standard = put_in_force(standard)
        make_duty(self.entry, self.housing)
        make_duty(self.quiet_entry, self.housing)

    def _items(self) -> None:
        def item(day: date, column: Any, title: str, **fields: Any) -> DisclosedItem:
            return published(
                day, organ=fields.pop("organ", self.housing), column=column, title=title, **fields
            )

        text = "<p>为规范住房保障工作，根据有关规定，结合本市实际，制定本办法。</p>" * 3
        self.plain = item(
            date(2024, 3, 5), self.notices, "关于2024年保障性住房配租的公告", body=text,
            summary="公布2024年保障性住房的房源、申请条件和时间。", keywords=["住房", "配租"],
            topic=self.subtopic, statutory_item="20-11", source="义马市住房和城乡建设局",
        )  # fmt: skip
        DisclosedItem.entries.through.objects.create(
            discloseditem=self.plain, catalogueentry=self.entry
        )
        make_publication(
            self.housing, self.entry, date(2024, 3, 5), source="disclosure",
            source_id=str(self.plain.pk), title=self.plain.title,
        )  # fmt: skip
        DisclosedItem.mounts.through.objects.create(discloseditem=self.plain, column=self.below)
        self.attached = item(
            date(2024, 2, 1), self.notices, "保障性住房房源表", topic=self.subtopic,
            body="<p>房源见附件。</p>",
        )  # fmt: skip
        self.table = stored("房源表.csv", "小区,套数\n阳光花园,20\n".encode(), "text/csv")
        self.photo = stored("示意图.png", PICTURE, "image/png")
        self.lost = stored("丢失.txt", b"gone", "text/plain")
        self.lost.file.storage.delete(self.lost.file.name)
        for order, (one, name) in enumerate(
            [(self.table, "房源表.csv"), (self.photo, "小区示意图.png"), (self.lost, "丢失.txt")]
        ):
            Attachment.objects.create(item=self.attached, stored=one, name=name, order=order)
        self.normative = item(
            date(2023, 6, 1), self.policies, "义马市保障性住房管理办法", organ=self.top,
            body="<p>第一条　为规范住房保障工作，制定本办法。</p><p>第二条　本办法适用于本市。</p>",
            document_kind=DocumentKind.NORMATIVE, genre="notice", topic=self.subtopic,
            document_number="义政规〔2023〕3号", registration_number="YMGF-2023-003",
            effective_from=date(2023, 7, 1), valid_until=date(2099, 6, 30),
            formed_on=date(2023, 5, 28), statutory_item="20-01",
        )  # fmt: skip
        for order, body in enumerate((self.top, self.housing)):
            ItemIssuer.objects.create(item=self.normative, organ=body, name=body.name, order=order)
        self.repealed = item(
            date(2018, 6, 1), self.policies, "义马市公共租赁住房管理办法", organ=self.top,
            document_kind=DocumentKind.NORMATIVE, document_number="义政〔2018〕9号",
            effective_from=date(2018, 7, 1), repealed_on=date(2023, 7, 1),
            successor=self.normative, formed_on=date(2018, 5, 30), body=text,
            topic=self.subtopic,
        )  # fmt: skip
        self.policy = item(
            date(2022, 1, 10), self.policies, "关于调整公积金缴存比例的通知", body=text,
            document_kind=DocumentKind.POLICY, document_number="义建〔2022〕1号",
            amended_on=date(2023, 1, 1),
        )  # fmt: skip
        self.interpretation = item(
            date(2023, 6, 2), self.readings, "《义马市保障性住房管理办法》解读", body=text,
            document_kind=DocumentKind.INTERPRETATION, interprets=self.normative,
            interpretation_form="questions",
        )  # fmt: skip
        self.corrected = item(date(2024, 1, 4), self.news, "全市住房保障工作会议召开", body=text)
        PublicTrace.objects.create(
            item=self.corrected, kind=TraceKind.CORRECTED, note="更正会议日期。"
        )
        self.about = item(date(2021, 1, 4), self.overview, "义马市概况", organ=self.top, body=text)
        item(date(2020, 1, 4), self.guide, "义马市政府信息公开指南", organ=self.top, body=text)
        item(date(2020, 1, 5), self.rules, "义马市政府信息公开工作制度", organ=self.top, body=text)
        item(date(2020, 5, 5), self.closed, "往年的专题信息", body=text)
        self.withdrawn = item(
            date(2023, 2, 2), self.notices, "不再公开的信息", live=False, status="withdrawn",
            withdrawn_at=timezone.now(), withdraw_reason="内容有误",
        )  # fmt: skip
        for number in range(25):
            item(
                date(2023, 3, 1) + timedelta(days=number), self.notices,
                f"第{number + 1}批公租房摇号结果公示", organ=self.street, topic=self.subtopic,
            )  # fmt: skip

    def _leader(self) -> None:
        self.leader = Leader.objects.create(organ=self.top, order=10)
        writer, approver = make_user(None, self.top), make_user(None, self.top)
        version = LeaderVersion.objects.create(
            leader=self.leader, name="测试市长", position="市长", duties="主持市政府全面工作。",
            biography="测试简历。", content_hash="0" * 64, state=LeaderVersion.State.APPROVED,
            drafted_by=writer, decided_by=approver, decided_at=timezone.now(),
        )  # fmt: skip
        self.leader.current = version
        self.leader.save()

    # -- where it is ---------------------------------------------------------------------------
    def arguments(self) -> dict[str, list[tuple[Any, ...]]]:
        """Of each name in the portal's namespace the arguments of its pages."""
        items = [
            self.plain, self.attached, self.normative, self.repealed, self.policy,
            self.interpretation, self.corrected, self.about,
        ]  # fmt: skip
        columns = [
            self.notices, self.news, self.overview, self.policies, self.readings, self.special,
            self.below, self.empty, self.closed, self.platform,
        ]  # fmt: skip
        organs = [self.top, self.housing, self.street, self.former]
        none: list[tuple[Any, ...]] = [()]
        single = (
            "home", "item_list", "disclosure", "organ_list", "topic_list", "field_list",
            "leader_list", "policy_list", "interpretation_list", "normative_list",
            "normative_ended", "catalogue", "catalogue_table", "catalogue_bodies",
            "catalogue_audiences", "catalogue_all", "catalogue_specific", "report_list",
            "report_data_fields", "search", "calculator", "request_start", "request_track",
            "account_register", "account_forgotten", "account_sign_in",
        )  # fmt: skip
        return {
            **dict.fromkeys(single, none),
            "item": [(one.pk,) for one in items],
            "item_preview": [
                (self.attached.pk, self.table.pk), (self.attached.pk, self.photo.pk)
            ],
            "column": [(one.slug,) for one in columns],
            "column_year": [(self.notices.slug, 2023)],
            "organ": [(one.code,) for one in organs],
            "organ_items": [(self.housing.code,), (self.street.code,)],
            "organ_disclosure": [(one.code,) for one in organs[:2]],
            "organ_part": [(self.housing.code, part) for part in PARTS],
            "organ_statutory": [(self.housing.code, "20-01")],
            "disclosure_part": [(part,) for part in PARTS],
            "disclosure_statutory": [("20-01",), ("20-11",)],
            "topic": [(self.topic.code,), (self.subtopic.code,)],
            "field": [(self.field.code,)],
            "field_organ": [(self.field.code, self.housing.code)],
            "catalogue_entry": [(self.entry.code,), (self.quiet_entry.code,)],
            "catalogue_field_table": [(self.field.code,)],
            "catalogue_body": [(self.housing.code,)],
            "leader": [(self.leader.pk,)],
            "report": [(self.top.code, 2022), (self.top.code, 2020)],
            "report_compare": [(self.top.code,)],
        }  # fmt: skip

    def addresses(self) -> Iterator[tuple[str, str]]:
        """(name, address) of every HTML page of the city, and of further pages of lists."""
        for name, calls in self.arguments().items():
            for arguments in calls:
                yield name, reverse(f"portal:{name}", args=arguments)
        yield "item_list", "/info/page/2/"
        yield "column", f"/columns/{self.notices.slug}/page/2/"
        yield "organ_items", f"/organs/{self.street.code}/items/page/2/"
        yield "topic", f"/topics/{self.subtopic.code}/page/2/"


def make_city() -> City:
    """The city in the database of the running test."""
    return City()


NOT_PAGES = frozenset(
    {
        "account", "account_attach", "account_case", "account_close", "account_code",
        "account_contact", "account_password", "account_password_new", "account_settings",
        "account_sign_out",
        "catalogue_file", "catalogue_workbook", "colours", "column_feed", "dark_colours", "display",
        "emblem", "favicon", "feed", "item_document", "item_file", "leader_picture", "leave", "opensearch",
        "organ_feed", "organ_reports", "report_data", "report_download", "robots",
        "request_act", "request_case", "request_close", "request_file", "request_form",
        "request_notice", "request_notice_received", "request_published", "request_receipt",
        "request_step", "request_track_number", "search_suggestions", "sitemap", "sitemap_items", "sitemap_pages", "topic_feed",
    }
)  # fmt: skip
"""Names in the namespace that answer with a file, lead on, or (`leave`) show no content."""
