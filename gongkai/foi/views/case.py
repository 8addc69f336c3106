"""The page of one case: what it is, what has happened, when what is due, and what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from gongkai.foi import case_queries, persons, queries
from gongkai.foi.models import Consultation, FoiRequest, Intake, Notice
from gongkai.foi.notice_queries import name_of, notice_status
from gongkai.foi.services.supply import words_of
from gongkai.foi.views.base import FoiView
from gongkai.foi.views.intake import revealed
from gongkai.foi.views.linking import buttons_of
from gongkai.foi.views.steps import EVENTS, STEPS, may_decide, proposal_words
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.shell import act_label
from gongkai.organs.staff_views import Button, ScopedDetailView
from gongkai.statute.clock import ClockReading, ClockState, IllegalSequence, NextEvent
from gongkai.workdays.queries import current_calendar

LEDGER_SHOWN: Final = 15
ANSWERS: Final = ("third_party_answered", "organ_answered")


@dataclass(frozen=True)
class Offer:
    """A step as the page shows it: an address where it may be taken, or why it may not."""

    label: str
    url: str = ""
    note: str = ""
    article: str = ""
    until: Any = None


class RequestDetail(FoiView, ScopedDetailView):
    """The case. POST shows the applicant and the wish in clear, against a ledger entry."""

    model = FoiRequest
    action = "foi.view"
    template_name = "gongkai/foi/request.html"
    select_related = ("organ", "handler")
    fields = (
        ("organ.name", "受理机关"),
        "subject",
        "applicant_kind",
        "channel",
        "received_on",
        ("outcome_words", "办理结果"),
        "decided_on",
        "archived_on",
    )

    def get_object(self) -> Any:
        request = super().get_object()
        request.outcome_words = queries.outcome_words(request.outcome, request.outcome_subtype)
        return request

    def get_title(self) -> str:
        return f"申请 {self.object.number}"

    def get_rows(self) -> list[tuple[str, str]]:
        rows = super().get_rows()
        handler = self.object.handler
        carried = queries.carried_in_words(self.object, timezone.localdate())
        return [
            *rows,
            *([("年度结转", carried)] if carried else []),
            ("经办人", handler.display_name if handler is not None else "未分派"),
        ]

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

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same page with the applicant in clear."""
        self.object = self.get_object()
        intake = self._intake()
        if intake is None or intake.applicant.erased_at is not None:
            return self.render_to_response(self.get_context_data())
        person, wish = persons.reveal(self.actor, intake.applicant)
        response = self.render_to_response(self.get_context_data(**revealed(person, wish)))
        add_never_cache_headers(response)
        return response

    def _intake(self) -> Intake | None:
        found = (
            Intake.objects.filter(request=self.object, applicant__isnull=False)
            .select_related("applicant")
            .order_by()
            .first()
        )
        if found is not None:
            found.request = self.object
        return found

    # -- what may be done ----------------------------------------------------------------------

    def _step(self, name: str, label: str = "", note: str = "") -> Offer:
        return Offer(label or STEPS[name].title, self.url("step", self.object.pk, name), note)

    def _offer(
        self, step: NextEvent, consultations: dict[str, Consultation], undelivered: Notice | None
    ) -> Offer:
        url, label = "", f"{step.label}（{step.ref}）" if step.ref else step.label
        if step.allowed:
            if step.type in EVENTS:
                name = EVENTS[step.type]
                url, label = self.url("step", self.object.pk, name), STEPS[name].title
            elif step.type in ANSWERS:
                asked = consultations.get(step.ref)
                if asked is not None:
                    url = self.url("consultation_step", asked.pk, "reply")
                    label = f"登记答复意见（{step.ref}）"
            elif step.type == "delivered":
                url = (
                    self.url("notice_detail", undelivered.pk)
                    if undelivered is not None
                    else self.url("notice_case", self.object.pk)
                )
                label = "登记答复送达"
            elif step.type == "reopened":
                url = f"{self.url('case_list')}?q={self.object.number}"
                label = "责令重新答复的，在复议、诉讼案件中登记"
        return Offer(label, url, step.reason, step.article, step.until)

    def _offers(
        self,
        reading: ClockReading | None,
        consultations: list[Consultation],
        notices: list[Notice],
    ) -> tuple[list[Offer], list[Offer]]:
        """What may be done now, and what may not with the reason."""
        case = self.object
        if not self.allows("foi.handle", case.organ):
            return [], []
        if case.archived_on is not None:
            return [self._step("unarchive")], []
        steps = reading.next_events if reading is not None else ()
        by_ref = {asked.ref: asked for asked in consultations}
        undelivered = next((one for one in notices if one.undelivered), None)
        offers = [self._offer(step, by_ref, undelivered) for step in steps]
        lawful = [one for one in offers if one.url]
        refused = [one for one in offers if not one.url]
        open_ = reading is not None and reading.state in (ClockState.RUNNING, ClockState.PAUSED)
        if open_:
            lawful.append(self._step("reasons", note="答复期限继续计算（条例第三十五条）"))
        if open_ and any(asked.reply == Consultation.Reply.OBJECTED for asked in consultations):
            lawful.append(self._step("override", note="须经工作机构负责人审批（条例第三十二条）"))
        fee = reading.case.fee if reading is not None else None
        waits = reading is not None and reading.state is ClockState.AWAITING_PAYMENT
        if waits and fee is not None and fee.receipt_unknown:
            lawful.append(self._step("fee-arrived", note="缴费期限自收到之次日起计算"))
        if reading is not None and reading.state.is_final:
            lawful.append(self._step("archiving", note="案卷齐全才能归档（条例第四十五条）"))
        return lawful, refused

    # -- the page --------------------------------------------------------------------------------

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        case = self.object
        events = list(case.events.order_by("seq"))
        calendar, today = current_calendar(), timezone.localdate()
        found = queries.reading_of(events, calendar, today) if events else None
        unlawful = found if isinstance(found, IllegalSequence) else None
        reading = None if isinstance(found, IllegalSequence) else found
        notices = list(
            case.notices.exclude(state=Notice.State.DISCARDED)
            .defer("fields_sealed", "docx_sealed", "pdf_sealed")
            .prefetch_related(Prefetch("deliveries"))
            .order_by("-pk")
        )
        approvals = list(case.approvals.select_related("proposed_by", "decided_by"))
        consultations = list(case.consultations.defer("sealed"))
        intake = self._intake()
        asks = list(case.supply_asks.all())
        mine = {one.pk for one in approvals if may_decide(self, one, case.organ)}
        lawful, refused = self._offers(reading, consultations, notices)
        handles = self.allows("foi.handle", case.organ)
        return super().get_context_data(
            **{
                "due": queries.due_in_words(case, calendar, today),
                "reading": reading,
                "unlawful": unlawful,
                "bar": case_queries.placed(queries.clock_bar(reading)) if reading else [],
                "timeline": case_queries.whole_timeline(
                    events, notices, approvals, intake, proposal_words, asks
                ),
                "supply": next(
                    ((one, words_of(one)) for one in asks if one.handled_at is None), None
                ),
                "lawful": lawful,
                "refused": refused,
                "handles": handles,
                "may_reveal": self.allows("foi.reveal", case.organ),
                "intake": intake,
                "notices": [(one, name_of(one), notice_status(one)) for one in notices],
                "approvals": [(one, proposal_words(one), one.pk in mine) for one in approvals],
                "consultations": consultations,
                "links": case_queries.links_of(case),
                "helps": list(case.co_handlings.select_related("organ")),
                "counts": case_queries.counts_of(case),
                "acts": self._acts(handles),
                "cases": case.remedy_cases.order_by("filed_on", "pk"),
                **kwargs,
            }
        )

    def _acts(self, handles: bool) -> list[tuple[LedgerEntry, str]]:
        """The latest acts upon this case, for its handlers and for whoever reads the ledger."""
        if not handles and not self.allows("ledger.view", self.object.organ):
            return []
        entries = LedgerEntry.objects.filter(
            object_type=FoiRequest._meta.label_lower, object_id=str(self.object.pk)
        ).order_by("-pk")[:LEDGER_SHOWN]
        return [(entry, act_label(entry.action)) for entry in entries]
