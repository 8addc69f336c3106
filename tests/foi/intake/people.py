"""Obviously fictitious applicants."""

from __future__ import annotations

from dataclasses import replace

from gongkai.foi.persons import Person, Wish
from gongkai.statute.identity import check_character


def identity_number(serial: int = 1) -> str:
    """A number that fits its check character, of nobody: born on 1 January 1900."""
    body = f"11010119000101{serial:03d}"
    return body + check_character(body)


PERSON = Person(
    name="测试甲",
    kind="natural",
    identity_kind="id_card",
    identity_number=identity_number(),
    phone="000-00000000",
    email="jia@example.cn",
    address="示例省示例市示例路1号",
)
WISH = Wish(
    title="示例路道路改造工程的立项批复",
    description="请公开示例路道路改造工程立项批复文件及其附件。",
    supply_form="electronic",
    supply_way="email",
)


def person(serial: int = 1, **changes: str) -> Person:
    """Another applicant for each serial number."""
    return replace(PERSON, **{"identity_number": identity_number(serial), **changes})


def wish(**changes: str) -> Wish:
    return replace(WISH, **changes)
