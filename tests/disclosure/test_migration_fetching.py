"""Asking other sites: only allowed hosts, never the inner network, politely, within limits."""

import pytest

from gongkai.disclosure.bulk import checks, fetching
from gongkai.disclosure.bulk.fetching import (
    Fetched,
    Fetcher,
    FetchRefused,
    Loop,
    clean_host,
    file_name_of,
    gather,
    is_public,
)
from tests.disclosure.site import serving


@pytest.fixture
def site():
    with serving() as made:
        yield made


def fetch(hosts, *addresses, private=("127.0.0.1",), limit=fetching.PAGE_LIMIT, **options):
    async def run():
        options.setdefault("per_second", 1000)
        async with Fetcher(hosts, private_hosts=private, **options) as fetcher:
            return await gather(fetcher, addresses, limit=limit)

    with Loop() as loop:
        return loop.run(run())


def reason(answer):
    assert isinstance(answer, FetchRefused), answer
    return str(answer)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1",
        "2002:0a00:0001::1", "nonsense",
    ],
)  # fmt: skip
def test_addresses_of_the_inner_network_are_not_public(address):
    assert not is_public(address)


def test_public_addresses_are_public():
    assert is_public("1.1.1.1")
    assert is_public("2606:4700:4700::1111")


def test_the_inner_network_is_refused_unless_the_setting_names_the_host(site):
    """Given a source whose host resolves inside the network, then nothing is asked of it."""
    site.html("/", "内部页面")
    (answer,) = fetch([site.host], f"{site.address}/", private=())
    assert "内部网络" in reason(answer)
    port = site.host.partition(":")[2]
    (answer,) = fetch([f"localhost:{port}"], f"http://localhost:{port}/", private=())
    assert "内部网络" in reason(answer)
    assert site.asked == []
    (answer,) = fetch([site.host], f"{site.address}/")
    assert answer.body.decode() == "内部页面"


def test_a_redirect_is_checked_like_the_first_address(site):
    """Every hop: a host off the list, an inner address, another scheme."""
    port = site.host.partition(":")[2]
    site.redirect("/out", "http://www.example.com/")
    site.redirect("/inner", f"http://localhost:{port}/secret")
    site.redirect("/file", "file:///etc/passwd")
    site.redirect("/good", "/page")
    site.redirect("/round", "/round")
    site.html("/page", "页面")
    site.html("/secret", "秘密")
    hosts = [site.host, f"localhost:{port}"]
    paths = ("out", "inner", "file", "good", "round")
    out, inner, file, good, again = fetch(hosts, *(f"{site.address}/{p}" for p in paths))
    assert "不在这个来源允许访问的主机" in reason(out)
    assert "内部网络" in reason(inner)
    assert "http" in reason(file)
    assert good == Fetched(f"{site.address}/page", "text/html", "页面".encode())
    assert "跳转超过" in reason(again)
    assert site.times("/secret") == 0


@pytest.mark.parametrize(
    "address",
    [
        "ftp://www.example.gov.cn/", "file:///etc/passwd", "http://", "http://user:x@127.0.0.1/",
        "http://127.0.0.1:22/", "http://2130706433/", "http://[::1]/", "http://x:99999/",
        "http://www.example.gov.cn.evil.example/",
    ],
)  # fmt: skip
def test_strange_addresses_are_refused_before_anything_is_asked(address):
    with pytest.raises(FetchRefused):
        Fetcher(["www.example.gov.cn", "127.0.0.1"], private_hosts=()).check(address)


def test_a_host_without_port_means_the_usual_ports():
    fetcher = Fetcher(["www.example.gov.cn", "b.gov.cn:8080"], private_hosts=())
    fetcher.check("https://www.example.gov.cn/a")
    fetcher.check("http://www.example.gov.cn:80/a")
    fetcher.check("http://b.gov.cn:8080/a")
    for address in ("http://www.example.gov.cn:8080/", "http://b.gov.cn/"):
        with pytest.raises(FetchRefused):
            fetcher.check(address)


def test_pages_beyond_all_measure_are_not_taken(site):
    site.file("/large", b"x" * 5000)
    site.file("/liar", b"x" * 5000, Content_Length="5000")
    site.pages["/error"] = (500, {}, b"x")
    site.pages["/empty"] = (200, {}, b"")
    answers = fetch(
        [site.host],
        *(f"{site.address}/{p}" for p in ("large", "liar", "error", "empty", "none")),
        limit=1000,
    )
    told = [reason(answer) for answer in answers]
    assert "上限" in told[0]
    assert "上限" in told[1]
    assert "500" in told[2]
    assert "空" in told[3]
    assert "404" in told[4]


