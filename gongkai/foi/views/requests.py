"""One case with its clock."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gongkai.foi import queries
from gongkai.foi.models import FoiRequest
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.linking import buttons_of
from gongkai.organs.staff_views import Button, ScopedDetailView
from gongkai.statute.clock import IllegalSequence
from gongkai.workdays.queries import current_calendar


class RequestDetail(FoiView, ScopedDetailView):
    """The case as its events tell it: timeline, clock and the reasons, remedies."""

    model = FoiRequest
    action = "foi.view"
    template_name = "gongkai/foi/request.html"
    select_related = ("organ",)
    fields = (
        ("organ.name", "受理机关"),
        "subject",
        "applicant_kind",
        "channel",
        "received_on",
        ("outcome_words", "办理结果"),
        "decided_on",
    )

    def get_object(self) -> Any:
        request = super().get_object()
        request.outcome_words = queries.outcome_words(request.outcome, request.outcome_subtype)
        return request

    def get_title(self) -> str:
        return f"申请 {self.object.number}"

    def get_buttons(self) -> list[Button]:
        papers = Button("文书", self.url("notice_case", self.object.pk), kind="secondary")
        files = Button("案卷材料", self.url("file_list", self.object.pk), kind="secondary")
        if not self.allows("foi.handle", self.object.organ):
            return [papers, files]
        address = f"{self.url('case_create')}?request={self.object.pk}"
        return [
            *buttons_of(self, self.object),
            papers,
            files,
            Button("登记复议、诉讼案件", address, icon="plus", kind="secondary"),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = list(self.object.events.order_by("seq"))
        calendar, today = current_calendar(), timezone.localdate()
        reading = queries.reading_of(events, calendar, today) if events else None
        unlawful = reading if isinstance(reading, IllegalSequence) else None
        return super().get_context_data(
            **{
                "due": queries.due_in_words(self.object, calendar, today),
                "reading": None if unlawful else reading,
                "unlawful": unlawful,
                "timeline": queries.timeline(events),
                "cases": self.object.remedy_cases.order_by("filed_on", "pk"),
                **kwargs,
            }
        )
