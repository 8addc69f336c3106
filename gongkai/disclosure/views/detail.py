"""One item: what it says, where it stands, what happened to it, and what may be done now."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic.base import TemplateResponseMixin
from wagtail.models import Revision

from gongkai.disclosure import (
    actions,
    highlight,
    links,
    presenting,
    proposals,
    queries,
)
from gongkai.disclosure.bulk.views.interpretations import duty_of
from gongkai.disclosure.models import DisclosedItem, DisclosureAttribute, Status
from gongkai.disclosure.views.base import ItemView
from gongkai.disclosure.views.lists import where_it_stands
from gongkai.organs.staff_views import Button

TEMPLATES = "gongkai/disclosure"


class ItemScreen(ItemView, TemplateResponseMixin):
    """A page that only shows; `template_name` says which."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_title(self) -> str:
        return self.title or self.object.title


class ItemDetail(ItemScreen):
    """The workbench of an item."""

    template_name = f"{TEMPLATES}/detail.html"

    @cached_property
    def shows_public(self) -> bool:
        """Whether the public version is asked for although a newer one exists."""
        return "public" in self.request.GET and self.object.live and self.has_draft

    @property
    def has_draft(self) -> bool:
        return not self.object.holds_draft and self.object.has_unpublished_changes

    @cached_property
    def may(self) -> actions.Lawful:
        return actions.lawful(self.request.user, self.object)

    def get_title(self) -> str:
        return self.shown.title

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return []

    @property
    def shown(self) -> DisclosedItem:
        return presenting.with_files(self.object) if self.shows_public else self.version

    def get_buttons(self) -> list[Button]:
        may, item = self.may, self.object
        place = self.place
        buttons = []
        if may.review:
            buttons.append(Button("审核", place("review"), icon="check"))
        if may.edit:
            word = "更正或更新" if item.published_at else "修改"
            kind = "secondary" if may.review else "primary"
            buttons.append(Button(word, place("edit"), icon="edit", kind=kind))
        buttons.append(Button("预览公开页面", place("preview"), kind="secondary"))
        if may.recall:
            word = "取消定时发布" if item.scheduled_for else "收回"
            buttons.append(Button(word, place("recall"), kind="secondary"))
        if may.repeal:
            buttons.append(Button("废止或修改", place("repeal"), kind="secondary"))
        if may.reassess:
            buttons.append(Button("登记评估", place("reassess"), kind="secondary"))
        if may.reply:
            buttons.append(Button("登记答复", place("reply"), kind="secondary"))
        if may.restore:
            buttons.append(Button("恢复发布", place("restore"), kind="secondary"))
        if may.discard:
            buttons.append(Button("放弃修改", place("discard"), kind="secondary"))
        if may.withdraw:
            buttons.append(Button("撤回", place("withdraw"), kind="danger"))
        if may.delete:
            buttons.append(Button("删除草稿", place("delete"), kind="danger"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, version, today = self.object, self.shown, timezone.localdate()
        newest = not self.shows_public
        checked = self.checked() if newest and self._is_open() else None
        marked = checked.in_body if checked else []
        limit = None
        if item.published_at is None and item.disclosure_attribute == DisclosureAttribute.PROACTIVE:
            limit = proposals.deadline(version.changed_on or version.formed_on, today)
        context = {
            "item": item,
            "version": version,
            "state": where_it_stands(item),
            "may": self.may,
            "limit": limit,
            "rows": presenting.metadata(item, version, today),
            "internal": presenting.internal(item, version),
            "banner": presenting.banner(item, version, today, self.item_url),
            "body": highlight.marked(version.body, marked) if marked else presenting.body(version),
            "files": presenting.files(version, self.file_url),
            "panel": checked,
            "steps": queries.progress(item)
            if item.step or item.holds_draft or self.has_draft
            else [],
            "interpreted_by": presenting.interpreted_by(item, self.item_url, public=False),
            "interprets": version.interprets if version.interprets_id else None,
            "duty": duty_of(self),
            "traces": list(item.traces.all()),
            "history": queries.history(item, 50),
            "versions": queries.versions(item)[:20],
            "number_doubts": queries.number_doubts(version) if newest else [],
            "public_url": links.public_url(item) if item.live else "",
            "shows_public": self.shows_public,
            "has_draft": self.has_draft,
            "missing": self._missing(),
            "seen": queries.seen_of(item),
        }
        return super().get_context_data(**{**context, **kwargs})

    def _is_open(self) -> bool:
        """Whether the newest version is still on its way to the public."""
        item = self.object
        return item.holds_draft or item.has_unpublished_changes

    def _missing(self) -> list[str]:
        """What the draft still lacks before it may be sent into review."""
        from gongkai.disclosure.services.completeness import missing

        if not self.may.submit:
            return []
        found = missing(self.object, self.version)
        return [message for messages in found.values() for message in messages]


class ItemPreview(ItemScreen):
    """The page as the public will see it, in a plain frame of its own."""

    template_name = f"{TEMPLATES}/preview.html"
    title = "预览公开页面"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = presenting.public_page(
            self.object, self.version, file_url=self.file_url, item_url=self.item_url
        )
        withheld = self.version.disclosure_attribute != DisclosureAttribute.PROACTIVE
        return super().get_context_data(
            **{"page": page, "item": self.object, "withheld": withheld, **kwargs}
        )


class ItemCompare(ItemScreen):
    """Any two versions, field by field; texts word by word."""

    template_name = f"{TEMPLATES}/compare.html"
    title = "比较版本"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        listed = queries.versions(self.object)
        old, new = self._chosen(listed)
        try:
            differences = queries.compare(self.object, old, new) if old and new else []
        except Revision.DoesNotExist as missing:
            raise Http404 from missing
        numbers = {version.revision.pk: version for version in listed}
        if any(key not in numbers for key in (old, new) if key):
            raise Http404
        context = {
            "listed": listed,
            "old": numbers.get(old),
            "new": numbers.get(new),
            "differences": differences,
        }
        return super().get_context_data(**{**context, **kwargs})

    def _chosen(self, listed: list[queries.Version]) -> tuple[int, int]:
        """The two that the address names; without, the public (else the last but one) and the newest."""
        found = []
        for name in ("a", "b"):
            text = self.request.GET.get(name, "")
            found.append(int(text) if text.isdigit() and len(text) < 19 else 0)
        if all(found) or not listed:
            return found[0], found[1]
        newest = listed[0].revision.pk
        public = next((one.revision.pk for one in listed if one.is_public), 0)
        if public in (0, newest):
            public = listed[1].revision.pk if len(listed) > 1 else newest
        return found[0] or public, found[1] or newest


class VersionDetail(ItemScreen):
    """An earlier version, as it was saved."""

    template_name = f"{TEMPLATES}/version.html"

    @cached_property
    def revision(self) -> Revision:
        revision = self.object.revisions.filter(pk=self.kwargs["revision"]).first()
        if revision is None:
            raise Http404
        return revision

    def get_title(self) -> str:
        at = timezone.localtime(self.revision.created_at)
        return f"{at:%Y-%m-%d %H:%M} 的版本"

    def file_url(self, number: int) -> str:
        return f"{super().file_url(number)}?version={self.revision.pk}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, today = self.object, timezone.localdate()
        old = presenting.with_files(item.with_content_json(self.revision.content))
        context = {
            "revision": self.revision,
            "rows": presenting.metadata(item, old, today),
            "internal": presenting.internal(item, old),
            "body": presenting.body(old),
            "files": presenting.files(old, self.file_url),
            "is_public": self.revision.pk == item.live_revision_id
            and item.status == Status.PUBLISHED,
        }
        return super().get_context_data(**{**context, **kwargs})
