"""Document and index numbers in the index's own form, however carelessly they are typed.

A number has a *whole* form (义政〔2020〕12号, 11411281005792345X/2020-00017) and a *back part*
(〔2020〕12号, 2020-00017), which is what people remember. The index holds both for a document's own
numbers (`number_forms`); numbers that a text merely names become tokens (`number_tokens`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gongkai.search.language.normalise import normalise
from gongkai.statute import document_numbers, index_numbers

_HAN: Final = r"[\u4e00-\u9fff]"
_OPEN: Final = r"[\[(【〔〖{「<〈《]"
_CLOSE: Final = r"[\])】〕〗}」>〉》]"
_NO_DATE: Final = r"(?![\d.]|\s*(?:月|年|日|%|元|人|个|户|万|线|楼|院))"
_BRACKETED: Final = re.compile(
    rf"(?P<prefix>(?:{_HAN}|[(（]{_HAN}{{1,4}}[)）]){{0,16}})\s*(?:字\s*)?"
    rf"{_OPEN}\s*(?P<year>(?:19|20)\d\d)\s*年?\s*{_CLOSE}\s*第?\s*0*(?P<serial>[1-9]\d{{0,4}})"
    rf"{_NO_DATE}\s*号?"
)
_YEAR_AND_SERIAL: Final = re.compile(
    rf"{_OPEN}\s*(?P<year>(?:19|20)\d\d)\s*年?\s*{_CLOSE}\s*第?\s*0*(?P<serial>[1-9]\d{{0,4}})"
    rf"{_NO_DATE}"
)
_SPELT: Final = re.compile(rf"(?:{_HAN}|[(（]{_HAN}{{1,4}}[)）]){{1,16}}\s*\Z")
_NO_HAN: Final = re.compile(rf"[^{_HAN[1:-1]}]")
_YEAR_BEFORE: Final = re.compile(
    rf"(?P<year>(?:19|20)\d\d)\s*年\s*(?P<prefix>{_HAN}{{1,6}}?[政发办字函规文])\s*第?\s*"
    rf"0*(?P<serial>[1-9]\d{{0,4}})\s*号"
)
_SERIAL_OF_ORDER: Final = re.compile(r"令\s*第?\s*0*(?P<serial>[1-9]\d{0,3})\s*号")
_WITH_HAO: Final = re.compile(
    rf"(?P<prefix>{_HAN}{{0,16}}?)\s*(?P<year>(?:19|20)\d\d)(?:\s*年)?[\s\-—_./第]*"
    rf"0*(?P<serial>[1-9]\d{{0,4}})\s*号(?!{_HAN}?[线楼院])文?"
)
_BY_PREFIX: Final = re.compile(
    rf"(?P<prefix>{_HAN}{{0,6}}[政发办字函规文通告教财农民][办发字函规文]?)\s*{_OPEN}?\s*"
    rf"(?P<year>(?:19|20)\d\d)\s*{_CLOSE}?[\s\-—_./第]*0*(?P<serial>[1-9]\d{{0,4}}){_NO_DATE}"
)
_BARE: Final = re.compile(
    r"(?:[a-z]+\s*)?(?P<year>(?:19|20)\d\d)[\s\-—_./第]+0*(?P<serial>[1-9]\d{0,4})\s*号?"
)
_ORDER: Final = re.compile(
    rf"(?P<prefix>{_HAN}{{2,12}}?)令\s*第?\s*0*(?P<serial>[1-9]\d{{0,3}})\s*号"
)
_ORDER_BEHIND: Final = re.compile(
    rf"(?P<prefix>{_HAN}{{0,12}}?)\s*第?\s*(?<!\d)0*(?P<serial>[1-9]\d{{0,3}})\s*号令"
)
_INDEX: Final = re.compile(
    r"(?<![0-9a-z])(?P<body>[0-9a-z]{18}|[0-9a-z]{8}-?[0-9x]|[0-9]{6}-?[0-9]{2,4})"
    r"[/\- ]\s*(?P<back>(?:19|20)\d\d(?:0[1-9]|1[0-2])?-\d{4,6})(?!\d)"
)
_INDEX_BACK: Final = re.compile(
    r"(?<![0-9])(?P<back>(?:19|20)\d\d(?:0[1-9]|1[0-2])?-\d{5,6})(?!\d)"
)
_LEADING: Final = re.compile(
    r"^.*(?:关于|根据|按照|依据|依照|参照|执行|查询|查找|印发|修订|废止|文件|文号|字号|的|请问|一下|找|查|和|及)"
)

_NAME_OF_BODY: Final = re.compile(r"(?:[府局厅委会院]|文件|办公室)$")


@dataclass(frozen=True)
class Found:
    """A number in a question: its form, the token for texts that name it, what it stands in for.

    `certain`: it cannot well be anything else, so its figures are not words of their own.
    """

    form: str
    token: str
    shown: str
    start: int
    end: int
    certain: bool = True


def number_forms(printed: str) -> tuple[str, ...]:
    """The forms under which a document's own number is kept: whole, and its back part."""
    plain = normalise(printed)
    if not plain:
        return ()
    number = document_numbers.parse(plain)
    if number is not None and number.recognised:
        whole = number.text.upper()
        return (whole,) if number.is_order else (whole, _back(number.year, number.serial))
    whole = plain.upper()
    if index_numbers.parse(whole) is not None:
        return (whole, whole.rsplit("/", 1)[-1])
    back = _INDEX_BACK.search(plain)
    if back and back["back"] != plain:
        return (whole, back["back"])
    return (whole,)


