"""The one permission policy: role → actions × scope. Every staff view asks here.

A role gives each of its actions either over the body it is held in (`OWN`) or over that body
and everything below it (`SUBTREE`). Nothing else gives rights, except that a Django superuser
may do everything (shown as such) and that the operator at the console, who has the database
anyway, is let through and recorded as such.

The three administrators (三员分立) hold no other role: the system administrator manages
bodies and accounts and sees no case, the security officer gives and takes roles, the auditor
reads the ledger. `services` refuses to combine them.

During an absence a deputy (代理) has the rights of one role of another person in one body, from
one day until another, never those of an administrator. What is done by such a right alone is
done for that person: `acting_for` says so, and `authorise` tells the actor, so that the ledger
entry names both.

`tests/organs/policy.yaml` spells this table out for every role and every action.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, CharField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from gongkai.organs.models import Deputation, Membership, Organ, OrganQuerySet, Role, User

if TYPE_CHECKING:
    from gongkai.ledger.actor import Actor

OWN: Final = "own"
SUBTREE: Final = "subtree"

ACTIONS: Final[Mapping[str, str]] = {
    "organs.view": "查看机构",
    "organs.manage": "管理机构",
    "staff.view": "查看人员",
    "staff.manage": "管理人员账号",
    "staff.grant": "授予和终止角色",
    "calendar.manage": "维护工作日历",
    "ledger.view": "查看台账",
    "registers.view": "查看行政行为台账",
    "registers.edit": "编辑行政行为台账",
    "registers.import": "导入行政行为台账",
    "foi.view": "查看依申请公开",
    "foi.handle": "办理依申请公开",
    "foi.reveal": "查看申请人信息",
    "foi.approve": "审批延期、收费等事项",
    "foi.sign": "签发答复",
    "foi.configure": "配置告知书",
    "foi.complaints": "处理依申请公开投诉",
    "guard.view": "查看审查词库",
    "guard.manage": "维护审查词库",
    "guard.override": "放行严重审查问题",
    "search.view": "查看检索情况",
    "search.manage": "维护检索用词",
    "portal.manage": "管理网站设置",
    "catalogue.view": "查看公开目录",
    "catalogue.manage": "编制标准目录和栏目",
    "catalogue.adopt": "认领公开事项",
    "disclosure.view": "查看政府信息",
    "disclosure.edit": "起草和送审政府信息",
    "disclosure.review": "审核政府信息",
    "disclosure.secrecy": "保密审查政府信息",
    "disclosure.approve": "审批发布政府信息",
    "disclosure.withdraw": "撤回已发布的政府信息",
    "disclosure.import": "批量导入政府信息",
    "disclosure.configure": "配置审核流程",
    "disclosure.clean": "组织规范性文件清理",
    "reports.view": "查看年度报告",
    "reports.edit": "编辑年度报告",
    "reports.submit": "报送年度报告",
    "reports.review": "审核下级年度报告",
    "reports.publish": "发布年度报告",
}
"""Every action, with the words a person reads when it is refused."""

SITE_WIDE: Final = frozenset(
    {"calendar.manage", "guard.manage", "search.view", "search.manage", "portal.manage"}
)
"""Actions upon what all bodies share: the role must be held in a body without a superior."""

PUBLIC: Final[Mapping[str, str]] = {
    "foi.file": "提交政府信息公开申请",
    "foi.follow": "查询和补充本人的申请",
    "foi.account": "开通和管理本人的申请账号",
}
"""What anybody may do without a login of the staff; services ask for their own proof (a query code,
the password of an applicant's account)."""

GRANTS: Final[Mapping[str, Mapping[str, str]]] = {
    Role.INFORMATION_OFFICER: {
        "organs.view": OWN,
        "registers.view": OWN,
        "registers.edit": OWN,
        "registers.import": OWN,
        "guard.view": OWN,
        "catalogue.view": OWN,
        "catalogue.adopt": OWN,
        "disclosure.view": OWN,
        "disclosure.edit": OWN,
        "disclosure.import": OWN,
        "reports.view": OWN,
        "reports.edit": OWN,
    },
    Role.REQUEST_OFFICER: {
        "organs.view": OWN,
        "registers.view": OWN,
        "foi.view": OWN,
        "foi.handle": OWN,
        "foi.reveal": OWN,
        "catalogue.view": OWN,
        "disclosure.view": OWN,
        "reports.view": OWN,
    },
    Role.REVIEWER: {
        "organs.view": OWN,
        "registers.view": OWN,
        "foi.view": OWN,
        "guard.view": OWN,
        "catalogue.view": OWN,
        "disclosure.view": OWN,
        "disclosure.review": OWN,
        "reports.view": OWN,
    },
    Role.SECRECY_REVIEWER: {
        "organs.view": OWN,
        "registers.view": OWN,
        "foi.view": OWN,
        "guard.view": OWN,
        "guard.override": OWN,
        "catalogue.view": OWN,
        "disclosure.view": OWN,
        "disclosure.secrecy": OWN,
        "reports.view": OWN,
    },
    Role.APPROVING_LEADER: {
        "organs.view": OWN,
        "registers.view": OWN,
        "foi.view": OWN,
        "foi.reveal": OWN,
        "foi.sign": OWN,
        "guard.view": OWN,
        "guard.override": OWN,
        "catalogue.view": OWN,
        "disclosure.view": OWN,
        "disclosure.approve": OWN,
        "disclosure.withdraw": OWN,
        "reports.view": OWN,
        "reports.submit": OWN,
    },
    Role.RESPONSIBLE_PERSON: {
        "organs.view": OWN,
        "staff.view": OWN,
        "registers.view": OWN,
        "registers.edit": OWN,
        "registers.import": OWN,
        "foi.view": OWN,
        "foi.handle": OWN,
        "foi.reveal": OWN,
        "foi.approve": OWN,
        "foi.configure": OWN,
        "foi.complaints": OWN,
        "guard.view": OWN,
        "catalogue.view": OWN,
        "catalogue.adopt": OWN,
        "disclosure.view": OWN,
        "disclosure.edit": OWN,
        "disclosure.review": OWN,
        "disclosure.withdraw": OWN,
        "disclosure.import": OWN,
        "disclosure.configure": OWN,
        "reports.view": OWN,
        "reports.edit": OWN,
        "reports.submit": OWN,
        "reports.publish": OWN,
    },
    Role.DISCLOSURE_OFFICE: {
        "organs.view": SUBTREE,
        "staff.view": SUBTREE,
        "calendar.manage": OWN,
        "registers.view": SUBTREE,
        "foi.view": SUBTREE,
        "foi.configure": SUBTREE,
        "foi.complaints": SUBTREE,
        "guard.view": OWN,
        "guard.manage": OWN,
        "search.view": OWN,
        "search.manage": OWN,
        "portal.manage": OWN,
        "catalogue.view": SUBTREE,
        "catalogue.manage": SUBTREE,
        "catalogue.adopt": SUBTREE,
        "disclosure.view": SUBTREE,
        "disclosure.edit": OWN,
        "disclosure.review": OWN,
        "disclosure.withdraw": SUBTREE,
        "disclosure.import": SUBTREE,
        "disclosure.configure": SUBTREE,
        "disclosure.clean": SUBTREE,
        "reports.view": SUBTREE,
        "reports.edit": OWN,
        "reports.submit": OWN,
        "reports.review": SUBTREE,
        "reports.publish": SUBTREE,
    },
    Role.SUPERIOR: {
        "organs.view": SUBTREE,
        "registers.view": SUBTREE,
        "foi.view": SUBTREE,
        "guard.view": OWN,
        "catalogue.view": SUBTREE,
        "disclosure.view": SUBTREE,
        "reports.view": SUBTREE,
        "reports.review": SUBTREE,
    },
    Role.SYSTEM_ADMIN: {
        "organs.view": SUBTREE,
        "organs.manage": SUBTREE,
        "staff.view": SUBTREE,
        "staff.manage": SUBTREE,
        "calendar.manage": OWN,
    },
    Role.SECURITY_OFFICER: {
        "organs.view": SUBTREE,
        "staff.view": SUBTREE,
        "staff.grant": SUBTREE,
    },
    Role.AUDITOR: {
        "ledger.view": SUBTREE,
    },
}

ADMINISTRATORS: Final = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_OFFICER, Role.AUDITOR})
"""The three separated administrators; each excludes every other role."""