def test_a_site_that_does_not_answer_is_given_up(site):
    import threading

    wait = threading.Event()

    def slow(path):
        wait.wait(5)
        return 200, {}, b"x"

    site.pages["/slow"] = slow
    (answer,) = fetch([site.host], f"{site.address}/slow", timeout=0.2)
    wait.set()
    assert "没有取完" in reason(answer)


def test_robots_txt_of_a_foreign_site_is_obeyed_and_of_our_own_not_asked(site):
    site.file("/robots.txt", b"User-agent: *\nDisallow: /private/\n")
    site.html("/private/1", "不给")
    site.html("/public/1", "给")
    addresses = (f"{site.address}/private/1", f"{site.address}/public/1")
    closed, open_ = fetch([site.host], *addresses)
    assert "robots.txt" in reason(closed)
    assert open_.body.decode() == "给"
    assert site.times("/private/1") == 0
    assert site.times("/robots.txt") == 1
    closed, _ = fetch([site.host], *addresses, obey_robots=False)
    assert closed.body.decode() == "不给"
    assert site.times("/robots.txt") == 1


def test_a_host_is_asked_no_more_often_than_it_was_promised(site):
    """Given two requests a second, then each next one waits for its turn."""
    for number in range(4):
        site.html(f"/{number}", "x")
    now, waits = [0.0], []

    async def sleep(seconds):
        waits.append(round(seconds, 3))

    answers = fetch(
        [site.host],
        *(f"{site.address}/{number}" for number in range(4)),
        per_second=2,
        obey_robots=False,
        clock=lambda: now[0],
        sleep=sleep,
    )
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert waits == [0.5, 1.0, 1.5]


def test_a_busy_site_is_left_alone_for_a_while(site):
    site.pages["/"] = (503, {"Retry-After": "7"}, b"busy")
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def run():
        async with Fetcher(
            [site.host],
            per_second=1000,
            private_hosts=("127.0.0.1",),
            obey_robots=False,
            clock=lambda: 0.0,
            sleep=sleep,
        ) as fetcher:
            await gather(fetcher, [f"{site.address}/"])
            await gather(fetcher, [f"{site.address}/"])

    with Loop() as loop:
        loop.run(run())
    assert waits == [7.0]


def test_the_client_says_who_it_is(site, settings):
    settings.MIGRATION_CONTACT = "xxgk@example.gov.cn"
    site.html("/", "x")
    fetch([site.host], f"{site.address}/")
    assert site.agents == {"GongkaiMigration/1.0 (+xxgk@example.gov.cn)"}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("", ""),
        ('attachment; filename="a.pdf"', "a.pdf"),
        ("attachment; filename*=UTF-8''%E9%99%84%E4%BB%B6.pdf", "附件.pdf"),
        ('attachment; filename="../../etc/%E9%99%84%E4%BB%B6.pdf"', "附件.pdf"),
    ],
)
def test_the_name_of_a_download(header, name):
    assert file_name_of(header) == name


def test_a_host_is_a_host():
    assert clean_host(" HTTP://WWW.example.gov.cn/ ") == "www.example.gov.cn"
    for wrong in ("", "a b", "http://x/y", "x/..", "*"):
        with pytest.raises(ValueError, match="主机名"):
            clean_host(wrong)


def test_the_setting_of_private_hosts_is_checked(settings):
    settings.MIGRATION_PRIVATE_HOSTS = ["old.example.gov.cn", "http://x", "10.0.0.1:80"]
    assert [message.id for message in checks.check_private_hosts()] == ["disclosure.E010"] * 2
    settings.MIGRATION_PRIVATE_HOSTS = ["old.example.gov.cn", "10.0.0.1"]
    assert checks.check_private_hosts() == []


def test_a_caller_within_an_event_loop_may_fetch_too(site):
    """Given a server or a test that runs a loop of its own, then fetching needs no other."""

    site.html("/", "首页")

    async def within():
        return fetch([site.host], f"{site.address}/")

    # In a thread of its own: a browser test's loop may still run in this one.
    with Loop() as outer:
        (answer,) = outer.run(within())
    assert isinstance(answer, Fetched)
