"""Lists as somebody likes to see them (常用筛选): his own, seen by nobody else."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from gongkai.foi.models import SavedFilter
from gongkai.foi.persons import refuse_personal
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs.models import User
from gongkai.organs.policy import authorise

MOST: Final = 20
_LEFT_OUT: Final = frozenset({"page", "export", "pk"})


def save_filter(actor: Actor, *, name: str, query: str) -> SavedFilter:
    """These conditions of the list of requests under a name; the same name is replaced."""
    user = _user(actor)
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "请给这组条件起个名字，例如“本月到期”。"})
    if len(name) > 40:
        raise ValidationError({"name": f"名字有{len(name)}个字，最多40个字。"})
    pairs = [(k, v) for k, v in parse_qsl(query) if k not in _LEFT_OUT]
    kept = urlencode(pairs)
    if not pairs:
        raise ValidationError({"name": "没有任何条件，请先筛选再保存。"})
    if len(kept) > 500:
        raise ValidationError({"name": "条件太长，请减少搜索的文字。"})
    refuse_personal(name=name, query=" ".join(value for _, value in pairs))
    with transaction.atomic():
        known = SavedFilter.objects.select_for_update().filter(user=user)
        others = known.exclude(name=name).count()
        if others >= MOST:
            raise ValidationError({"name": f"最多保存{MOST}组条件，请先删除不用的。"})
        saved, _ = SavedFilter.objects.update_or_create(
            user=user, name=name, defaults={"query": kept, "order": others}
        )
        record(actor, "foi.filter.save", chain=SITE_CHAIN, obj=saved)
    return saved


def remove_filter(actor: Actor, saved: SavedFilter) -> None:
    """The conditions are forgotten; only by whose they are."""
    if saved.user_id != _user(actor).pk:
        raise PermissionDenied("这不是您的筛选条件。")
    with transaction.atomic():
        record(actor, "foi.filter.remove", chain=SITE_CHAIN, obj=saved)
        saved.delete()


def _user(actor: Actor) -> User:
    authorise(actor, "foi.view")
    if not isinstance(actor.user, User):
        raise PermissionDenied("请先登录。")
    return actor.user