_CONSOLE: Final = frozenset({"command", "demo", "system"})
_CACHE = "_gongkai_grants"
_M = TypeVar("_M", bound=Model)


class Grant(NamedTuple):
    """One valid membership of a user, or one that he holds as a deputy.

    `on_behalf_of` and `principal` are the number and name of the person he stands in for.
    """

    role: str
    organ_id: int
    path: str
    depth: int
    on_behalf_of: int | None = None
    principal: str = ""


def grants_of(user: Any) -> tuple[Grant, ...]:
    """The user's valid memberships, then deputations: one statement, kept on the user object.

    A request has its own user object, so the memory lasts for a request. After a change of
    memberships within one process call `forget`.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    cached: tuple[Grant, ...] | None = getattr(user, _CACHE, None)
    if cached is None:
        today = timezone.localdate()
        fields = ("role", "organ_id", "organ__path", "organ__depth", "for_id", "for_name")
        own = (
            Membership.objects.valid_on(today)
            .filter(user_id=user.pk)
            .annotate(
                for_id=Cast(Value(None), BigIntegerField()),
                for_name=Cast(Value(""), CharField(max_length=60)),
            )
            .order_by()
            .values_list(*fields)
        )
        deputised = (
            Deputation.objects.valid_on(today)
            .filter(deputy_id=user.pk)
            .annotate(for_id=F("principal_id"), for_name=F("principal__display_name"))
            .order_by()
            .values_list(*fields)
        )
        grants = [Grant(*row) for row in own.union(deputised, all=True)]
        if any(grant.role in ADMINISTRATORS for grant in grants):
            # Services refuse it before; should it ever stand in the table, it gives nothing.
            grants = [grant for grant in grants if grant.on_behalf_of is None]
        # Own rights first: whoever has one acts in nobody's name.
        grants.sort(key=lambda grant: (grant.on_behalf_of or 0, grant.path, grant.role))
        cached = tuple(grants)
        setattr(user, _CACHE, cached)
    return cached


def principals_of(user: Any) -> dict[int, str]:
    """Whom the user stands in for today: number and name."""
    return {
        grant.on_behalf_of: grant.principal
        for grant in grants_of(user)
        if grant.on_behalf_of is not None
    }


def in_capacity(user: Any, principal: int | None) -> Any:
    """The user with only the rights held for `principal`; with None only his own.

    For telling what comes from which right (the start page), never for doing anything.
    """
    grants = tuple(grant for grant in grants_of(user) if grant.on_behalf_of == principal)
    narrowed = copy.copy(user)
    setattr(narrowed, _CACHE, grants)
    return narrowed


def acting_for(user: Any, action: str, organ: Organ | None = None) -> User | None:
    """For whom `user` does `action` upon `organ`: None when in his own right (or not at all)."""
    grant = _grant_for(user, action, organ)
    if grant is None or grant.on_behalf_of is None:
        return None
    return User.objects.get(pk=grant.on_behalf_of)


def forget(user: Any) -> None:
    """Read the user's memberships anew at the next question."""
    if hasattr(user, _CACHE):
        delattr(user, _CACHE)


