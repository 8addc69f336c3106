"""Text messages (短信): one small interface, so that a city can plug in its own gateway.

A gateway is a class with one method:

    class CityGateway:
        def __init__(self, **options): ...      # GONGKAI_SMS_OPTIONS, name=value with commas
        def send(self, number: str, text: str) -> str: ...

`send` hands one message over and returns the gateway's own reference ("" for none), or raises
`SmsError`; `SmsError(..., lasting=True)` when trying again cannot help (a number that does not
exist). It must not write number or text to a log. The setting `SMS_BACKEND` names the class.
"""

from __future__ import annotations

from typing import Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

CONSOLE: Final = "gongkai.foi.messaging.console.ConsoleGateway"


class SmsError(Exception):
    """The gateway did not take the message. The Chinese reason holds no personal data."""

    def __init__(self, reason: str, *, lasting: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.lasting = reason, lasting


class SmsGateway(Protocol):
    """What the platform asks of a gateway."""

    def send(self, number: str, text: str) -> str:
        """Hand `text` to the mobile `number`. Raises `SmsError`."""


def gateway() -> SmsGateway:
    """The gateway that the settings name."""
    return cast(SmsGateway, import_string(settings.SMS_BACKEND)(**settings.SMS_OPTIONS))


def has_gateway() -> bool:
    """Whether text messages reach anybody: the gateway that only prints them does not count."""
    return bool(settings.SMS_BACKEND != CONSOLE)
