"""Pages and files of other sites over HTTP: politely, within limits, from allowed hosts alone.

Whoever may name an address could make this server ask its own network for it (SSRF). So every
request, redirects included, must be http or https, its host (with its port) must be on the list
of the source, and the address that the name resolves to must be public, unless the setting
GONGKAI_MIGRATION_PRIVATE_HOSTS names the host. The check is made in the resolver of the client
itself: what was checked is what is connected to.

Each host is asked at most so many times a second, one request at a time begins; the client says
who it is and whom to write to. robots.txt of a foreign site is obeyed.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import socket
import time
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final, TypeVar
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from django.conf import settings

PAGE_LIMIT: Final = 5 * 1024 * 1024
TIMEOUT: Final = 30.0
REDIRECTS: Final = 5
AGENT: Final = "GongkaiMigration"
_HOST: Final = re.compile(
    r"[a-z0-9\u4e00-\u9fff]([a-z0-9.\u4e00-\u9fff-]*[a-z0-9\u4e00-\u9fff])?(:\d{1,5})?"
)
_CHUNK: Final = 64 * 1024
_SLOW: Final = (429, 503)
T = TypeVar("T")


class FetchRefused(Exception):
    """The address must not be asked, or gave nothing usable; the message is Chinese."""


@dataclass(frozen=True)
class Fetched:
    """What came back: where in the end, with which headers, and the whole body."""

    address: str
    content_type: str
    body: bytes = field(repr=False)
    file_name: str = ""


def user_agent() -> str:
    """Who asks, and where its people can be reached."""
    contact = settings.MIGRATION_CONTACT or settings.WAGTAILADMIN_BASE_URL
    return f"{AGENT}/1.0 (+{contact})"


def clean_host(text: str) -> str:
    """A host as it stands on an allow-list. Raises ValueError with a Chinese message."""
    host = text.strip().lower().removeprefix("http://").removeprefix("https://").rstrip("/")
    if not _HOST.fullmatch(host):
        raise ValueError(f"“{text.strip()}”不是主机名，请填写如 www.example.gov.cn 的形式。")
    return host


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if mapped is not None:
        return is_public(str(mapped))
    return found.is_global and not found.is_multicast


class _CheckedResolver(AbstractResolver):
    """Resolves names and lets no private address through, save of hosts named in the settings."""

    def __init__(self, private: Collection[str]) -> None:
        self._private = private
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            found = await self._inner.resolve(host, port, family)
        except OSError:
            raise FetchRefused(f"域名 {host} 无法解析，请核对网址。") from None
        if host.lower() not in self._private and not all(is_public(each["host"]) for each in found):
            raise FetchRefused(_private_message(host))
        return found

    async def close(self) -> None:
        await self._inner.close()


def _private_message(host: str) -> str:
    return (
        f"{host} 是内部网络地址，没有访问。确属本单位网站的，请管理员把它写入"
        "设置 GONGKAI_MIGRATION_PRIVATE_HOSTS。"
    )


class Fetcher:
    """Fetches for one source. Use it inside one event loop, as an asynchronous context."""

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        per_second: float = 2.0,
        obey_robots: bool = True,
        timeout: float = TIMEOUT,
        private_hosts: Collection[str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        self._hosts = frozenset(hosts)
        self._private = frozenset(
            settings.MIGRATION_PRIVATE_HOSTS if private_hosts is None else private_hosts
        )
        self._gap = 1.0 / per_second
        self._obey_robots = obey_robots
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._robots: dict[str, RobotFileParser] = {}
        self._asking = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Fetcher:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=_CheckedResolver(self._private), limit_per_host=4, use_dns_cache=False
            ),
            headers={"User-Agent": user_agent(), "Accept-Language": "zh-CN,zh;q=0.9"},
            timeout=aiohttp.ClientTimeout(total=self._timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=16 * 1024,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._session is not None
        await self._session.close()

    async def fetch(self, address: str, *, limit: int = PAGE_LIMIT) -> Fetched:
        """The whole answer of `address`. Raises FetchRefused with the reason."""
        self.check(address)
        if self._obey_robots and not await self._robots_allow(address):
            raise FetchRefused("该网站的 robots.txt 不允许访问这个网址。")
        return await self._get(address, limit)

    def check(self, address: str) -> SplitResult:
        """Raise FetchRefused unless the address may be asked at all."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            raise FetchRefused("网址不完整或格式有误。") from None
        host = (parts.hostname or "").lower()
        if parts.scheme not in ("http", "https") or not host:
            raise FetchRefused("只能访问 http 和 https 网址。")
        if parts.username or parts.password:
            raise FetchRefused("网址中不能带用户名和密码。")
        usual = port in (None, 80, 443)
        named = f"{host}:{port}" if port else host
        if not ((usual and host in self._hosts) or named in self._hosts):
            raise FetchRefused(f"{named} 不在这个来源允许访问的主机之中。")
        if _is_literal(host) and host not in self._private and not is_public(host):
            raise FetchRefused(_private_message(host))
        return parts

    async def _get(self, address: str, limit: int) -> Fetched:
        session = self._session
        assert session is not None
        for _ in range(REDIRECTS + 1):
            parts = self.check(address)
            await self._turn(parts.netloc)
            try:
                async with session.get(address, allow_redirects=False) as answer:
                    if answer.status in (301, 302, 303, 307, 308):
                        target = answer.headers.get("Location", "")
                        if not target:
                            raise FetchRefused("网站要求跳转，但没有给出网址。")
                        address = urljoin(address, target)
                        continue
                    return await self._body(answer, address, limit)
            except TimeoutError:
                raise FetchRefused(f"{self._timeout:g}秒内没有取完，请稍后再试。") from None
            except aiohttp.ClientError as error:
                raise FetchRefused(_in_words(error)) from None
        raise FetchRefused(f"跳转超过{REDIRECTS}次，没有继续。")

    async def _body(self, answer: aiohttp.ClientResponse, address: str, limit: int) -> Fetched:
        if answer.status in _SLOW:
            wait = answer.headers.get("Retry-After", "")
            self._next[urlsplit(address).netloc] = self._clock() + min(
                float(wait) if wait.isdigit() else 10.0, 60.0
            )
        if answer.status != 200:
            raise FetchRefused(f"网站回答 {answer.status}，没有取到内容。")
        if (answer.content_length or 0) > limit:
            raise FetchRefused(_too_large(limit))
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            body += chunk
            if len(body) > limit:
                raise FetchRefused(_too_large(limit))
        if not body:
            raise FetchRefused("网站回答的内容是空的。")
        return Fetched(
            address,
            answer.headers.get("Content-Type", ""),
            bytes(body),
            file_name_of(answer.headers.get("Content-Disposition", "")),
        )

    async def _turn(self, host: str) -> None:
        """Wait until this host may be asked again."""
        now = self._clock()
        at = max(self._next.get(host, now), now)
        self._next[host] = at + self._gap
        if at > now:
            await self._sleep(at - now)

    async def _robots_allow(self, address: str) -> bool:
        parts = urlsplit(address)
        root = f"{parts.scheme}://{parts.netloc}"
        async with self._asking:
            if root not in self._robots:
                rules = RobotFileParser()
                try:
                    found = await self._get(f"{root}/robots.txt", 512 * 1024)
                    rules.parse(found.body.decode("utf-8", errors="replace").splitlines())
                except FetchRefused:
                    rules.parse([])
                self._robots[root] = rules
        return self._robots[root].can_fetch(AGENT, address)


