"""Screens of accounts and roles."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib.auth import update_session_auth_hash
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from gongkai.organs import forms, policy, queries, services
from gongkai.organs.models import Membership, Organ, Role, User
from gongkai.organs.staff_views import (
    Button,
    Column,
    ScopedDetailView,
    ScopedListView,
    ServiceFormView,
    StaffFilterSet,
)
from gongkai.organs.views import deputies


class PeopleFilters(StaffFilterSet):
    role = django_filters.ChoiceFilter(
        label="角色", choices=Role.choices, empty_label="全部角色", method="filter_role"
    )
    state = django_filters.ChoiceFilter(
        label="账号",
        choices=(("on", "启用"), ("off", "已停用")),
        empty_label="全部",
        method="filter_state",
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def filter_role(self, queryset: Any, name: str, value: str) -> QuerySet[User]:
        holders = Membership.objects.valid_on(timezone.localdate()).filter(role=value)
        return queryset.filter(pk__in=holders.values("user_id"))

    def filter_state(self, queryset: Any, name: str, value: str) -> QuerySet[User]:
        return queryset.filter(is_active=value == "on")


def roles(user: User) -> str:
    """The roles held today, each with its body when that is not the person's own."""
    parts = []
    for membership in user.current:
        where = "" if membership.organ_id == user.organ_id else f"（{membership.organ.label}）"
        parts.append(f"{membership.get_role_display()}{where}")
    return "、".join(parts)


class _PeopleMixin:
    """People of the user's bodies, not the records of a body."""

    request: Any

    def scoped(self, queryset: Any, action: str | None = None) -> Any:
        allowed = queries.users_for(self.request.user, action or self.action)  # type: ignore[attr-defined]
        return queryset.filter(pk__in=allowed.values("pk"))


class PeopleList(_PeopleMixin, ScopedListView):
    action = "staff.view"
    title = "人员"
    columns = (
        Column("display_name", "姓名", sort="display_name", link=True),
        Column("username", "用户名", sort="username"),
        Column("organ", "所属机构", sort="organ__path"),
        Column("roles", "角色", value=roles, wide=True),
        Column("is_active", "账号", value=lambda u: "启用" if u.is_active else "已停用"),
        Column("last_login", "最近登录", sort="last_login"),
    )
    search_fields = ("display_name", "username")
    filterset_class = PeopleFilters
    select_related = ("organ",)
    ordering = ("organ__path", "display_name")
    detail_url_name = "detail"
    empty_text = "还没有人员。"

    def get_queryset(self) -> QuerySet[User]:
        current = Membership.objects.valid_on(timezone.localdate()).select_related("organ")
        return User.objects.select_related("organ").prefetch_related(
            Prefetch("memberships", queryset=current, to_attr="current")
        )

    def get_buttons(self) -> list[Button]:
        if self.allows("staff.manage"):
            return [Button("建立账号", self.url("create"), icon="plus")]
        return []


class PersonDetail(_PeopleMixin, ScopedDetailView):
    model = User
    action = "staff.view"
    select_related = ("organ",)
    template_name = "gongkai/organs/staff/person.html"
    fields = ("username", "display_name", "organ", "email", "last_login")

    def get_rows(self) -> list[tuple[str, str]]:
        return [*super().get_rows(), ("账号", "启用" if self.object.is_active else "已停用")]

    def get_buttons(self) -> list[Button]:
        person = self.object
        buttons = []
        if self.allows("staff.grant"):
            buttons.append(Button("授予角色", self.url("grant", person.pk), icon="plus"))
            if deputies.seats_of(person, self.request.user).exists():
                buttons.append(Button("委托代理", self.url("deputy", person.pk), kind="secondary"))
        if may_manage(self, person):
            buttons.append(Button("编辑", self.url("edit", person.pk), kind="secondary"))
            buttons.append(Button("重置密码", self.url("password", person.pk), kind="secondary"))
            name, label = (
                ("deactivate", "停用账号") if person.is_active else ("reactivate", "启用账号")
            )
            buttons.append(Button(label, self.url(name, person.pk), kind="secondary"))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        held = (
            Membership.objects.filter(user=self.object)
            .select_related("organ")
            .order_by("-started_on", "organ__path", "role")
        )
        rows = [
            {
                "membership": m,
                "over": m.ended_on is not None and m.ended_on <= today,
                "end_url": self.url("end", m.pk)
                if (m.ended_on is None or m.ended_on > today)
                and self.allows("staff.grant", m.organ)
                and m.user_id != self.request.user.pk
                else "",
            }
            for m in held
        ]
        deputations = deputies.rows(
            queries.deputations_about(self.object),
            lambda each: (
                self.url("revoke_deputy", each.pk) if self.allows("staff.grant", each.organ) else ""
            ),
        )
        return super().get_context_data(
            **{"memberships": rows, "deputations": deputations, **kwargs}
        )


def may_manage(view: Any, person: User) -> bool:
    """Whether the account's buttons show; the services decide."""
    if view.request.user.is_superuser:
        return True
    return (
        person.organ is not None
        and not person.is_superuser
        and view.allows("staff.manage", person.organ)
    )


class PersonCreate(ServiceFormView):
    action = "staff.manage"
    form_class = forms.UserCreateForm
    title = "建立账号"
    submit_label = "建立账号"
    intro = "新账号没有任何权限，由安全保密管理员授予角色后才能使用。"
    success_message = "账号已建立，请安全保密管理员授予角色。"

    def perform(self, form: Any) -> User:
        return services.create_user(self.actor, **form.cleaned_data)

    def get_success_url(self) -> str:
        return self.url("detail", self.result.pk)