def number_tokens(plain: str) -> list[str]:
    """Tokens of the numbers that a normalised text names.

    In running text nothing tells where the 机关代字 begins (根据义政办〔2020〕3号), so each of its
    ends is a token.
    """
    found = []
    for number in _YEAR_AND_SERIAL.finditer(plain):
        back = f"{number['year']}n{number['serial']}"
        before = _SPELT.search(plain, max(0, number.start() - 24), number.start())
        prefix = _NO_HAN.sub("", before.group()) if before else ""
        found += [prefix[-size:] + back for size in range(1, min(len(prefix), 8) + 1)]
        found.append(back)
    if "令" in plain:
        found += [f"令n{order['serial']}" for order in _SERIAL_OF_ORDER.finditer(plain)]
    return found


def find_numbers(plain: str) -> list[Found]:
    """The numbers in a normalised question."""
    found: list[Found] = []
    for pattern in (_INDEX, _INDEX_BACK):
        for number in pattern.finditer(plain):
            form = number.group().upper().replace(" ", "/")
            _keep(found, Found(form, "", number.group(), *number.span()))
    for pattern in (_BRACKETED, _YEAR_BEFORE, _WITH_HAO, _BY_PREFIX):
        for number in pattern.finditer(plain):
            _keep(found, _document_number(number))
    for pattern in (_ORDER, _ORDER_BEHIND):
        for number in pattern.finditer(plain):
            issuer = _LEADING.sub("", number["prefix"]) or "国务院"
            serial = int(number["serial"])
            form = f"{issuer}令第{serial}号"
            _keep(found, Found(form, f"令n{serial}", form, *number.span()))
    if not found:
        bare = _BARE.fullmatch(plain)
        if bare:
            year, serial = int(bare["year"]), int(bare["serial"])
            form = _back(year, serial)
            certain = plain[0].isalpha() or "号" in plain
            found.append(Found(form, f"{year}n{serial}", form, 0, len(plain), certain))
    return sorted(found, key=lambda one: one.start)


def _document_number(number: re.Match[str]) -> Found:
    year, serial = int(number["year"]), int(number["serial"])
    prefix = _LEADING.sub("", number["prefix"]).removesuffix("字")
    start = number.start()
    if number.start("prefix") == start:
        start += number["prefix"].find(prefix)
    back = _back(year, serial)
    if _NAME_OF_BODY.search(prefix):
        # The body's name instead of its 机关代字: words like others, beside the back part.
        return Found(back, f"{year}n{serial}", back, number.start("year"), number.end())
    token = _NO_HAN.sub("", prefix)[-8:] + f"{year}n{serial}"
    form = (prefix + back).upper()
    return Found(form, token, form, max(start, number.start()), number.end())


def _back(year: int | None, serial: int | None) -> str:
    return f"〔{year}〕{serial}号"


def _keep(found: list[Found], one: Found) -> None:
    """Add a number unless one that was found before stands in the same place."""
    if all(one.end <= other.start or other.end <= one.start for other in found):
        found.append(one)