def is_staff_member(user: Any) -> bool:
    """Whether the user may enter the staff shell at all."""
    return bool(grants_of(user))


def roles_of(user: Any) -> frozenset[str]:
    """The roles the user holds anywhere today."""
    return frozenset(grant.role for grant in grants_of(user))


def allows(user: Any, action: str, organ: Organ | None = None) -> bool:
    """Whether `user` may do `action` upon `organ`.

    Without an organ: whether anywhere (for menus); for a site-wide action, whether a role
    that gives it is held in a body without a superior. Unknown actions raise ValueError.
    """
    _known(action)
    if _is_superuser(user):
        return True
    return _grant_for(user, action, organ) is not None


def holds_at_root(user: Any, action: str) -> bool:
    """Whether `user` holds a role with `action` in a body without a superior."""
    _known(action)
    return _is_superuser(user) or any(
        grant.depth == 0 and action in GRANTS[grant.role] for grant in grants_of(user)
    )


def organs_for(user: Any, action: str) -> OrganQuerySet:
    """All bodies upon which `user` may do `action`, as one queryset."""
    _known(action)
    if _is_superuser(user):
        return Organ.objects.all()
    if action in SITE_WIDE:
        return Organ.objects.all() if allows(user, action) else Organ.objects.none()
    own, subtrees = _extents(user, action)
    if not own and not subtrees:
        return Organ.objects.none()
    wanted = Q(pk__in=sorted(own)) if own else Q()
    for path in subtrees:
        wanted |= Q(path__startswith=path)
    return Organ.objects.filter(wanted)


