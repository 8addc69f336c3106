"""Excel workbooks, read from their XML: every cell of every sheet with all its digits.

A library gives numbers as binary fractions, which keep fifteen digits; an identity number has
eighteen. So the text of the file is taken, and only dates and times are calculated.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO

from gongkai.guard.readers.document import BROKEN, Collector, Unreadable
from gongkai.guard.readers.lines import spelled
from gongkai.guard.readers.office import read_common, read_loose
from gongkai.guard.readers.package import Package, attribute, local

#: Numbers of the formats for dates and times that every program knows, those for China among them.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_DATE_LETTER = re.compile(r"[ymdhs]|年|月|日", re.IGNORECASE)
_SIMPLE = re.compile(r"-?[0-9]+")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_QUIET = ("xl/styles", "xl/theme/", "xl/workbook", "xl/calcchain", "xl/worksheets/", "xl/persons/")
_MAX_INTEGER_DIGITS = 400
#: Spreadsheets keep fifteen digits of a number and write longer ones with an exponent.
_CUT_FROM = 16
#: What in a sheet besides its cells may hold words of the author.
_EXTRA = ("headerFooter", "dataValidation", "hyperlink", "sheetPr")


def read(stream: BinaryIO, name: str, found: Collector) -> None:
    """Collect the text of a workbook. Raises ``Unreadable``, ``Full``."""
    package = Package(stream)
    main = package.target("", "officeDocument") or "xl/workbook.xml"
    book = package.xml(main)
    if book is None:
        raise Unreadable(BROKEN)
    relations = {one.id: one for one in package.relations(main)}
    targets = {one.type: one.target for one in relations.values()}
    reader = Cells(
        _strings(package, targets.get("sharedStrings", "xl/sharedStrings.xml")),
        _formats(package, targets.get("styles", "xl/styles.xml")),
        any(attribute(one, "date1904") in ("1", "true") for one in book.iter("{*}workbookPr")),
    )
    done = {main.lower(), targets.get("sharedStrings", "xl/sharedStrings.xml").lower()}
    for sheet in book.iter("{*}sheet"):
        title = attribute(sheet, "name")
        hidden = attribute(sheet, "state") in ("hidden", "veryHidden")
        where = f"{'隐藏' if hidden else ''}工作表“{title}”"
        found.add(f"{where}名称", title)
        relation = relations.get(attribute(sheet, "id"))
        if relation is None or relation.external:
            continue
        done.add(relation.target.lower())
        _sheet(package, relation.target, where, reader, found)
        for part in package.relations(relation.target):
            if part.type in ("comments", "threadedComment") and part.target.lower() not in done:
                done.add(part.target.lower())
                _comments(package, part.target, where, found)
    reader.note_cut(found)
    for defined in book.iter("{*}definedName"):
        text = f"{attribute(defined, 'name')}={defined.text or ''}"
        found.add(f"定义的名称“{attribute(defined, 'name')}”", text)
        found.add(f"定义的名称“{attribute(defined, 'name')}”说明", attribute(defined, "comment"))
    read_common(package, main, found)
    read_loose(package, found, done, _QUIET)


def _strings(package: Package, part: str) -> list[str]:
    """The shared strings; how each is to be pronounced is left out."""
    strings = []
    for item in package.stream(part, ("si",)):
        strings.append(_rich(item))
    return strings


def _rich(item: Any) -> str:
    return "".join(
        one.text or ""
        for one in item.iter("{*}t")
        if not any(local(above) == "rPh" for above in one.iterancestors())
    )


def _formats(package: Package, part: str) -> list[tuple[bool, str]]:
    """For each cell style: whether it shows a date, and its number format."""
    root = package.xml(part)
    if root is None:
        return []
    codes = {
        attribute(one, "numFmtId"): attribute(one, "formatCode") for one in root.iter("{*}numFmt")
    }
    formats = []
    for styles in root.iter("{*}cellXfs"):
        for style in styles:
            number = attribute(style, "numFmtId")
            known = int(number) if number.isdecimal() and len(number) < 6 else 0
            formats.append(number_format(known, codes.get(number, "")))
    return formats


def number_format(number: int, code: str) -> tuple[bool, str]:
    """Whether a number format shows a date, and its code ("" for those every program knows)."""
    if not code:
        return number in _DATES, ""
    bare = _LITERAL.sub("", code.partition(";")[0])
    elapsed = re.search(r"\[[hms]+\]", code, re.IGNORECASE)
    return bool(_DATE_LETTER.search(bare) or elapsed), code


class Cells:
    """What the cells of a workbook say."""

    def __init__(
        self, strings: list[str], formats: list[tuple[bool, str]], from_1904: bool
    ) -> None:
        self.strings = strings
        #: Numbers too long for a number, whose last digits the spreadsheet has replaced by zeros.
        self.cut = 0
        self.formats = formats
        self.epoch = datetime.datetime(1904, 1, 1) if from_1904 else datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone

    def text(self, cell: Any) -> str:
        """A cell's text as a person reads it, a number with all its digits."""
        kind = cell.get("t", "n")
        value = ""
        for child in cell:
            name = local(child)
            if name == "v":
                value = child.text or ""
            elif name == "is":
                return _rich(child)
        if kind == "s":
            number = value.strip()
            known = number.isdecimal() and len(number) < 9 and int(number) < len(self.strings)
            return self.strings[int(number)] if known else ""
        if kind in ("str", "e", "inlineStr"):
            return value
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind == "d":
            return value.removesuffix("T00:00:00").replace("T", " ")
        return self.number(value.strip(), cell.get("s", "0"))

    def number(self, value: str, style: str) -> str:
        """What a number says in a cell of this style."""
        number = int(style) if style.isdecimal() and len(style) < 6 else 0
        is_date, code = self.formats[number] if number < len(self.formats) else (False, "")
        if is_date:
            shown = self._date(value)
            if shown:
                return shown
        if _SIMPLE.fullmatch(value):
            if code and set(code) == {"0"}:  # leading zeros are part of what was written
                return value.zfill(min(len(code), _MAX_INTEGER_DIGITS))
            return value
        shown = plain(value)
        self.cut += len(shown) >= _CUT_FROM and shown.isdecimal()
        return shown

    def note_cut(self, found: Collector) -> None:
        """Say that numbers were cut before they came here."""
        if self.cut:
            found.note(
                f"{self.cut}个单元格把长号码存成了数值，末几位已变为 0，"
                "请核对是否为身份证或银行卡号码。"
            )

    def _date(self, value: str) -> str:
        try:
            days = float(value)
            if not 0 <= days < 2_958_466:  # 31 December 9999
                return ""
            moment = self.epoch + datetime.timedelta(seconds=round(days * 86_400))
        except (ValueError, OverflowError):
            return ""
        if days < 1:
            return f"{moment:%H:%M:%S}"
        text = moment.date().isoformat()
        return text if moment.time() == datetime.time() else f"{text} {moment:%H:%M:%S}"


