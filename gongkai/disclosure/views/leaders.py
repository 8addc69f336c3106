"""Leaders of one's bodies: list, record, drafting, approval, order, end of office."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from gongkai.disclosure import services
from gongkai.disclosure.forms.acts import ConfirmForm
from gongkai.disclosure.forms.leaders import (
    EndOfficeForm,
    LeaderCreateForm,
    LeaderDecisionForm,
    LeaderForm,
)
from gongkai.disclosure.models import Leader, LeaderVersion
from gongkai.disclosure.services import leaders as acts
from gongkai.disclosure.views.base import RoomView, words_of
from gongkai.disclosure.views.uploads import answer
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)

State = LeaderVersion.State


class LeaderFilters(StaffFilterSet):
    class Meta:
        model = Leader
        fields = ()


def _newest(leader: Leader) -> LeaderVersion:
    """The version to go on from: what waits or came back, else what is public."""
    version: LeaderVersion | None = leader.versions.select_related("portrait", "drafted_by").first()
    if version is None:
        raise Http404
    return version


def _standing(leader: Leader) -> str:
    if leader.left_on is not None:
        return f"{leader.left_on} 离任"
    words = "已公开" if leader.current_id else "未公开"
    return f"{words}，有内容待审批" if leader.waits else words  # type: ignore[attr-defined]


class LeaderList(RoomView, ScopedListView):
    """Who leads the bodies that one looks after, in the order in which the public sees them."""

    model = Leader
    action = "disclosure.view"
    tab = "leaders"
    title = "领导信息"
    template_name = "gongkai/disclosure/list.html"
    lead = "姓名、照片、简历和分工由信息员起草，经另一人审批后公开；调整顺序、登记离任立即生效。"
    columns = (
        Column("name", "姓名", value=lambda one: one.newest_name, link=True),
        Column("position", "职务", value=lambda one: one.newest_position),
        Column("organ", "机关", sort="organ__path"),
        Column("standing", "状态", value=_standing),
    )
    search_fields = ("versions__name", "organ__name")
    search_hint = "姓名、机关名称"
    filterset_class = LeaderFilters
    select_related = ("organ", "current")
    ordering = ("organ__path", "order", "pk")
    detail_url_name = "leader_detail"
    empty_text = "还没有登记领导信息。"
    exports = False

    def get_queryset(self) -> QuerySet[Any]:
        newest = LeaderVersion.objects.filter(leader=OuterRef("pk")).order_by("-pk")
        waiting = newest.filter(state=State.PENDING)
        return (
            super()
            .get_queryset()
            .annotate(
                newest_name=newest.values("name")[:1],
                newest_position=newest.values("position")[:1],
                waits=Exists(waiting),
            )
        )

    def get_buttons(self) -> list[Button]:
        if not self.allows("disclosure.edit"):
            return []
        return [Button("登记领导", self.url("leader_create"), icon="plus")]


class _OneLeader(RoomView):
    """A screen of one leader: 404 outside the scope of `action`."""

    tab = "leaders"
    model = Leader
    organ_field = "organ"
    select_related = ("organ", "current__portrait")

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        crumbs = [("领导信息", self.url("leaders"))]
        leader = getattr(self, "object", None)
        if leader is not None:
            crumbs.append((_newest(leader).name, self.url("leader_detail", leader.pk)))
        return crumbs


class LeaderDetail(_OneLeader, ScopedDetailView):
    """What is public, what waits beside it, who stands before and after, and what was before."""

    action = "disclosure.view"
    template_name = "gongkai/disclosure/leader.html"

    def get_title(self) -> str:
        return str(_newest(self.object))

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [("领导信息", self.url("leaders"))]

    def get_buttons(self) -> list[Button]:
        leader, found = self.object, []
        if leader.left_on is not None:
            return []
        pending = leader.versions.filter(state=State.PENDING).first()
        if (
            pending is not None
            and pending.drafted_by_id != self.request.user.pk
            and self.allows("disclosure.approve", leader.organ)
        ):
            found.append(Button("审批", self.url("leader_decide", leader.pk), icon="check"))
        if self.allows("disclosure.edit", leader.organ):
            kind = "secondary" if found else "primary"
            found.append(Button("修改", self.url("leader_edit", leader.pk), icon="edit", kind=kind))
            if pending is not None and pending.drafted_by_id == self.request.user.pk:
                address = self.url("leader_take_back", leader.pk)
                found.append(Button("撤回送审", address, kind="secondary"))
        if self.allows("disclosure.withdraw", leader.organ):
            found.append(Button("登记离任", self.url("leader_end", leader.pk), kind="danger"))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        leader = self.object
        versions = list(leader.versions.select_related("portrait", "drafted_by", "decided_by")[:50])
        neighbours = (
            Leader.objects.filter(organ=leader.organ_id, left_on=None)
            .annotate(
                newest=LeaderVersion.objects.filter(leader=OuterRef("pk"))
                .order_by("-pk")
                .values("name")[:1]
            )
            .order_by("order", "pk")
        )
        context = {
            "current": leader.current,
            "pending": next((one for one in versions if one.state == State.PENDING), None),
            "returned": versions[0] if versions and versions[0].state == State.RETURNED else None,
            "versions": versions,
            "neighbours": list(neighbours),
            "may_move": leader.left_on is None and self.allows("disclosure.edit", leader.organ),
        }
        return super().get_context_data(**{**context, **kwargs})


class LeaderMove(_OneLeader):
    """One place up or down; the record's page shows what came of it."""

    action = "disclosure.edit"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponseRedirect(self.url("leader_detail", self.kwargs["pk"]))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        leader = self.get_scoped(Leader.objects.select_related("organ"), pk=self.kwargs["pk"])
        try:
            services.move_leader(self.actor, leader, up=request.POST.get("move") == "up")
        except (ValidationError, PermissionDenied) as error:
            messages.error(request, words_of(error))
        return HttpResponseRedirect(f"{self.url('leader_detail', leader.pk)}#order")


