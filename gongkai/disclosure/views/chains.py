"""The review chain of bodies: which steps, in which order, inherited from whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic.base import TemplateResponseMixin

from gongkai.disclosure import chains, services
from gongkai.disclosure.models import Step
from gongkai.disclosure.services.chain import DEFAULT_CHAIN, MAX_REVIEWS, ChainStep
from gongkai.disclosure.views.base import RoomView, words_of
from gongkai.organs.models import Organ
from gongkai.organs.staff_views import Column, ScopedListView, StaffFilterSet

CONFIGURE = "disclosure.configure"


class ChainFilters(StaffFilterSet):
    organ_filter = False

    class Meta:
        model = Organ
        fields = ()


class ChainList(RoomView, ScopedListView):
    """Every body with the chain that its items go through."""

    model = Organ
    action = "disclosure.view"
    organ_field = "pk"
    tab = "chains"
    title = "审核流程"
    template_name = "gongkai/disclosure/list.html"
    lead = "没有单独配置的机关使用最近上级的流程；都没有配置的，使用默认流程。"
    columns = (
        Column("name", "机关", link=True),
        Column("chain", "审核环节", value=lambda organ: organ.chain_words, wide=True),
        Column("origin", "来源", value=lambda organ: organ.chain_origin),
    )
    search_fields = ("name", "code")
    search_hint = "机关名称、代码"
    ordering = ("path",)
    exports = False

    def get_url(self, obj: Any) -> str:
        return self.url("chain_edit", obj.pk) if self.allows(CONFIGURE, obj) else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.known = chains.all_chains()
        return super().get_context_data(**kwargs)

    def get_row(self, obj: Any) -> dict[str, Any]:
        owner, steps = chains.chain_of(obj, self.known)
        obj.chain_words = " → ".join(step.name for step in steps)
        if owner is None:
            obj.chain_origin = "默认流程"
        else:
            obj.chain_origin = "本机关配置" if owner.pk == obj.pk else f"沿用{owner.label}"
        return super().get_row(obj)


class ChainEdit(RoomView, TemplateResponseMixin):
    """Reviews are added, removed, renamed and moved; secrecy review and approval always stay."""

    action = CONFIGURE
    organ_field = "pk"
    tab = "chains"
    template_name = "gongkai/disclosure/chain.html"
    object: Any = None

    def check_access(self) -> None:
        super().check_access()
        self.object = self.get_scoped(Organ.objects.all(), pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"{self.object.label}的审核流程"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("审核流程", self.url("chains"))]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        _, steps = chains.chain_of(self.object, chains.all_chains())
        return self.render_to_response(self.get_context_data(steps=list(steps)))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        op = request.POST.get("op", "save")
        steps = self._typed()
        verb, _, number = op.partition("-")
        if verb in ("add", "remove", "up", "down"):
            steps = _changed(steps, verb, int(number) if number.isdigit() else -1)
            return self.render_to_response(self.get_context_data(steps=steps))
        try:
            if op == "drop":
                services.drop_chain(self.actor, self.object)
                messages.success(request, "已改回沿用上级或默认流程。")
            else:
                services.configure_chain(self.actor, self.object, steps)
                messages.success(
                    request, "已保存。新送审的信息按新流程办理，正在审核的仍按原流程办完。"
                )
        except (ValidationError, PermissionDenied) as error:
            context = self.get_context_data(
                steps=steps, problems=getattr(error, "messages", [words_of(error)])
            )
            return self.render_to_response(context, status=422)
        return HttpResponseRedirect(self.url("chains"))

    def _typed(self) -> list[ChainStep]:
        post = self.request.POST
        kinds, labels = post.getlist("step")[:10], post.getlist("label")
        return [
            ChainStep(kind, labels[place].strip() if place < len(labels) else "",
                      tuple(a for a in services.ASPECTS if a in post.getlist(f"aspects-{place}")))
            for place, kind in enumerate(kinds)
        ]  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        owner, _ = chains.chain_of(self.object, chains.all_chains())
        steps = kwargs.get("steps") or list(DEFAULT_CHAIN)
        context = {
            "organ": self.object,
            "owner": owner,
            "own": owner is not None and owner.pk == self.object.pk,
            "rows": [
                {
                    "step": step,
                    "fixed": step.step != Step.REVIEW,
                    "last": step.step == Step.APPROVAL,
                }
                for step in steps
            ],
            "aspects": services.ASPECTS,
            "may_add": sum(step.step == Step.REVIEW for step in steps) < MAX_REVIEWS,
        }
        return super().get_context_data(**{**context, **kwargs})


def _changed(steps: list[ChainStep], verb: str, number: int) -> list[ChainStep]:
    """The steps after a row's button; approval stays last."""
    if verb == "add":
        reviews = sum(step.step == Step.REVIEW for step in steps)
        names = ("初审", "复审", "终审")
        label = names[min(reviews, 2)]
        taken = {step.name for step in steps}
        label = label if label not in taken else f"审核{reviews + 1}"
        return (
            [ChainStep(Step.REVIEW, label), *steps] if not reviews else _after_reviews(steps, label)
        )
    if not 0 <= number < len(steps):
        return steps
    moved = list(steps)
    step = moved.pop(number)
    if verb == "remove":
        return moved if step.step == Step.REVIEW else steps
    moved.insert(max(0, number + (1 if verb == "down" else -1)), step)
    approvals = [one for one in moved if one.step == Step.APPROVAL]
    return [one for one in moved if one.step != Step.APPROVAL] + approvals


def _after_reviews(steps: list[ChainStep], label: str) -> list[ChainStep]:
    last = max(place for place, step in enumerate(steps) if step.step == Step.REVIEW)
    return [*steps[: last + 1], ChainStep(Step.REVIEW, label), *steps[last + 1 :]]