def scope(qs: QuerySet[_M], user: Any, action: str, field: str = "organ") -> QuerySet[_M]:
    """`qs` narrowed to records of the bodies upon which `user` may do `action`.

    `field` is the path from the model to its organ (`"organ"`, `"request__organ"`; `"pk"` for
    Organ itself).
    """
    _known(action)
    if _is_superuser(user):
        return qs
    own, subtrees = _extents(user, action)
    if not subtrees and action not in SITE_WIDE:
        # The usual case, one officer in one body: plain numbers let the index do the work.
        return qs.filter(**{f"{field}__in": sorted(own)}) if own else qs.none()
    return qs.filter(**{f"{field}__in": organs_for(user, action).order_by().values("pk")})


def authorise(actor: Actor, action: str, organ: Organ | None = None) -> None:
    """Return when `actor` may do `action` upon `organ`; raise PermissionDenied otherwise."""
    _known(action)
    if actor.user is None:
        if actor.channel in _CONSOLE:
            return
        raise PermissionDenied("请先登录。")
    if not allows(actor.user, action, organ):
        where = f"“{organ.name}”的" if organ is not None else ""
        raise PermissionDenied(
            f"您没有{where}“{ACTIONS[action]}”权限。如确有需要，请联系安全保密管理员授权。"
        )
    grant = _grant_for(actor.user, action, organ)
    if grant is not None and grant.on_behalf_of is not None:
        actor.acts_for(grant.principal, organ.code if organ is not None else "")


def authorise_public(actor: Actor, action: str) -> None:
    """Return for what anybody may do; raise ValueError for anything else.

    Said in so many words so that a write without an account is as visible as any other.
    """
    if action not in PUBLIC:
        raise ValueError(f"未知的公众权限：{action}")


def _grant_for(user: Any, action: str, organ: Organ | None) -> Grant | None:
    """What gives `user` the action: an own membership before a deputation; None for superusers."""
    _known(action)
    if _is_superuser(user):
        return None
    for grant in grants_of(user):
        extent = GRANTS[grant.role].get(action)
        if extent is None:
            continue
        if action in SITE_WIDE:
            if grant.depth == 0:
                return grant
        elif (
            organ is None
            or grant.organ_id == organ.pk
            or (extent == SUBTREE and organ.path.startswith(grant.path))
        ):
            return grant
    return None


def _extents(user: Any, action: str) -> tuple[set[int], list[str]]:
    """Bodies given singly, and the roots of subtrees (without those inside another)."""
    own: set[int] = set()
    paths: list[str] = []
    for grant in grants_of(user):
        extent = GRANTS[grant.role].get(action)
        if extent == OWN:
            own.add(grant.organ_id)
        elif extent == SUBTREE:
            paths.append(grant.path)
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return own, kept


def _is_superuser(user: Any) -> bool:
    return bool(getattr(user, "is_active", False) and getattr(user, "is_superuser", False))


def _known(action: str) -> None:
    if action not in ACTIONS:
        raise ValueError(f"未知的权限：{action}")
