"""System checks of the migration assistant's settings."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gongkai.disclosure.bulk.fetching import clean_host


@register()
def check_private_hosts(**_: Any) -> list[CheckMessage]:
    """disclosure.E010: a host that may be read inside the network is no host name."""
    found: list[CheckMessage] = []
    for host in settings.MIGRATION_PRIVATE_HOSTS:
        try:
            good = clean_host(host) == host and ":" not in host
        except ValueError:
            good = False
        if not good:
            found.append(
                Error(
                    f"GONGKAI_MIGRATION_PRIVATE_HOSTS 中的“{host}”不是主机名。",
                    hint="只写主机名，不带 http://、端口和路径，多项用英文逗号隔开。",
                    id="disclosure.E010",
                )
            )
    return found