def plain(value: str) -> str:
    """A number without exponent and without the dust of binary fractions."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > _MAX_INTEGER_DIGITS:
        return value
    if number == number.to_integral_value():
        return f"{number.to_integral_value():f}"
    return f"{Decimal(f'{number:.15g}'):f}"


def _sheet(package: Package, part: str, where: str, cells: Cells, found: Collector) -> None:
    below = 0
    for element in package.stream(part, ("row", *_EXTRA)):
        kind = local(element)
        if kind == "row":
            number = element.get("r", "")
            below = int(number) if number.isdecimal() and len(number) < 8 else below + 1
            _row(element, below, where, cells, found)
        elif kind == "headerFooter":
            for child in element:
                label = "页脚" if local(child).endswith("Footer") else "页眉"
                found.add(f"{where}{label}", child.text)
        elif kind == "dataValidation":
            place = f"{where}{attribute(element, 'sqref')[:40]}数据验证"
            for name in ("promptTitle", "prompt", "errorTitle", "error"):
                found.add(place, attribute(element, name))
            for child in element:
                if '"' in (child.text or ""):
                    found.add(place, child.text)
        elif kind == "hyperlink":
            place = f"{where}{attribute(element, 'ref')[:20]}超链接"
            for name in ("tooltip", "location", "display"):
                found.add(place, attribute(element, name))


def _row(row: Any, number: int, where: str, cells: Cells, found: Collector) -> None:
    column = 0
    singles: list[tuple[int, str]] = []
    for cell in row:
        if local(cell) != "c":
            continue
        match = _REFERENCE.fullmatch(cell.get("r", ""))
        column = column_number(match[1]) if match else column + 1
        text = cells.text(cell)
        if text:
            place = f"{where}{column_name(column)}{number}"
            found.add(place, text)
            singles.append((column, text.strip()))
        formula = next((child.text for child in cell if local(child) == "f"), None)
        if formula and ('"' in formula or re.search(r"[0-9]{11}", formula)):
            found.add(f"{where}{column_name(column)}{number}（公式）", formula)
    for first, last, text in spelled(singles):
        found.add(f"{where}{column_name(first)}{number}至{column_name(last)}{number}", text)


def _comments(package: Package, part: str, where: str, found: Collector) -> None:
    root = package.xml(part)
    if root is None:
        return
    for comment in (*root.iter("{*}comment"), *root.iter("{*}threadedComment")):
        text = "".join(one.text or "" for one in comment.iter("{*}t", "{*}text") if one.text)
        found.add(f"{where}{attribute(comment, 'ref')[:10]}批注", text)


def column_name(number: int) -> str:
    """1 → A, 27 → AA."""
    name = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_number(name: str) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - 64
    return number
