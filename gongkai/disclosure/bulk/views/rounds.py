"""Validity reviews (清理): the office opens, decides and closes; bodies propose."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import content_disposition_header

from gongkai.disclosure.bulk import round_results, rounds
from gongkai.disclosure.bulk.forms_review import (
    CloseForm,
    DecideForm,
    NoteForm,
    ProposeForm,
    ResultForm,
    RoundForm,
)
from gongkai.disclosure.models import ReviewOutcome, ValidityReview, ValidityRound
from gongkai.disclosure.views.base import RoomView, words_of
from gongkai.organs import policy
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

VIEW, EDIT, CLEAN = "disclosure.view", "disclosure.edit", "disclosure.clean"
DOWNLOADS = {
    "xlsx": (
        round_results.as_xlsx,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "docx": (
        round_results.as_docx,
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
}


def seen_rounds(user: Any) -> QuerySet[ValidityRound]:
    """Rounds of one's governments, and those in which one's bodies have documents."""
    own = policy.organs_for(user, VIEW).order_by().values("pk")
    concerned = ValidityReview.objects.filter(organ__in=own).values("round")
    found: QuerySet[ValidityRound] = ValidityRound.objects.filter(
        pk__in=concerned
    ) | ValidityRound.objects.filter(organ__in=own)
    return found.distinct()


class RoundList(RoomView, ScopedListView):
    model = ValidityRound
    action = VIEW
    tab = "rounds"
    title = "规范性文件清理"
    template_name = "gongkai/disclosure/list.html"
    columns = (
        Column("title", "名称", link=True, wide=True),
        Column("organ.label", "组织清理的政府"),
        Column("year", "年度", sort="year", value=lambda r: str(r.year)),
        Column("deadline", "截止日期"),
        Column("closed_at", "办结时间"),
    )
    select_related = ("organ",)
    ordering = ("-year", "-id")
    detail_url_name = "round"
    exports = False
    empty_text = "还没有组织过清理。政务公开办点“发起清理”，列出全部现行有效的规范性文件。"

    def scoped(self, queryset: QuerySet[Any], action: str | None = None) -> QuerySet[Any]:
        return queryset.filter(pk__in=seen_rounds(self.request.user).values("pk"))

    def get_buttons(self) -> list[Button]:
        if self.allows(CLEAN):
            return [Button("发起清理", self.url("round_create"), icon="plus")]
        return []


class RoundCreate(RoomView, ServiceFormView):
    action = CLEAN
    tab = "rounds"
    form_class = RoundForm
    template_name = "gongkai/disclosure/act.html"
    title = "发起清理"
    submit_label = "发起"
    intro = "列出本级政府和所属机关全部公开的、现行有效的行政规范性文件，由各机关逐件提出意见。"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("规范性文件清理", self.url("rounds"))]

    def get_cancel_url(self) -> str:
        return self.url("rounds")

    def perform(self, form: Any) -> ValidityRound:
        values = form.cleaned_data
        return rounds.open_round(
            self.actor,
            values["organ"],
            values["year"],
            deadline=values["deadline"],
            title=values["title"],
        )

    def get_success_message(self, result: ValidityRound) -> str:
        return f"已发起，共{result.reviews.count():,}件文件，请通知各机关提出意见。"

    def get_success_url(self) -> str:
        return self.url("round", self.result.pk)


class _RoundView(RoomView):
    """A screen of one round that the person may see."""

    tab = "rounds"
    round_action: ClassVar[str] = VIEW

    def check_access(self) -> None:
        super().check_access()
        known = seen_rounds(self.request.user).select_related("organ", "result")
        self.round = known.filter(pk=self.kwargs["pk"]).first()
        if self.round is None or (
            self.round_action == CLEAN and not self.allows(CLEAN, self.round.organ)
        ):
            raise Http404

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [("规范性文件清理", self.url("rounds"))]
        if not isinstance(self, RoundDetail):
            crumbs.append((self.round.title, self.url("round", self.round.pk)))
        return crumbs


class ReviewFilters(StaffFilterSet):
    state = django_filters.ChoiceFilter(
        label="进展",
        choices=[("missing", "未提意见"), ("proposed", "待审核"), ("decided", "已审核")],
        empty_label="全部",
        method="filter_state",
    )
    decision = django_filters.ChoiceFilter(
        label="审核结果", choices=ReviewOutcome.choices, empty_label="全部"
    )

    class Meta:
        model = ValidityReview
        fields: ClassVar[list[str]] = []

    def filter_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "missing":
            return queryset.filter(proposal="", decision="")
        if value == "proposed":
            return queryset.exclude(proposal="").filter(decision="")
        return queryset.exclude(decision="")


class RoundDetail(_RoundView, ScopedListView):
    """The documents of a round: one's own, or all for the office."""

    model = ValidityReview
    action = VIEW
    template_name = "gongkai/disclosure/bulk/round.html"
    columns = (
        Column("item.title", "文件", link=True, wide=True),
        Column("item.document_number", "发文字号"),
        Column("organ.label", "机关", sort="organ__path"),
        Column("item.valid_until", "现有效期至"),
        Column("proposal", "清理意见"),
        Column("reason", "理由", wide=True),
        Column("decision", "审核结果"),
        Column("decision_note", "审核意见", wide=True),
    )
    search_fields = ("item__title", "item__document_number")
    search_hint = "标题、文号"
    filterset_class = ReviewFilters
    select_related = ("item", "organ")
    ordering = ("organ__path", "item_id")
    empty_text = "本机关没有需要清理的文件。"

    def get_title(self) -> str:
        return str(self.round.title)

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().defer("item__body").filter(round=self.kwargs["pk"])

    def get_url(self, obj: ValidityReview) -> str:
        if self.round.closed_at is None:
            if self.allows(CLEAN, self.round.organ) and (obj.proposal or obj.decision):
                return self.url("review_decide", obj.pk)
            if self.allows(EDIT, obj.organ):
                return self.url("review_propose", obj.pk)
            if self.allows(CLEAN, self.round.organ):
                return self.url("review_decide", obj.pk)
        return self.url("item_detail", obj.item_id)

    def get_buttons(self) -> list[Button]:
        if not self.allows(CLEAN, self.round.organ):
            return []
        key = self.round.pk
        if self.round.closed_at is None:
            return [Button("办结", self.url("round_close", key), icon="check")]
        if self.round.result_id is None:
            return [Button("起草结果公告", self.url("round_result", key), icon="plus")]
        return [Button("结果公告", self.url("item_detail", self.round.result_id), kind="secondary")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "round": self.round,
            "figures": round_results.figures(self.round),
            "may_clean": self.allows(CLEAN, self.round.organ),
            "is_late": self.round.deadline < timezone.localdate(),
        }
        return super().get_context_data(**{**context, **kwargs})