class _LeaderForm(_OneLeader, ServiceFormView):
    template_name = "gongkai/disclosure/act.html"
    action = "disclosure.edit"

    def get_cancel_url(self) -> str:
        if self.object is None:
            return self.url("leaders")
        return self.url("leader_detail", self.object.pk)

    def values(self, form: Any) -> dict[str, Any]:
        """What was typed, the picture stored by its content."""
        data = form.cleaned_data
        found = {name: data[name] for name in acts.TEXTS}
        found["in_office_from"] = data["in_office_from"]
        upload = data.get("picture")
        if upload is not None:
            organ = data.get("organ") or self.object.organ
            try:
                found["portrait"] = services.store_file(self.actor, organ, upload, upload.name)
            except ValidationError as error:
                raise ValidationError({"picture": error.messages}) from None
        elif data.get("no_picture") or self.object is None:
            found["portrait"] = None
        else:
            found["portrait"] = _newest(self.object).portrait
        return found

    def sent(self, call: Any) -> Any:
        """What a service says of the picture appears at the field that the person sees."""
        try:
            return call()
        except ValidationError as error:
            if hasattr(error, "error_dict") and "portrait" in error.error_dict:
                raise ValidationError({"picture": error.message_dict["portrait"]}) from None
            raise


class LeaderCreate(_LeaderForm):
    model = None  # type: ignore[assignment]
    form_class = LeaderCreateForm
    title = "登记领导"
    submit_label = "送审"
    success_message = "已送审。审批通过后公开。"

    def perform(self, form: Any) -> Any:
        organ = form.cleaned_data["organ"]
        values = self.values(form)
        return self.sent(lambda: services.draft_leader(self.actor, organ, **values))

    def get_success_url(self) -> str:
        return self.url("leader_detail", self.result.pk)