class Loop:
    """An event loop in a thread of its own, for callers that may stand in one already.

    with Loop() as loop:
        answers = loop.run(gather(fetcher, addresses))
    """

    def __enter__(self) -> Loop:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fetching")
        self._runner = self._thread.submit(asyncio.Runner).result()
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, or what it raised."""
        return self._thread.submit(self._runner.run, work).result()

    def __exit__(self, *_error: object) -> None:
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()


async def gather(
    fetcher: Fetcher, addresses: Sequence[str], *, limit: int = PAGE_LIMIT
) -> list[Fetched | FetchRefused]:
    """All addresses, in their order; what was refused is given back as the refusal."""

    async def one(address: str) -> Fetched | FetchRefused:
        try:
            return await fetcher.fetch(address, limit=limit)
        except FetchRefused as refusal:
            return refusal

    return list(await asyncio.gather(*map(one, addresses)))


def file_name_of(header: str) -> str:
    """The name that a Content-Disposition header gives, without any folder."""
    if not header:
        return ""
    message = Message()
    message["Content-Disposition"] = header
    name = message.get_filename() or ""
    # Many sites send the bytes of the name as they are.
    with contextlib.suppress(UnicodeError):
        name = name.encode("latin-1").decode("utf-8")
    return unquote(name).replace("\\", "/").rsplit("/", 1)[-1][-160:]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        return False
    return True


def _too_large(limit: int) -> str:
    return f"内容超过{limit / 1048576:.0f}MB的上限，没有取回。"


def _in_words(error: aiohttp.ClientError) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, FetchRefused):
        return str(cause)
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return "网站的安全证书无效，没有连接。"
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ServerDisconnectedError):
        return "连接不上该网站，请稍后再试。"
    return "网站的回答不完整或无法理解。"
