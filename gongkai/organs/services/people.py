"""Accounts and roles.

The separation of the three administrators (三员分立) is kept here: the system administrator
makes and closes accounts but gives no role; the security officer gives and ends roles but
makes no account and never for himself; neither they nor the auditor hold any other role.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import diff, record
from gongkai.organs import policy
from gongkai.organs.models import Deputation, Membership, Organ, Role, User


def create_user(
    actor: Actor,
    *,
    username: str,
    display_name: str,
    organ: Organ,
    password: str | None = None,
    email: str = "",
) -> User:
    """An account exists in `organ`, without any right yet. No password: none will do."""
    policy.authorise(actor, "staff.manage", organ)
    with transaction.atomic():
        user = User(
            username=User.normalize_username(username),
            display_name=" ".join(display_name.split()),
            email=email,
            organ=organ,
        )
        _give_password(user, password)
        user.full_clean(exclude=["password"])
        user.save(force_insert=True)
        record(
            actor,
            "staff.create",
            chain=organ.code,
            obj=user,
            changes={"username": user.username, "organ": organ.code},
        )
    return user


def update_user(
    actor: Actor, user: User, *, display_name: str, email: str, organ: Organ | None
) -> User:
    """The account bears the new name and belongs to `organ`."""
    _authorise_account(actor, user)
    if organ is not None and organ.pk != user.organ_id:
        policy.authorise(actor, "staff.manage", organ)
    with transaction.atomic():
        user = _locked(user)
        before = {"display_name": user.display_name, "organ": _code(user), "mail": user.email}
        user.display_name = " ".join(display_name.split())
        user.email, user.organ = email, organ
        user.full_clean(exclude=["password"])
        after = {"display_name": user.display_name, "organ": _code(user), "mail": user.email}
        changes = diff(before, after)
        if not changes:
            return user
        if "mail" in changes:
            changes["mail"] = ["（略）", "（略）"]
        user.save()
        record(actor, "staff.update", chain=_chain(user), obj=user, changes=changes)
    return user


def set_password(actor: Actor, user: User, password: str) -> None:
    """The account has a new password, told to the person by whoever set it.

    Not for an administrator's account: whoever sets a password can act in that name, and the
    separation of the three would be gone. A superuser may.
    """
    _authorise_account(actor, user)
    acts_as_superuser = actor.user is None or getattr(actor.user, "is_superuser", False)
    if not acts_as_superuser and roles_now_or_later(user) & policy.ADMINISTRATORS:
        raise PermissionDenied("三员账号的密码由平台管理员重置，或由本人通过“忘记密码”重置。")
    with transaction.atomic():
        user = _locked(user)
        _give_password(user, password)
        user.save(update_fields=["password"])
        record(actor, "staff.set_password", chain=_chain(user), obj=user)


def change_own_account(
    actor: Actor, *, email: str, old_password: str = "", new_password: str = ""
) -> User:
    """The person's own e-mail address and, when a new one is given, password."""
    if actor.user is None:
        raise PermissionDenied("请先登录。")
    with transaction.atomic():
        user = _locked(User.objects.get(pk=actor.user.pk))
        changed = []
        if user.email != email:
            user.email = email
            changed.append("mail")
        if new_password:
            if not user.check_password(old_password):
                raise ValidationError({"old_password": "当前密码不对，请重新输入。"})
            _give_password(user, new_password, field="new_password")
            changed.append("passphrase")
        if not changed:
            return user
        user.full_clean(exclude=["password"])
        user.save()
        record(
            actor, "staff.own_account", chain=_chain(user), obj=user, changes={"changed": changed}
        )
    return user


def deactivate_user(actor: Actor, user: User) -> User:
    """The account can no longer be used; its records and memberships stay."""
    _authorise_account(actor, user)
    if actor.user is not None and actor.user.pk == user.pk:
        raise ValidationError("不能停用自己的账号，请由其他系统管理员操作。")
    return _set_active(actor, user, active=False)


def reactivate_user(actor: Actor, user: User) -> User:
    """The account can be used again."""
    _authorise_account(actor, user)
    return _set_active(actor, user, active=True)


def grant_role(
    actor: Actor, user: User, organ: Organ, role: str, *, started_on: date | None = None
) -> Membership:
    """`user` holds `role` in `organ` from `started_on` (today) on."""
    policy.authorise(actor, "staff.grant", organ)
    _refuse_self(actor, user)
    if user.is_superuser and actor.user is not None and not _is_superuser(actor):
        raise PermissionDenied("平台管理员账号的角色只能由平台管理员调整。")
    asked_for = user
    with transaction.atomic():
        user = _locked(user)
        start = started_on or timezone.localdate()
        if not user.is_active:
            raise ValidationError({"user": f"“{user}”的账号已停用，请先启用。"})
        if organ.abolished_on is not None and organ.abolished_on <= start:
            raise ValidationError({"organ": f"“{organ.name}”已撤销，不能再授予角色。"})
        if role not in Role.values:
            raise ValidationError({"role": "没有这个角色，请重新选择。"})
        _check_separation(user, role)
        membership = Membership(user=user, organ=organ, role=role, started_on=start)
        membership.full_clean()
        membership.save(force_insert=True)
        policy.forget(asked_for)
        record(
            actor,
            "staff.grant",
            chain=organ.code,
            obj=user,
            changes={"role": [None, role], "started_on": [None, start]},
        )
    return membership


