"""Deputies during absence (代理).

A person who holds a role lets somebody act in it for a time, or whoever gives roles there does
it for him. The three administrators stand apart: their roles are never deputised, and they are
nobody's deputies, so that no one ever holds one of their roles beside another.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.services import record
from gongkai.organs import policy, queries
from gongkai.organs.models import Deputation, Membership, Organ, Role, User
from gongkai.organs.services.people import roles_now_or_later

MAX_DAYS = 366
"""A deputation ends within a year; a longer absence needs another person in the role."""


def in_words(day: date) -> str:
    """2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def appoint_deputy(
    actor: Actor,
    principal: User,
    deputy: User,
    organ: Organ,
    role: str,
    *,
    first_day: date,
    last_day: date,
    reason: str,
) -> Deputation:
    """`deputy` acts for `principal` as `role` of `organ` from `first_day` to `last_day`."""
    _authorise(actor, principal, organ)
    asked_for = deputy
    with transaction.atomic():
        people = {
            user.pk: user
            for user in User.objects.select_for_update(of=("self",))
            .select_related("organ")
            .filter(pk__in={principal.pk, deputy.pk})
            .order_by("pk")
        }
        principal, deputy = people[principal.pk], people[deputy.pk]
        _check_role(principal, organ, role)
        _check_deputy(actor, principal, deputy, organ, role)
        _check_days(actor, first_day, last_day)
        _check_held_throughout(principal, organ, role, first_day, last_day)
        _check_overlap(principal, organ, role, first_day, last_day)
        deputation = Deputation(
            principal=principal,
            deputy=deputy,
            organ=organ,
            role=role,
            first_day=first_day,
            last_day=last_day,
            reason=" ".join(reason.split()),
        )
        deputation.full_clean()
        deputation.save(force_insert=True)
        policy.forget(asked_for)
        record(
            actor,
            "staff.appoint_deputy",
            chain=organ.code,
            obj=deputation,
            changes={
                "principal": principal.display_name,
                "deputy": deputy.display_name,
                "role": role,
                "first_day": first_day,
                "last_day": last_day,
                "reason": deputation.reason,
            },
        )
    return deputation


def revoke_deputation(actor: Actor, deputation: Deputation) -> Deputation:
    """From today the deputation gives no right any more. It stays on record (Art. 4)."""
    _authorise(actor, deputation.principal, deputation.organ)
    with transaction.atomic():
        deputation = (
            Deputation.objects.select_for_update(of=("self",))
            .select_related("principal", "deputy", "organ")
            .get(pk=deputation.pk)
        )
        today = timezone.localdate()
        state = deputation.state_on(today)
        if state == "revoked" and deputation.revoked_on is not None:
            raise ValidationError(
                f"这项代理已于{in_words(deputation.revoked_on)}撤销，不需要再操作。"
            )
        if state == "over":
            raise ValidationError(f"这项代理已于{in_words(deputation.last_day)}到期，不需要撤销。")
        deputation.revoked_on = today
        deputation.save(update_fields=["revoked_on"])
        policy.forget(deputation.deputy)
        record(
            actor,
            "staff.revoke_deputy",
            chain=deputation.organ.code,
            obj=deputation,
            changes={"role": deputation.role, "revoked_on": [None, today]},
        )
    return deputation


def _authorise(actor: Actor, principal: User, organ: Organ) -> None:
    """The principal for himself, or whoever gives roles in the body. A deputy passes nothing on."""
    if actor.user is not None and actor.user.pk == principal.pk and actor.user.is_active:
        return
    policy.authorise(actor, "staff.grant", organ)


