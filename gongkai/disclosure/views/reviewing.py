"""Reviewing: one item with all that a decision needs, and many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic.base import TemplateResponseMixin
from wagtail.models import TaskState

from gongkai.disclosure import highlight, presenting, queries, services
from gongkai.disclosure.forms import DecisionForm
from gongkai.disclosure.forms.acts import BatchForm
from gongkai.disclosure.models import Decision, DisclosedItem, ReviewStep, Step
from gongkai.disclosure.views.base import DECIDING, ItemView, RoomView, words_of
from gongkai.organs.staff_views import ServiceFormView

MAX_BATCH = 200
SHOWN = 100


class _Deciding(RoomView):
    """A screen for those who hold a step anywhere."""

    action = "disclosure.view"

    def check_access(self) -> None:
        super().check_access()
        if not any(self.allows(action) for action in DECIDING):
            raise PermissionDenied


class Awaiting(_Deciding, TemplateResponseMixin):
    """待我办理: what awaits one's decision, longest first, with batch approval."""

    title = "待我办理"
    tab = "awaiting"
    template_name = "gongkai/disclosure/awaiting.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, today = self.request.user, timezone.localdate()
        waiting = queries.awaiting(user)
        items = list(
            waiting.select_related("organ", "column", "submitted_by").defer("body")[:SHOWN]
        )
        context = {
            "items": [(item, Step(item.step).label, queries.seen_of(item)) for item in items],
            "total": waiting.count() if len(items) == SHOWN else len(items),
            "referrals": list(queries.open_referrals(user)[:20]),
            "orphaned": list(queries.orphaned(user, today)[:20]),
            "today": today,
        }
        return super().get_context_data(**{**context, **kwargs})


