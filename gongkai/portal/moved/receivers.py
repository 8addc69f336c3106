"""What the rooms below tell of addresses that moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver
from django.urls import reverse
from wagtail.signals import published

from gongkai.catalogue.models import Column
from gongkai.catalogue.signals import column_changed
from gongkai.disclosure.models import DisclosedItem
from gongkai.disclosure.signals import items_published
from gongkai.organs.changes import organ_changed
from gongkai.organs.models import Organ
from gongkai.portal.models import MovedAddress
from gongkai.portal.moved import services


@receiver(column_changed, dispatch_uid="portal.moved.column")
def column_moved(column: Column, old_slug: str, **_: Any) -> None:
    """A column has another slug: its pages and its feed moved with it."""
    if old_slug and old_slug != column.slug:
        services.page_moved(
            reverse("portal:column", args=[old_slug]),
            reverse("portal:column", args=[column.slug]),
            MovedAddress.Reason.COLUMN,
            note=column.title,
        )


@receiver(organ_changed, dispatch_uid="portal.moved.organ")
def organ_moved(organ: Organ, old_code: str, **_: Any) -> None:
    """A body has another code. No service changes one today; the pages would follow it."""
    if old_code and old_code != organ.code:
        for name in ("organ", "organ_reports"):
            services.page_moved(
                reverse(f"portal:{name}", args=[old_code]),
                reverse(f"portal:{name}", args=[organ.code]),
                MovedAddress.Reason.ORGAN,
                note=organ.name,
            )


@receiver(items_published, dispatch_uid="portal.moved.items")
def items_came_over(keys: Sequence[int], **_: Any) -> None:
    """Items were imported, perhaps from an old site that had addresses for them."""
    services.items_came_over(keys)


@receiver(published, sender=DisclosedItem, dispatch_uid="portal.moved.item")
def item_came_over(instance: DisclosedItem, **_: Any) -> None:
    """An imported draft went live."""
    services.items_came_over([instance.pk])
