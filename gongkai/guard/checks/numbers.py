"""Digits as people write them: in groups, with blanks, dashes and line breaks between.

A *run* is a longest sequence of digit groups with at most three separators between two of them.
A check looks at *windows* of whole neighbouring groups, so that it never takes a part of a longer
number. Runs are found in two passes: ASCII digits, and then numbers written with Chinese numerals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

CHINESE_DIGITS = dict(zip("〇零○一二三四五六七八九", "000123456789", strict=True))
CHECK_X = "Xx×"
SEPARATORS = r"[ \t\r\n\v\u00a0\u2000-\u200a\u202f\u205f\u3000—_-]"

_GROUP = re.compile(r"[0-9]+")
_ASCII_RUN = re.compile(rf"[0-9](?:{SEPARATORS}{{0,3}}[0-9]){{10,}}")
_NUMERALS = "0-9" + "".join(CHINESE_DIGITS)
_CHINESE_RUN = re.compile(rf"[{_NUMERALS}](?:{SEPARATORS}{{0,3}}[{_NUMERALS}]){{10,}}")
_TAIL = re.compile(rf"{SEPARATORS}{{0,3}}([{CHECK_X}])(?![0-9A-Za-z])")
_TO_DIGITS = str.maketrans(CHINESE_DIGITS)

# Addresses on the web and names of files: what stands in them is a name, not a telephone number.
_TOKEN = re.compile(r"[!#$%&*+,./0-9:;=?@A-Z\\_a-z~-]*")
_ADDRESS = re.compile(r"(?:https?|ftp|file)://|^www\.", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:s?html?|jspx?|aspx?|php|pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|zip|rar)(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_TELEPHONE_PARAMETER = re.compile(r"(?:tel|phone|mobile|cell|sjh|lxdh|dh)\w*[=:/]$", re.IGNORECASE)

LABELS = (
    "编号|单号|订单|流水|票号|票据号|代码|编码|文号|索引号|备案号|备案|许可证|登记号|注册号|序列号|"
    "工单|案号|合同|批号|档案号|凭证|发票|受理号|条码|条形码|识别号|标段|招标|采购|批准|证书|保单|"
    "运单|快递|宗地|地块|产权证|不动产权|税号|第|No|NO|№|ISBN|QQ|order|serial|code"
)
_LABELLED = re.compile(
    rf"(?:{LABELS})(?:号码|编号|号|证|为|是|如下|_?id|_?no)?[:：（(#“\"'、=.为是]{{0,4}}$",
    re.IGNORECASE,
)
_AMOUNT_BEFORE = re.compile(
    r"(?:金额|合计|总额|总计|预算|决算|投资|资金|收入|支出|产值|总值|余额|价款|人民币|共计)"
    r"(?:额|总额|合计)?[:：（(为是达约]{0,3}$|[¥￥$€]$"
)
_AMOUNT_AFTER = re.compile(
    r"^(?:[（(]?(?:元|万|亿|千|百万|美元|港元|欧元|人民币|吨|公斤|千克|平方|立方|公里|米|亩|公顷|千瓦|度|"
    r"人次|人|户|次|件|字节|个|％|%|㎡|kWh|kwh))"
)


@dataclass
class Run:
    """Neighbouring digit groups: (start, end) in `plain`, their digits, and what parts them."""

    spans: list[tuple[int, int]]
    digits: list[str]
    gaps: list[str]
    """`gaps[i]` stands between group i and group i + 1."""
    tail: int
    """Where a check character X after the last group ends; 0 without one."""
    letter_before: bool
    letter_after: bool
    taken: list[str] = field(default_factory=list)
    """Per group, the check that took it ("" for none)."""

    def __post_init__(self) -> None:
        self.taken = [""] * len(self.spans)

    def take(self, first: int, last: int, check: str) -> None:
        for place in range(first, last + 1):
            self.taken[place] = check

    def is_free(self, first: int, last: int) -> bool:
        return not any(self.taken[first : last + 1])

    def windows(self, lengths: range) -> Iterator[tuple[int, int, str]]:
        """(first, last, digits) of whole free neighbouring groups with that many digits.

        A first or last group that goes on in letters belongs to a code and is left out.
        """
        for first in range(len(self.spans)):
            if self.letter_before and first == 0:
                continue
            text = ""
            for last in range(first, len(self.spans)):
                if self.taken[last]:
                    break
                text += self.digits[last]
                if len(text) >= lengths.stop:
                    break
                if len(text) in lengths and not (self.letter_after and last == len(self.spans) - 1):
                    yield first, last, text

    def is_part_of_code(self, first: int, last: int) -> bool:
        """Whether the window hangs by a bare dash on further digits (a number of several parts)."""
        left = first > 0 and self.gaps[first - 1] in {"-", "—", "_"}
        right = last < len(self.spans) - 1 and self.gaps[last] in {"-", "—", "_"}
        return (left and not self.taken[first - 1]) or (right and not self.taken[last + 1])

    def has_loose_neighbours(self, first: int, last: int) -> bool:
        """Whether other digits that nobody took stand beside it: a row of figures."""
        return (first > 0 and not self.taken[first - 1]) or (
            last < len(self.spans) - 1 and not self.taken[last + 1]
        )


def runs(plain: str) -> list[Run]:
    """Every run of at least eleven digits, Chinese numerals read as digits."""
    found = [_run(plain, plain, match) for match in _ASCII_RUN.finditer(plain)]
    mixed = [
        match
        for match in _CHINESE_RUN.finditer(plain)
        if any(numeral in match.group() for numeral in CHINESE_DIGITS)
    ]
    if mixed:
        digits = plain.translate(_TO_DIGITS)
        found += [_run(plain, digits, match) for match in mixed]
    return found


def _run(plain: str, translated: str, match: re.Match[str]) -> Run:
    start, end = match.span()
    spans = [group.span() for group in _GROUP.finditer(translated, start, end)]
    tail = _TAIL.match(plain, end)
    before = plain[start - 1] if start else ""
    after = plain[end] if end < len(plain) else ""
    return Run(
        spans=spans,
        digits=[translated[first:last] for first, last in spans],
        gaps=[plain[left[1] : right[0]] for left, right in pairwise(spans)],
        tail=tail.end() if tail else 0,
        letter_before=_is_letter(before) and not _is_word_before(plain, start),
        letter_after=_is_letter(after) and not (tail and tail.start() == end),
    )


def _is_letter(character: str) -> bool:
    return character.isascii() and character.isalpha()


_WORD = re.compile(r"(?<![A-Za-z0-9])(?:tel|phone|mobile|mob|cell|wx|weixin|vx|id|card|t|m)$", re.I)


def _is_word_before(plain: str, start: int) -> bool:
    """Whether the letters right before are a word of their own (tel138…), not part of a code."""
    return _WORD.search(plain[max(0, start - 10) : start]) is not None


def across_lines(gaps: Iterable[str]) -> bool:
    """Whether a line break or a column parts the groups."""
    return any(mark in gap for gap in gaps for mark in "\n\r\t\v")


def in_address(plain: str, start: int, end: int) -> bool:
    """Whether the place is part of a web address or a file name (and no telephone parameter)."""
    left = plain[max(0, start - 300) : start]
    backwards = _TOKEN.match(left[::-1])
    head = left[len(left) - backwards.end() :] if backwards else ""
    forwards = _TOKEN.match(plain, end, end + 300)
    tail = forwards.group() if forwards else ""
    if _TELEPHONE_PARAMETER.search(head):
        return False
    return _ADDRESS.search(head) is not None or _FILE.search(tail) is not None


def is_labelled_otherwise(before: str) -> bool:
    """Whether what stands before says that this is the number of a document, order or project."""
    return _LABELLED.search(before) is not None


def is_amount(before: str, after: str) -> bool:
    """Whether what stands around says that this is a quantity."""
    return _AMOUNT_BEFORE.search(before) is not None or _AMOUNT_AFTER.match(after) is not None


def is_decimal(plain: str, start: int, end: int) -> bool:
    """Whether the digits go on before or after a decimal point."""
    before = plain[max(0, start - 2) : start]
    after = plain[end : end + 2]
    return (len(before) == 2 and before[1] == "." and before[0].isdigit()) or (
        len(after) == 2 and after[0] == "." and after[1].isdigit()
    )
