"""Who acts: the value that every service takes first and every ledger entry keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.conf import settings

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest

Channel = Literal["web", "public", "command", "demo", "system"]


@dataclass(frozen=True)
class Actor:
    """A person at the screen, or the operator at the console (`user` is None).

    `name` is stored beside the user's number so that the ledger reads without the
    accounts. `address` is the network address of a web request, empty otherwise.
    `principals` are the people for whom the person acts as a deputy (代理), by ledger chain (""
    for every chain): the permission policy names them when only such a right covers the act, and
    the entries of the actor in that chain say so.
    """

    user: AbstractBaseUser | None
    name: str
    channel: Channel
    address: str = ""
    principals: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)

    def acts_for(self, principal: str, chain: str = "") -> None:
        """What this actor records in `chain` from here on is done for `principal` (a name)."""
        self.principals.setdefault(chain, set()).add(principal)

    def principals_in(self, chain: str) -> list[str]:
        """The names for whom the actor acts in `chain`."""
        return sorted(self.principals.get("", set()) | self.principals.get(chain, set()))

    @classmethod
    def from_request(cls, request: HttpRequest) -> Actor:
        """The person who sent this request; `user` is None when nobody is logged in."""
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return cls(None, "未登录", "web", client_address(request))
        return cls(user, display_name(user), "web", client_address(request))

    @classmethod
    def applicant(cls) -> Actor:
        """Somebody without an account on the public site; neither name nor address is kept."""
        return cls(None, "申请人", "public")

    @classmethod
    def for_user(cls, user: AbstractBaseUser) -> Actor:
        """A person acting outside a request (a background task started in their name)."""
        return cls(user, display_name(user), "web")

    @classmethod
    def command(cls, name: str) -> Actor:
        """The operator at the console, e.g. `Actor.command("gongkai calendar import")`."""
        return cls(None, name, "command")

    @classmethod
    def system(cls, name: str) -> Actor:
        """The software itself, on a schedule."""
        return cls(None, name, "system")

    @classmethod
    def demo(cls, name: str = "示例数据") -> Actor:
        """The loader of the sample city."""
        return cls(None, name, "demo")


def display_name(user: AbstractBaseUser) -> str:
    """The name that people know this user by."""
    return str(getattr(user, "display_name", "") or user.get_username())


def client_address(request: HttpRequest) -> str:
    """The network address of the client.

    `X-Forwarded-For` is written by anyone, so it is believed only as far as the number of
    own reverse proxies says (setting `PROXY_COUNT`, 0 by default): with one proxy the last
    element was written by it, with two the last but one, and so on.
    """
    proxies = int(getattr(settings, "PROXY_COUNT", 0))
    if proxies > 0:
        hops = [h.strip() for h in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        hops = [h for h in hops if h]
        if hops:
            return str(hops[-min(proxies, len(hops))][:45])
    return str(request.META.get("REMOTE_ADDR") or "")[:45]