class RoundDownload(_RoundView):
    """The result list as a file."""

    action = CLEAN
    round_action = CLEAN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        kind = self.kwargs["kind"]
        if kind not in DOWNLOADS:
            raise Http404
        make, media = DOWNLOADS[kind]
        response = HttpResponse(make(self.round), content_type=media)
        response["Content-Disposition"] = content_disposition_header(
            True, f"{self.round.title}结果.{kind}"
        )
        return response


class _RoundPress(_RoundView):
    action = CLEAN
    round_action = CLEAN

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("round", self.round.pk))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            messages.success(request, self.press())
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, words_of(error))
        return HttpResponseRedirect(self.url("round", self.round.pk))

    def press(self) -> str:
        raise TypeError(f"{type(self).__name__} must say what its button does (press).")


class RoundAccept(_RoundPress):
    """Accept every proposal that waits."""

    def press(self) -> str:
        waiting = self.round.reviews.exclude(proposal="").filter(decision="")
        number = rounds.decide_as_proposed(self.actor, waiting.select_related("round__organ"))
        if not number:
            raise ValidationError("没有待审核的意见。")
        return f"已按单位意见审核{number:,}件。"


class RoundGather(_RoundPress):
    """Documents published since join the round."""

    def press(self) -> str:
        return f"补入{rounds.gather(self.actor, self.round):,}件文件。"


