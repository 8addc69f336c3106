"""Logins and logouts reach the ledger, whichever screen they came through."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from gongkai.ledger.actor import Actor, client_address, display_name
from gongkai.organs import services


def _record(request: HttpRequest | None, user: Any, *, entered: bool) -> None:
    # Without an address there was no visitor: the test client's force_login, a script.
    if user is None or request is None or not request.META.get("REMOTE_ADDR"):
        return
    actor = Actor(user, display_name(user), "web", client_address(request))
    services.record_login(actor, user, entered=entered)


@receiver(user_logged_in)
def on_login(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    _record(request, user, entered=True)


@receiver(user_logged_out)
def on_logout(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    _record(request, user, entered=False)