def end_membership(actor: Actor, membership: Membership, *, on: date | None = None) -> Membership:
    """From `on` (today) the membership gives no right any more. It stays on record (Art. 4)."""
    policy.authorise(actor, "staff.grant", membership.organ)
    _refuse_self(actor, membership.user)
    with transaction.atomic():
        membership = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("user", "organ")
            .get(pk=membership.pk)
        )
        day = max(on or timezone.localdate(), membership.started_on)
        if membership.ended_on is not None and membership.ended_on <= day:
            raise ValidationError(f"这一角色已于{membership.ended_on}终止。")
        before = membership.ended_on
        membership.ended_on = day
        membership.full_clean()
        membership.save(update_fields=["ended_on"])
        policy.forget(membership.user)
        record(
            actor,
            "staff.end",
            chain=membership.organ.code,
            obj=membership.user,
            changes={"role": [membership.role, None], "ended_on": [before, day]},
        )
    return membership


def record_login(actor: Actor, user: User, *, entered: bool) -> None:
    """The ledger says that `user` logged in (`entered`) or out."""
    with transaction.atomic():
        record(actor, "staff.login" if entered else "staff.logout", chain=_chain(user), obj=user)


def _authorise_account(actor: Actor, user: User) -> None:
    """`actor` looks after the account: its body's system administrator, or a superuser."""
    if user.organ is not None:
        policy.authorise(actor, "staff.manage", user.organ)
    else:
        policy.authorise(actor, "staff.manage")
    unreachable = user.organ is None or user.is_superuser
    if unreachable and actor.user is not None and not _is_superuser(actor):
        raise PermissionDenied("此账号由平台管理员维护，请联系平台管理员。")


def _set_active(actor: Actor, user: User, *, active: bool) -> User:
    with transaction.atomic():
        user = _locked(user)
        if user.is_active == active:
            return user
        user.is_active = active
        user.save(update_fields=["is_active"])
        policy.forget(user)
        record(
            actor,
            "staff.reactivate" if active else "staff.deactivate",
            chain=_chain(user),
            obj=user,
            changes={"is_active": [not active, active]},
        )
    return user


def _check_separation(user: User, role: str) -> None:
    """Neither beside another role nor beside a deputation is anybody an administrator."""
    if role in policy.ADMINISTRATORS:
        standing_in = (
            Deputation.objects.not_over_on(timezone.localdate())
            .filter(deputy=user)
            .select_related("principal")
            .first()
        )
        if standing_in is not None:
            raise ValidationError(
                {
                    "role": f"“{user}”是“{standing_in.principal}”的代理人"
                    f"（至{standing_in.last_day:%Y-%m-%d}）。系统管理员、安全保密管理员、安全审计员"
                    "不能同时代理他人，请先撤销代理，或另选人员。"
                }
            )
    held = roles_now_or_later(user) - {role}
    if not held:
        return
    mine = held & policy.ADMINISTRATORS
    if role in policy.ADMINISTRATORS or mine:
        words = "、".join(str(Role(each).label) for each in sorted(mine or held))
        raise ValidationError(
            {
                "role": f"“{user}”已担任{words}。系统管理员、安全保密管理员、安全审计员"
                "须由不同人员担任，也不能兼任其他角色。请先终止原角色，或另选人员。"
            }
        )


def roles_now_or_later(user: User) -> frozenset[str]:
    """The roles that the user holds today or will hold, as far as is known."""
    rows = Membership.objects.filter(user=user).exclude(ended_on__lte=timezone.localdate())
    return frozenset(rows.values_list("role", flat=True))


def _refuse_self(actor: Actor, user: User) -> None:
    if actor.user is not None and actor.user.pk == user.pk and not _is_superuser(actor):
        raise PermissionDenied("不能授予或终止自己的角色，请由另一名安全保密管理员操作。")


def _is_superuser(actor: Actor) -> bool:
    return bool(getattr(actor.user, "is_superuser", False))


def _give_password(user: User, password: str | None, *, field: str = "password") -> None:
    if password is None:
        user.set_unusable_password()
        return
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from None
    user.set_password(password)


def _locked(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).select_related("organ").get(pk=user.pk)


def _code(user: User) -> str | None:
    return user.organ.code if user.organ is not None else None


def _chain(user: User) -> Any:
    return user.organ.code if user.organ is not None else SITE_CHAIN
