"""Addresses of items: the staff page and the public one, where those rooms are installed."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from gongkai.disclosure.models import DisclosedItem


def staff_url(item: DisclosedItem | int) -> str:
    """The item's page in the staff shell."""
    key = item if isinstance(item, int) else item.pk
    return reverse("disclosure:item_detail", args=[key])


def public_url(item: DisclosedItem) -> str:
    """The item's public address; empty where there is no public site."""
    try:
        return reverse("portal:item", args=[item.pk])
    except NoReverseMatch:
        return ""