class LeaderEdit(_LeaderForm):
    form_class = LeaderForm
    title = "修改领导信息"
    submit_label = "送审"
    success_message = "已送审。审批通过之前，公众看到的仍是原来的内容。"

    def get_intro(self) -> str:
        version = _newest(self.object)
        if version.state == State.RETURNED:
            return f"上一稿被退回：{version.opinion}"
        if version.state == State.PENDING:
            return "已有一稿在等审批；保存后以新的一稿代替。"
        return ""

    def get_initial(self) -> dict[str, Any]:
        version = _newest(self.object)
        names = (*acts.TEXTS, "in_office_from")
        return {**{name: getattr(version, name) for name in names}, "seen": version.pk}

    def perform(self, form: Any) -> Any:
        values = self.values(form)
        seen = form.cleaned_data["seen"]
        return self.sent(
            lambda: services.change_leader(self.actor, self.object, seen=seen, **values)
        )


class LeaderDecide(_LeaderForm):
    """The pending version as the public will read it, beside what it reads now."""

    action = "disclosure.approve"
    form_class = LeaderDecisionForm
    template_name = "gongkai/disclosure/leader_decide.html"
    title = "审批领导信息"
    submit_label = "提交决定"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self._pending() is None:
            messages.info(request, "现在没有待审批的内容，可能已由他人办理。")
            return HttpResponseRedirect(self.get_cancel_url())
        return super().get(request, *args, **kwargs)

    def _pending(self) -> LeaderVersion | None:
        found: LeaderVersion | None = (
            self.object.versions.filter(state=State.PENDING)
            .select_related("portrait", "drafted_by")
            .first()
        )
        return found

    def get_initial(self) -> dict[str, Any]:
        pending = self._pending()
        return {"seen": pending.content_hash if pending else ""}

    def perform(self, form: Any) -> Any:
        data = form.cleaned_data
        pending = self._pending()
        if pending is None:
            raise ValidationError("现在没有待审批的内容，可能已由他人办理。")
        if data["decision"] == "approve":
            return services.approve_leader(self.actor, pending, data["seen"])
        return services.return_leader(self.actor, pending, data["seen"], data["opinion"])

    def get_success_message(self, result: Any) -> str:
        return "已公开。" if isinstance(result, Leader) else "已退回起草人。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pending = self._pending()
        context = {
            "pending": pending,
            "current": self.object.current,
            "findings": acts.findings(pending) if pending else [],
        }
        return super().get_context_data(**{**context, **kwargs})


class LeaderTakeBack(_LeaderForm):
    """Who sent a version for approval takes it back."""

    form_class = ConfirmForm
    title = "撤回送审"
    submit_label = "撤回"
    intro = "撤回后不再等待审批，公众看到的不变；写好的内容留在这里，可以接着修改、重新送审。"
    success_message = "已撤回。可以接着修改，再送审。"

    def get_initial(self) -> dict[str, Any]:
        pending = self.object.versions.filter(state=State.PENDING).first()
        return {"seen": pending.content_hash if pending else ""}

    def perform(self, form: Any) -> Any:
        pending = self.object.versions.filter(state=State.PENDING).first()
        if pending is None:
            raise ValidationError("现在没有待审批的内容，可能已由他人办理。")
        return services.take_back_leader(self.actor, pending, form.cleaned_data["seen"])


class LeaderEnd(_LeaderForm):
    action = "disclosure.withdraw"
    form_class = EndOfficeForm
    title = "登记离任"
    submit_label = "登记离任"
    danger = True
    intro = "登记后，公众页面不再显示此人；已公开过的内容和办理记录保留。"
    success_message = "已登记离任，公众页面不再显示。"

    def get_initial(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}

    def perform(self, form: Any) -> Any:
        return services.end_office(self.actor, self.object, on=form.cleaned_data["on"])


class LeaderPicture(_OneLeader):
    """The picture of one version, for those who look after the body."""

    action = "disclosure.view"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        leader = self.get_scoped(Leader.objects.all(), pk=self.kwargs["pk"])
        version = (
            leader.versions.select_related("portrait").filter(pk=self.kwargs["version"]).first()
        )
        if version is None or version.portrait is None:
            raise Http404
        return answer(version.portrait, f"{version.name}{version.portrait.extension}")
