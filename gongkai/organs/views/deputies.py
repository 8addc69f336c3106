"""Screens of deputies (代理): one's own, and those that the security officer arranges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic.base import TemplateResponseMixin

from gongkai.organs import forms, policy, queries, services
from gongkai.organs.models import Deputation, DeputationQuerySet, Membership, User
from gongkai.organs.services.deputies import in_words
from gongkai.organs.staff_views import Button, ServiceFormView, StaffView

STATES = {
    "current": ("代理中", "ok"),
    "future": ("未开始", ""),
    "over": ("已到期", ""),
    "revoked": ("已撤销", ""),
    "void": ("已失效：委托人不再任此职", "warn"),
}


def seats_of(person: User, viewer: Any = None) -> QuerySet[Membership]:
    """The roles that `person` may have deputised (by `viewer`, when it is not he himself)."""
    seats = (
        Membership.objects.exclude(ended_on__lte=timezone.localdate())
        .filter(user=person, user__is_active=True)
        .exclude(role__in=policy.ADMINISTRATORS)
        .filter(Q(organ__abolished_on=None) | Q(organ__abolished_on__gt=timezone.localdate()))
        .select_related("organ")
        .order_by("organ__path", "role")
    )
    return seats if viewer is None else policy.scope(seats, viewer, "staff.grant")


def rows(
    deputations: DeputationQuerySet, revoke_url: Callable[[Deputation], str]
) -> list[dict[str, Any]]:
    """Deputations as a table shows them: those that hold or will hold first."""
    today = timezone.localdate()
    listed = list(deputations)
    valid = set(deputations.valid_on(today).values_list("pk", flat=True)) if listed else set()
    found = []
    for each in listed:
        state = each.state_on(today)
        if state == "current" and each.pk not in valid:
            state = "void"
        label, mark = STATES[state]
        is_open = state in ("current", "future", "void")
        found.append(
            {
                "deputation": each,
                "state": label,
                "mark": mark,
                "is_open": is_open,
                "revoke_url": revoke_url(each) if is_open else "",
            }
        )
    return sorted(found, key=lambda row: not row["is_open"])


class MyDeputies(TemplateResponseMixin, StaffView):
    """Who acts for me, and for whom I act."""

    action = "organs.view"
    title = "我的代理"
    template_name = "gongkai/organs/staff/deputies.html"

    def get_buttons(self) -> list[Button]:
        if self.may_appoint():
            return [Button("委托代理", self.url("create"), icon="plus")]
        return []

    def may_appoint(self) -> bool:
        return seats_of(self.me).exists()

    @property
    def me(self) -> Any:
        return self.request.user

    def get(self, request: HttpRequest) -> HttpResponse:
        given = Deputation.objects.filter(principal=self.me)
        held = Deputation.objects.filter(deputy=self.me)
        people = ("principal", "deputy", "organ")
        return self.render_to_response(
            self.get_context_data(
                given=rows(given.select_related(*people), lambda each: self.url("revoke", each.pk)),
                held=rows(held.select_related(*people), lambda each: ""),
                may_appoint=self.may_appoint(),
            )
        )


class _Appoint(ServiceFormView):
    """Somebody acts for `principal`."""

    form_class = forms.DeputyForm
    submit_label = "委托代理"
    intro = (
        "代理人在这段时间里可以办理这一角色的事项，台账记明由谁代谁办理。"
        "同一角色同一时间只能委托一人；代理人不能再转委托。"
    )

    principal: User

    def seats(self) -> QuerySet[Membership]:
        return seats_of(self.principal)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "principal": self.principal, "seats": self.seats()}

    def perform(self, form: Any) -> Deputation:
        data = dict(form.cleaned_data)
        seat = data.pop("seat")
        return services.appoint_deputy(
            self.actor, self.principal, organ=seat.organ, role=seat.role, **data
        )

    def get_success_message(self, result: Any) -> str:
        return (
            f"已委托“{result.deputy}”代理{result.organ.label}的{result.get_role_display()}，"
            f"{in_words(result.first_day)}至{in_words(result.last_day)}。"
        )


class AppointOwn(_Appoint):
    action = "organs.view"
    title = "委托代理"

    @property
    def principal(self) -> Any:  # type: ignore[override]
        return self.request.user


class AppointFor(_Appoint):
    """By whoever gives roles in the person's body."""

    model = User
    action = "staff.grant"
    select_related = ("organ",)

    def scoped(self, queryset: Any, action: str | None = None) -> Any:
        allowed = queries.users_for(self.request.user, action or self.action)
        return queryset.filter(pk__in=allowed.values("pk"))

    @property
    def principal(self) -> Any:  # type: ignore[override]
        return self.object

    def seats(self) -> QuerySet[Membership]:
        return seats_of(self.principal, self.request.user)

    def get_title(self) -> str:
        return f"为“{self.object}”委托代理"

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object), self.url("detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        return self.url("detail", self.object.pk)


class _Revoke(ServiceFormView):
    model = Deputation
    form_class = forms.ConfirmForm
    select_related = ("principal", "deputy", "organ")
    title = "撤销代理"
    submit_label = "撤销代理"
    danger = True
    success_message = "代理已撤销，今天起不再有效。"

    def get_intro(self) -> str:
        each = self.object
        return (
            f"撤销后，“{each.deputy}”从今天起不再代“{each.principal}”履行{each.organ.name}"
            f"{each.get_role_display()}的职责。代理记录和代办的事项全部保留。"
        )

    def perform(self, form: Any) -> Deputation:
        return services.revoke_deputation(self.actor, self.object)


class RevokeOwn(_Revoke):
    action = "organs.view"

    def scoped(self, queryset: Any, action: str | None = None) -> Any:
        return queryset.filter(principal=self.request.user)


class RevokeFor(_Revoke):
    action = "staff.grant"

    def get_cancel_url(self) -> str:
        return self.url("detail", self.object.principal_id)
