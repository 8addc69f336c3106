"""Import of items: a table with an archive of files, looked at before it is let happen."""

from __future__ import annotations

import io
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone

from gongkai.disclosure.bulk.columns import COLUMNS
from gongkai.disclosure.bulk.forms import ItemImportForm
from gongkai.disclosure.bulk.importing import import_items
from gongkai.disclosure.models import DisclosedItem, ImportBatch
from gongkai.disclosure.views.base import RoomView
from gongkai.disclosure.views.lists import where_it_stands
from gongkai.organs import imports, policy
from gongkai.organs.models import StagedUpload
from gongkai.organs.staff_views import Column, ImportView, ScopedListView
from gongkai.organs.staff_views.importing import KEPT_FOR

FILES = "disclosure.items.files"


class ItemImportView(RoomView, ImportView):
    """The archive is kept between the two steps like the table."""

    action = "disclosure.import"
    tab = "bulk"
    title = "导入政府信息"
    template_name = "gongkai/disclosure/bulk/import.html"
    purpose = "disclosure.items"
    columns = COLUMNS
    form_class = ItemImportForm
    intro = "一行一条信息。已有的信息不会被改动，同一文件导入两次不会重复；任何一行有问题，就全部不导入。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("批量办理", self.url("bulk"))]

    def get_success_url(self) -> str:
        return self.url("imports")

    def run(
        self, source: IO[bytes], name: str, *, dry_run: bool, form: Any
    ) -> imports.ImportReport:
        self.form = form
        cleaned = form.cleaned_data
        staged = self._staged_archive(cleaned["archive_token"])
        if not dry_run and cleaned["archive_token"] and staged is None:
            raise ValidationError("附件压缩包已过期，请重新上传。")
        archive: IO[bytes] | None = cleaned.get("archive") or None
        if staged is not None:
            archive = io.BytesIO(staged.data)
        report = import_items(
            self.actor,
            source,
            name,
            files=archive,
            organ=cleaned["organ"],
            column=cleaned["column"],
            as_published=cleaned["mode"] == "published",
            dry_run=dry_run,
        )
        if not dry_run and staged is not None:
            staged.delete()
        return report

    def _stage(self, upload: UploadedFile) -> StagedUpload:
        archive = self.form.cleaned_data.get("archive")
        if archive:
            archive.seek(0)
            kept = StagedUpload.objects.create(
                user=self.request.user,
                purpose=FILES,
                name=(archive.name or "")[-200:],
                data=archive.read(),
            )
            self.form.data = self.form.data.copy()
            self.form.data["archive_token"] = str(kept.token)
        return super()._stage(upload)

    def _staged_archive(self, token: str) -> StagedUpload | None:
        try:
            wanted = UUID(token)
        except ValueError:
            return None
        return StagedUpload.objects.filter(
            token=wanted,
            user=self.request.user,
            purpose=FILES,
            created_at__gte=timezone.now() - KEPT_FOR,
        ).first()

    def _template(self) -> HttpResponse:
        response = super()._template()
        response["Content-Type"] = "text/csv; charset=utf-8"
        return response


class ImportList(RoomView, ScopedListView):
    """What was imported when, and what came of it."""

    model = ImportBatch
    action = "disclosure.import"
    tab = "bulk"
    title = "导入记录"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("name", "来源", link=True, wide=True),
        Column("kind", "方式"),
        Column("organ.label", "机关", value=lambda b: b.organ.label if b.organ else "多个机关"),
        Column("as_published", "历史数据"),
        Column("created", "新增", numeric=True),
        Column("unchanged", "已有", numeric=True),
        Column("imported_by", "导入人"),
        Column("imported_at", "时间", sort="imported_at"),
    )
    search_fields = ("name",)
    search_hint = "来源"
    select_related = ("organ", "imported_by")
    ordering = ("-imported_at", "-id")
    detail_url_name = "import_detail"
    empty_text = "还没有导入过。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("批量办理", self.url("bulk"))]

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        """Batches of one's bodies, and those of several bodies with items of one's own."""
        user = self.request.user
        whole = super().scoped(queryset.exclude(organ=None), action)
        own = policy.scope(DisclosedItem.objects.all(), user, action or self.action)
        mixed = queryset.filter(organ=None, items__item__in=own.values("pk"))
        return queryset.filter(Q(pk__in=whole.values("pk")) | Q(pk__in=mixed.values("pk")))


class ImportDetail(RoomView, ScopedListView):
    """The items of one import, with the row or the old address they came from."""

    model = DisclosedItem
    action = "disclosure.import"
    tab = "bulk"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("imported", "行号或原网址", wide=True),
        Column("title", "标题", link=True, wide=True),
        Column("organ.label", "机关"),
        Column("legacy_index_number", "原索引号"),
        Column("index_number", "索引号"),
        Column("status", "状态", value=where_it_stands),
        Column("blocking", "严重问题", numeric=True),
    )
    search_fields = ("title", "document_number")
    search_hint = "标题、文号"
    select_related = ("organ", "imported")
    ordering = ("imported__row", "id")
    detail_url_name = "item_detail"
    empty_text = "这次导入没有新增信息。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("批量办理", self.url("bulk")), ("导入记录", self.url("imports"))]

    def get_title(self) -> str:
        return str(self.batch)

    @property
    def batch(self) -> ImportBatch:
        view = ImportList()
        view.request = self.request
        found: ImportBatch = view.get_scoped(ImportBatch.objects.all(), pk=self.kwargs["pk"])
        return found

    def get_queryset(self) -> QuerySet[Any]:
        items = super().get_queryset().defer("body", "summary")
        return items.filter(imported__batch=self.batch.pk)