class _PersonForm(_PeopleMixin, ServiceFormView):
    """A form over one person."""

    model = User
    action = "staff.manage"
    select_related = ("organ",)

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [(str(self.object), self.url("detail", self.object.pk))]

    def get_cancel_url(self) -> str:
        return self.url("detail", self.object.pk)


class PersonEdit(_PersonForm):
    form_class = forms.UserEditForm
    title = "编辑人员"
    success_message = "已保存。"

    def get_initial(self) -> dict[str, Any]:
        person = self.object
        return {
            "organ": person.organ,
            "display_name": person.display_name,
            "email": person.email,
        }

    def perform(self, form: Any) -> User:
        return services.update_user(self.actor, self.object, **form.cleaned_data)


class PersonPassword(_PersonForm):
    form_class = forms.PasswordForm
    title = "重置密码"
    submit_label = "重置密码"
    success_message = "密码已重置。"

    def perform(self, form: Any) -> None:
        services.set_password(self.actor, self.object, form.cleaned_data["password"])


class PersonDeactivate(_PersonForm):
    form_class = forms.ConfirmForm
    title = "停用账号"
    submit_label = "停用账号"
    danger = True
    success_message = "账号已停用。"

    def get_intro(self) -> str:
        return (
            f"停用后，“{self.object}”立即不能登录。经办记录和任职记录全部保留，以后可以重新启用。"
        )

    def perform(self, form: Any) -> User:
        return services.deactivate_user(self.actor, self.object)


class PersonReactivate(_PersonForm):
    form_class = forms.ConfirmForm
    title = "启用账号"
    submit_label = "启用账号"
    success_message = "账号已启用。"

    def get_intro(self) -> str:
        return f"启用后，“{self.object}”可以用原来的密码登录，现有角色继续有效。"

    def perform(self, form: Any) -> User:
        return services.reactivate_user(self.actor, self.object)


class PersonGrant(_PersonForm):
    action = "staff.grant"
    form_class = forms.GrantForm
    title = "授予角色"
    submit_label = "授予角色"
    success_message = "角色已授予。"

    def get_initial(self) -> dict[str, Any]:
        return {"organ": self.object.organ}

    def perform(self, form: Any) -> Membership:
        return services.grant_role(self.actor, self.object, **form.cleaned_data)


class Account(ServiceFormView):
    """One's own account: open to whoever may enter the shell."""

    form_class = forms.AccountForm
    title = "我的账号"
    success_message = "已保存。"

    def check_access(self) -> None:
        """Wagtail's shell has let the person in already; there is nothing else to ask."""

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.user.email}

    def get_intro(self) -> str:
        grants = policy.grants_of(self.request.user)
        own = sorted({grant.role for grant in grants if grant.on_behalf_of is None})
        names = "、".join(Role(role).label for role in own)
        held = "、".join(
            f"{grant.principal}的{Role(grant.role).label}"
            for grant in grants
            if grant.on_behalf_of is not None
        )
        role = names or ("平台管理员" if self.request.user.is_superuser else "无")
        standing_in = f"正在代理：{held}。" if held else ""
        return f"姓名：{self.request.user}。角色：{role}。{standing_in}姓名和角色由管理员维护。"

    def get_buttons(self) -> list[Button]:
        if self.allows("organs.view"):
            return [Button("我的代理", reverse("deputies:index"), icon="user", kind="secondary")]
        return []

    def perform(self, form: Any) -> User:
        data = {name: form.cleaned_data[name] for name in form.fields if name != "repeated"}
        user = services.change_own_account(self.actor, **data)
        update_session_auth_hash(self.request, user)
        return user

    def get_cancel_url(self) -> str:
        return reverse("wagtailadmin_home")


class Appoint(ServiceFormView):
    """Somebody gets a role in the body of the address."""

    model = Organ
    action = "staff.grant"
    organ_field = "pk"
    form_class = forms.AppointForm
    submit_label = "授予角色"
    success_message = "角色已授予。"

    def get_title(self) -> str:
        return f"为“{self.object.name}”添加人员"

    def perform(self, form: Any) -> Membership:
        data = form.cleaned_data
        return services.grant_role(
            self.actor, data["person"], self.object, data["role"], started_on=data["started_on"]
        )

    def get_cancel_url(self) -> str:
        if policy.allows(self.request.user, "organs.view", self.object):
            return self.url("organs:detail", self.object.pk)
        return super().get_cancel_url()


class MembershipEnd(ServiceFormView):
    model = Membership
    action = "staff.grant"
    form_class = forms.ConfirmForm
    select_related = ("user", "organ")
    title = "终止角色"
    submit_label = "终止角色"
    danger = True
    success_message = "角色已终止。"

    def get_object(self) -> Membership:
        membership: Membership = super().get_object()
        if membership.user_id == self.request.user.pk and not self.request.user.is_superuser:
            raise Http404
        return membership

    def get_intro(self) -> str:
        m = self.object
        return (
            f"终止后，“{m.user}”从今天起不再担任{m.organ.name}的{m.get_role_display()}。"
            "任职记录保留。"
        )

    def get_cancel_url(self) -> str:
        return self.url("detail", self.object.user_id)

    def perform(self, form: Any) -> Membership:
        return services.end_membership(self.actor, self.object)