class Review(ItemView, ServiceFormView):
    """The exact version under review, what was decided so far, and the decision."""

    template_name = "gongkai/disclosure/review.html"
    form_class = DecisionForm
    submit_label = "提交意见"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not queries.may_decide(request.user, self.object):
            messages.warning(
                request, "这条信息现在不由您审核，可能已由他人办理，或者是您起草、送审的。"
            )
            return HttpResponseRedirect(self.place("item_detail"))
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return (
            f"{Step(self.object.step).label}：{self.version.title}" if self.object.step else "审核"
        )

    @cached_property
    def steps(self) -> list[queries.StepState]:
        return queries.progress(self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        current = next((state.step for state in self.steps if state.is_current), None)
        return {
            **super().get_form_kwargs(),
            "step": self.object.step,
            "aspects": current.aspects if current else (),
        }

    def get_initial(self) -> dict[str, Any]:
        return {"seen": queries.seen_of(self.object)}

    def get_cancel_url(self) -> str:
        return self.place("item_detail")

    def perform(self, form: Any) -> Any:
        return services.decide(self.actor, self.object, **form.cleaned_data)

    def form_invalid(self, form: Any) -> HttpResponse:
        if not self.object.step:
            messages.warning(self.request, "这条信息已由他人办理，您的意见没有提交。")
            return HttpResponseRedirect(self.place("item_detail"))
        return super().form_invalid(form)

    def get_success_message(self, result: Any) -> str:
        decision = self.request.POST.get("decision", "")
        title = f"“{result.title}”"
        if decision == Decision.RETURNED:
            return f"{title}已退回起草人修改。"
        if decision == Decision.REFERRED:
            return f"{title}已登记提请确定，收到答复后请登记。"
        if result.step:
            return f"{title}已通过，转入{Step(result.step).label}。"
        if result.scheduled_for:
            at = timezone.localtime(result.scheduled_for)
            return f"{title}已审批，将于{at:%Y-%m-%d %H:%M}发布。"
        if result.live:
            return f"{title}已发布，索引号{result.index_number}。"
        return f"{title}已审定。"

    def get_success_url(self) -> str:
        """The next that awaits; the list when nothing does."""
        following = queries.awaiting(self.request.user).exclude(pk=self.object.pk).first()
        return self.url("review", following.pk) if following else self.url("awaiting")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item, version, today = self.object, self.version, timezone.localdate()
        checked = self.checked()
        marked = checked.in_body
        context = {
            "item": item,
            "version": version,
            "rows": presenting.metadata(item, version, today),
            "internal": presenting.internal(item, version),
            "body": highlight.marked(version.body, marked) if marked else presenting.body(version),
            "files": presenting.files(version, self.file_url),
            "panel": checked,
            "steps": self.steps,
            "differences": self._differences(),
            "number_doubts": queries.number_doubts(version),
            "waiting": queries.awaiting(self.request.user).count(),
            "may": {"override": self.allows("guard.override", item.organ), "mask": False},
            "earlier": list(
                item.decisions.select_related("decided_by", "on_behalf_of")
                .exclude(decision=Decision.APPROVED)
                .order_by("-pk")[:10]
            ),
            "referrals": list(item.referrals.order_by("-pk")[:5]),
        }
        return super().get_context_data(**{**context, **kwargs})

    def _differences(self) -> Any:
        item = self.object
        if not item.live_revision_id or item.live_revision_id == item.latest_revision_id:
            return None
        return queries.compare(item, item.live_revision_id, item.latest_revision_id)


class Batch(_Deciding, TemplateResponseMixin):
    """Approve many: first what it would touch and what not, then what came of each."""

    title = "批量通过"
    tab = "awaiting"
    template_name = "gongkai/disclosure/batch.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url("awaiting"))

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("待我办理", self.url("awaiting"))]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        keys = [int(key) for key in request.POST.getlist("item") if key.isdigit() and len(key) < 19]
        if not keys:
            messages.warning(request, "没有选中任何一件。请先勾选要通过的信息。")
            return HttpResponseRedirect(self.url("awaiting"))
        if len(keys) > MAX_BATCH:
            messages.warning(request, f"一次最多{MAX_BATCH}件，选了{len(keys)}件，请分批办理。")
            return HttpResponseRedirect(self.url("awaiting"))
        items = list(
            queries.awaiting(request.user).filter(pk__in=keys).select_related("organ", "column")
        )
        ready, excluded = [], []
        for item in items:
            (excluded if item.blocking else ready).append(item)
        lost = len(set(keys)) - len(items)
        aspects = self._aspects(ready)
        confirmed = "confirm" in request.POST
        form = BatchForm(request.POST if confirmed else None, user=request.user, aspects=aspects)
        context = {"ready": ready, "excluded": excluded, "lost": lost, "form": form}
        if confirmed and form.is_valid():
            return self._decide(ready, form, context)
        context["seen"] = [(item, queries.seen_of(item)) for item in ready]
        status = 422 if confirmed else 200
        return self.render_to_response(self.get_context_data(**context), status=status)

    def _decide(self, ready: list[Any], form: Any, context: dict[str, Any]) -> HttpResponse:
        seen: dict[int, int | str] = {
            item.pk: self.request.POST.get(f"seen-{item.pk}", "") for item in ready
        }
        results = services.decide_many(
            self.actor,
            ready,
            opinion=form.cleaned_data["opinion"],
            proofread=form.cleaned_data.get("proofread", ()),
            seen=seen,
        )
        done = sum(error is None for _, error in results)
        context |= {"results": results, "done": done, "failed": len(results) - done}
        return self.render_to_response(self.get_context_data(**context))

    def _aspects(self, items: list[DisclosedItem]) -> list[str]:
        """What the steps of the chosen items ask to be proofread, together. One statement."""
        running = TaskState.objects.filter(
            status=TaskState.STATUS_IN_PROGRESS,
            workflow_state__content_type=ContentType.objects.get_for_model(DisclosedItem),
            workflow_state__object_id__in=[str(item.pk) for item in items],
        )
        steps = ReviewStep.objects.filter(pk__in=running.values("task_id"))
        wanted = {
            aspect for aspects in steps.values_list("aspects", flat=True) for aspect in aspects
        }
        return [aspect for aspect in services.ASPECTS if aspect in wanted]


class HandOver(_Deciding):
    """The items under way of an abolished body go to its successor."""

    action = "disclosure.view"

    def check_access(self) -> None:
        if not any(self.allows(one) for one in ("disclosure.edit", "disclosure.configure")):
            raise PermissionDenied

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        organs = queries.orphaned(request.user, timezone.localdate())
        organ = organs.filter(pk=kwargs["pk"]).first()
        try:
            if organ is None:
                raise ValidationError("没有需要移交的信息，可能已由他人移交。")
            number = services.hand_over_items(self.actor, organ)
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, words_of(error))
        else:
            messages.success(
                request, f"已把{organ.name}在办的{number}条信息移交{organ.successor}。"
            )
        return HttpResponseRedirect(self.url("index"))
