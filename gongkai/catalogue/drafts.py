"""Material of one room that another room publishes: handed over here, as neither knows the other.

A room that comes by something fit for proactive disclosure (依申请公开, Article 44) calls `hand_over`;
the room that publishes contributes `drafter.py` with a function `draft`. Without such a room there
is nobody to hand it to.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Protocol, cast

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from gongkai.catalogue.models import Column
    from gongkai.ledger.actor import Actor
    from gongkai.organs.models import Organ


@dataclass(frozen=True)
class Material:
    """What is to become a draft in `column`: plain texts and files (name, content), no personal data."""

    title: str
    column: Column
    summary: str = ""
    paragraphs: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    formed_on: date | None = None


@dataclass(frozen=True)
class Drafted:
    """The draft: its number and address, what the guard found, how much of that blocks it."""

    pk: int
    url: str
    findings: tuple[str, ...] = ()
    serious: int = 0


class Drafter(Protocol):
    """What the publishing room contributes as `draft` in its `drafter.py`."""

    def __call__(self, actor: Actor, organ: Organ, material: Material) -> Drafted: ...


def hand_over(actor: Actor, organ: Organ, material: Material) -> Drafted:
    """A draft of the body is made of the material, and the guard has looked at it.

    The caller has asked the policy whether the actor may hand this over. Raises ValidationError.
    """
    return _drafter()(actor, organ, material)


def url_of(pk: int) -> str:
    """The address of a draft that was handed over; "" when it is gone."""
    module = _module()
    return cast(str, module.url_of(pk)) if module is not None else ""


def _drafter() -> Drafter:
    module = _module()
    if module is None:
        raise ValidationError("本平台没有启用政府信息发布，不能转为主动公开。")
    return cast(Drafter, module.draft)


def _module() -> ModuleType | None:
    autodiscover_modules("drafter")
    for config in apps.get_app_configs():
        module = sys.modules.get(f"{config.name}.drafter")
        if module is not None:
            return module
    return None