class _RoundForm(_RoundView, ServiceFormView):
    action = CLEAN
    round_action = CLEAN
    template_name = "gongkai/disclosure/act.html"

    def get_object(self) -> Any:
        return None

    def get_cancel_url(self) -> str:
        return self.url("round", self.round.pk)


class RoundClose(_RoundForm):
    form_class = CloseForm
    title = "办结清理"
    submit_label = "办结"
    success_message = "已办结，结果已在各文件的公开页面注明。"

    def get_intro(self) -> str:
        told = round_results.summary(self.round)
        return f"{told}办结后，废止、失效的文件和延长的有效期即在公开页面注明，不能再改。"

    def perform(self, form: Any) -> ValidityRound:
        return rounds.close_round(self.actor, self.round, on=form.cleaned_data["on"])


class RoundResult(_RoundForm):
    form_class = ResultForm
    title = "起草结果公告"
    submit_label = "起草"
    intro = "把结果列表写成一条草稿，和其他信息一样送审后发布。"
    success_message = "已起草，请核对后送审。"

    def perform(self, form: Any) -> Any:
        return round_results.draft_result(self.actor, self.round, **form.cleaned_data)

    def get_success_url(self) -> str:
        return self.url("item_detail", self.result.pk)


class _ReviewForm(RoomView, ServiceFormView):
    model = ValidityReview
    tab = "rounds"
    select_related = ("item", "organ", "round__organ", "successor")
    template_name = "gongkai/disclosure/bulk/review.html"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        round_ = self.object.round
        return [
            ("规范性文件清理", self.url("rounds")),
            (round_.title, self.url("round", round_.pk)),
        ]

    def get_title(self) -> str:
        return str(self.object.item.title)

    def get_cancel_url(self) -> str:
        return self.url("round", self.object.round_id)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"item_url": self.url("item_detail", self.object.item_id), **kwargs}
        )


class ReviewPropose(_ReviewForm):
    action = EDIT
    form_class = ProposeForm
    submit_label = "提出意见"
    success_message = "已提出意见，请等候政务公开办审核。"

    def get_initial(self) -> dict[str, Any]:
        review = self.object
        return {
            "outcome": review.proposal or None,
            "reason": review.reason,
            "valid_until": review.valid_until,
        }

    def perform(self, form: Any) -> ValidityReview:
        return rounds.propose(
            self.actor,
            self.object,
            form.cleaned_data["outcome"],
            reason=form.cleaned_data["reason"],
            valid_until=form.cleaned_data["valid_until"],
            successor=form.successor_picked(),
        )


class ReviewDecide(_ReviewForm):
    action = CLEAN
    organ_field = "round__organ"
    form_class = DecideForm
    submit_label = "审核"
    success_message = "已审核。"

    def get_initial(self) -> dict[str, Any]:
        return {
            "outcome": self.object.decision or self.object.proposal or None,
            "note": self.object.decision_note,
        }

    def get_buttons(self) -> list[Button]:
        if not self.object.proposal:
            return []
        back = self.url("review_back", self.object.pk)
        return [Button("退回单位", back, kind="secondary")]

    def perform(self, form: Any) -> ValidityReview:
        return rounds.decide(
            self.actor, self.object, form.cleaned_data["outcome"], note=form.cleaned_data["note"]
        )


class ReviewBack(_ReviewForm):
    action = CLEAN
    organ_field = "round__organ"
    form_class = NoteForm
    submit_label = "退回"
    success_message = "已退回单位重新提出意见。"

    def perform(self, form: Any) -> ValidityReview:
        return rounds.send_back(self.actor, self.object, note=form.cleaned_data["note"])
