"""Mails and text messages to applicants in the staff shell: what waits, what failed, try again."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet

from gongkai.foi.forms.notices import ConfirmForm
from gongkai.foi.models import Message
from gongkai.foi.services import messages as service
from gongkai.foi.views.base import FoiView
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

State = Message.State


def _about(message: Message) -> str:
    return service.ABOUT.get(message.about, message.about)


class MessageFilters(StaffFilterSet):
    state = django_filters.ChoiceFilter(label="状态", choices=State.choices, empty_label="全部状态")
    way = django_filters.ChoiceFilter(
        label="方式", choices=Message.Way.choices, empty_label="短信和邮件"
    )

    class Meta:
        model = Message
        fields: ClassVar[list[str]] = []


class MessageList(FoiView, ScopedListView):
    """Addresses and texts stay sealed: the list says what was sent about what, and how it went."""

    model = Message
    action = "foi.view"
    organ_field = "intake__organ"
    template_name = "gongkai/foi/list.html"
    title = "通知消息"
    intro = (
        "发给申请人的短信、邮件。服务器没有接收的会自动重试；多次失败的请核对联系方式后重新发送。"
    )
    columns = (
        Column("queued_at", "排队时间", sort="queued_at", link=True),
        Column("intake.number", "来件编号"),
        Column("intake.organ.label", "机关"),
        Column("way", "方式"),
        Column("about", "事由", value=_about),
        Column("state", "状态"),
        Column("tries", "尝试次数", numeric=True),
        Column("try_at", "下次尝试"),
        Column("problem", "失败原因", wide=True),
    )
    exports = False
    search_fields = ("intake__number",)
    search_hint = "来件编号"
    filterset_class = MessageFilters
    select_related = ("intake", "intake__organ")
    ordering = ("-queued_at", "-id")
    detail_url_name = "message_detail"
    empty_text = "还没有通知消息。"

    def get_queryset(self) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset()
        return found.defer("sealed")

    def get_buttons(self) -> list[Button]:
        if not self.allows("foi.handle"):
            return []
        return [Button("重新发送失败的", self.url("message_retry_all"), kind="secondary")]


class MessageDetail(FoiView, ScopedDetailView):
    model = Message
    action = "foi.view"
    organ_field = "intake__organ"
    select_related = ("intake", "intake__organ")
    fields = (
        ("intake.number", "来件编号"),
        "way",
        "state",
        "queued_at",
        "tries",
        "try_at",
        "sent_at",
        "problem",
    )

    def get_title(self) -> str:
        return f"{self.object.get_way_display()}：{_about(self.object)}"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("通知消息", self.url("message_list"))]

    def get_buttons(self) -> list[Button]:
        message = self.object
        if not self.allows("foi.handle", message.intake.organ):
            return []
        if message.state == State.SENT:
            return []
        buttons = [Button("重新发送", self.url("message_retry", message.pk), icon="rotate")]
        if message.state in (State.QUEUED, State.FAILED):
            buttons.append(
                Button("取消发送", self.url("message_cancel", message.pk), kind="secondary")
            )
        return buttons


class _MessageForm(FoiView, ServiceFormView):
    model = Message
    action = "foi.handle"
    organ_field = "intake__organ"
    select_related = ("intake", "intake__organ")
    form_class = ConfirmForm

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("通知消息", self.url("message_list"))]

    def get_cancel_url(self) -> str:
        return self.url("message_detail", self.object.pk)

    def get_success_url(self) -> str:
        return self.url("message_detail", self.object.pk)


class MessageRetry(_MessageForm):
    title = "重新发送"
    submit_label = "重新发送"
    intro = "放回发送队列，一分钟内发送；仍不成功的会继续自动重试。"
    success_message = "已放回发送队列。"

    def perform(self, form: Any) -> Message:
        return service.retry_message(self.actor, self.object)


class MessageCancel(_MessageForm):
    title = "取消发送"
    submit_label = "取消发送"
    intro = "取消后不再发送，以后仍可以重新发送。"
    success_message = "已取消发送。"

    def perform(self, form: Any) -> Message:
        return service.cancel_message(self.actor, self.object)


class MessageRetryAll(FoiView, ServiceFormView):
    action = "foi.handle"
    organ_field = "intake__organ"
    form_class = ConfirmForm
    title = "重新发送失败的消息"
    submit_label = "全部重新发送"

    def failed(self) -> QuerySet[Message]:
        found: QuerySet[Message] = self.scoped(Message.objects.filter(state=State.FAILED))
        return found

    def get_intro(self) -> str:
        count = self.failed().count()
        if not count:
            return "没有发送失败的消息。"
        return f"您办理的机关有{count:,}条消息发送失败，将全部放回发送队列（一次最多1,000条）。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("通知消息", self.url("message_list"))]

    def get_cancel_url(self) -> str:
        return self.url("message_list")

    def perform(self, form: Any) -> int:
        return service.retry_all(self.actor, self.failed())

    def get_success_message(self, result: Any) -> str:
        return f"已把{result:,}条消息放回发送队列。" if result else "没有发送失败的消息。"