def _check_role(principal: User, organ: Organ, role: str) -> None:
    if role not in Role.values:
        raise ValidationError({"role": "没有这个角色，请重新选择。"})
    if role in policy.ADMINISTRATORS:
        raise ValidationError(
            {
                "role": f"{Role(role).label}不能委托代理。离岗时由另一名{Role(role).label}履职，"
                "或由安全保密管理员另行授予角色。"
            }
        )
    if not principal.is_active:
        raise ValidationError({"role": f"“{principal}”的账号已停用，不能委托代理。"})
    if organ.abolished_on is not None and organ.abolished_on <= timezone.localdate():
        raise ValidationError({"role": f"“{organ.name}”已撤销，不能委托代理。"})


def _check_deputy(actor: Actor, principal: User, deputy: User, organ: Organ, role: str) -> None:
    if deputy.pk == principal.pk:
        raise ValidationError({"deputy": "不能委托自己代理，请另选人员。"})
    if not deputy.is_active:
        raise ValidationError({"deputy": f"“{deputy}”的账号已停用，请另选人员。"})
    if deputy.is_superuser:
        raise ValidationError({"deputy": "平台管理员不受角色限制，不能作代理人，请另选人员。"})
    held = roles_now_or_later(deputy) & policy.ADMINISTRATORS
    if held:
        words = "、".join(str(Role(each).label) for each in sorted(held))
        raise ValidationError(
            {
                "deputy": f"“{deputy}”担任{words}。系统管理员、安全保密管理员、安全审计员"
                "不能兼任其他角色，也不能代理，请另选人员。"
            }
        )
    today = timezone.localdate()
    own = Membership.objects.valid_on(today).filter(user=deputy, organ=organ, role=role)
    if own.exists():
        raise ValidationError(
            {"deputy": f"“{deputy}”自己就是{organ.label}的{Role(role).label}，不需要代理。"}
        )
    if actor.user is not None and not (
        queries.possible_deputies([organ]).filter(pk=deputy.pk).exists()
    ):
        raise ValidationError(
            {"deputy": f"代理人应是{organ.label}或其上级机构的人员，“{deputy}”不是，请另选人员。"}
        )


def _check_days(actor: Actor, first_day: date, last_day: date) -> None:
    today = timezone.localdate()
    if actor.user is not None and first_day < today:
        raise ValidationError({"first_day": "代理不能从过去开始，请填写今天或以后的日期。"})
    if last_day < first_day:
        raise ValidationError({"last_day": "代理止日期不能早于代理起日期。"})
    if (last_day - first_day).days >= MAX_DAYS:
        raise ValidationError(
            {"last_day": "一次代理不超过一年。离岗更久的，请由安全保密管理员另行授予角色。"}
        )


def _check_held_throughout(
    principal: User, organ: Organ, role: str, first_day: date, last_day: date
) -> None:
    """Nobody lends what he does not have on every day of it."""
    terms = Membership.objects.filter(user=principal, organ=organ, role=role).order_by("started_on")
    reached = first_day
    for started_on, ended_on in terms.values_list("started_on", "ended_on"):
        if started_on <= reached and (ended_on is None or ended_on > reached):
            if ended_on is None or ended_on > last_day:
                return
            reached = ended_on
    where = f"{organ.label}的{Role(role).label}"
    if reached == first_day:
        raise ValidationError(
            {
                "first_day": f"{in_words(first_day)}“{principal}”不是{where}，不能委托代理。请核对角色和日期。"
            }
        )
    raise ValidationError(
        {
            "last_day": f"“{principal}”任{where}到{in_words(reached - timedelta(days=1))}为止，"
            "代理不能超过任职期限。"
        }
    )


def _check_overlap(
    principal: User, organ: Organ, role: str, first_day: date, last_day: date
) -> None:
    """One role of one person has one deputy at a time."""
    other = (
        Deputation.objects.filter(
            principal=principal, organ=organ, role=role,
            first_day__lte=last_day, last_day__gte=first_day, revoked_on=None,
        )
        .select_related("deputy")
        .first()
    )  # fmt: skip
    if other is not None:
        raise ValidationError(
            f"这一角色{in_words(other.first_day)}至{in_words(other.last_day)}已委托“{other.deputy}”代理。"
            "请改日期，或先撤销那项代理。"
        )
