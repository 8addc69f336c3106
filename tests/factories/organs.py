"""Bodies and people for tests, written straight to the tables: no ledger entries."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

from django.utils import timezone

from gongkai.organs.models import Deputation, Membership, Organ, OrganKind, OrganLevel, User

_numbers = count(1)


def make_organ(
    code: str | None = None,
    *,
    name: str | None = None,
    parent: Organ | None = None,
    kind: str | None = None,
    level: str = OrganLevel.COUNTY,
    **fields: object,
) -> Organ:
    """A body below `parent`; without one a government at the root of its own tree."""
    number = next(_numbers)
    code = code or (f"T{number:05d}" if parent is None else f"{parent.code}-{number:05d}")
    kind = kind or (OrganKind.GOVERNMENT if parent is None else OrganKind.DEPARTMENT)
    path = f"{parent.path if parent else '/'}{code}/"
    return Organ.objects.create(
        code=code,
        name=name or f"测试机构{number}",
        kind=kind,
        level=level,
        parent=parent,
        path=path,
        depth=parent.depth + 1 if parent else 0,
        **fields,
    )


def make_user(
    role: str | None = None,
    organ: Organ | None = None,
    *,
    username: str | None = None,
    display_name: str | None = None,
    is_superuser: bool = False,
    started_on: date = date(2019, 5, 15),
    password: str | None = None,
) -> User:
    """A person of `organ`, holding `role` there when both are given."""
    number = next(_numbers)
    username = username or f"user{number}"
    user = User(
        username=username,
        display_name=display_name or f"测试人员{number}",
        is_superuser=is_superuser,
        organ=organ,
    )
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    if role is not None and organ is not None:
        add_role(user, role, organ, started_on=started_on)
    return user


def add_role(
    user: User, role: str, organ: Organ, *, started_on: date = date(2019, 5, 15)
) -> Membership:
    """`user` also holds `role` in `organ`."""
    from gongkai.organs import policy

    policy.forget(user)
    return Membership.objects.create(user=user, organ=organ, role=role, started_on=started_on)


def make_deputation(
    principal: User,
    deputy: User,
    role: str,
    organ: Organ,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    **fields: object,
) -> Deputation:
    """`deputy` acts for `principal`, for the week around today unless told otherwise."""
    from gongkai.organs import policy

    today = timezone.localdate()
    policy.forget(deputy)
    return Deputation.objects.create(
        principal=principal,
        deputy=deputy,
        role=role,
        organ=organ,
        first_day=first_day or today - timedelta(days=3),
        last_day=last_day or today + timedelta(days=3),
        reason="出差",
        **fields,
    )
