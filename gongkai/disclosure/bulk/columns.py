"""The columns of an items table: headings with all their other names, and how cells are read."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, Final

from django.utils import timezone

from gongkai.disclosure.bulk.labels import labels_of
from gongkai.disclosure.models import DisclosureAttribute, DocumentKind, Genre
from gongkai.organs import imports

VALIDITY: Final = (
    ("in_force", "有效"),
    ("amended", "已修改"),
    ("repealed", "废止"),
    ("expired", "失效"),
    ("pending", "尚未施行"),
)
MAX_BODY: Final = 1_000_000
_PARTS: Final = re.compile(r"[、,，;；|\n]+")
_MOMENT: Final = re.compile(
    r"(?P<day>\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?)[ T]*"
    r"(?P<hour>\d{1,2})[:：时](?P<minute>\d{1,2})(?:[:：分](?P<second>\d{1,2}))?\S*"
)
_MARKUP: Final = re.compile(r"<(?:p|div|br|table|ul|ol|h[1-6]|span|section)[\s/>]", re.IGNORECASE)


def moment(value: Any) -> datetime:
    """An instant in local time: 2020-01-05 09:30, or a day alone, which means its beginning."""
    if isinstance(value, datetime):
        found = value.replace(tzinfo=None) if timezone.is_naive(value) else value
        return found if timezone.is_aware(found) else timezone.make_aware(found)
    if not isinstance(value, date) and (match := _MOMENT.match(str(value).strip())):
        day = imports.day(match["day"])
        try:
            clock = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
        except ValueError:
            raise ValueError(f"没有“{value}”这个时间，请核对。") from None
        return timezone.make_aware(datetime.combine(day, clock))
    return timezone.make_aware(datetime.combine(imports.day(value), time()))


def several(max_length: int) -> Callable[[Any], list[str]]:
    """A list in one cell, parted by 、 or commas or semicolons."""
    one = imports.text(max_length, lines=True)

    def parse(value: Any) -> list[str]:
        found = [one(part) for part in _PARTS.split(str(value)) if part.strip()]
        return list(dict.fromkeys(found))

    return parse


def markup(value: Any) -> str:
    """A cell with a text as HTML: markup stays, lines of plain text become paragraphs."""
    text = str(imports.text(MAX_BODY, lines=True)(value))
    return text if _MARKUP.search(text) else paragraphs(text)


def paragraphs(text: str) -> str:
    """Plain text as HTML, a paragraph a line."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines if line)


_PARSERS: Final[Mapping[str, tuple[Callable[[Any], Any], Any]]] = {
    "title": (imports.text(200), None),
    "index_number": (imports.text(80), ""),
    "document_number": (imports.text(100), ""),
    "registration_number": (imports.text(60), ""),
    "organ": (imports.text(120), ""),
    "issuers": (several(120), ()),
    "document_kind": (
        imports.choice(
            DocumentKind.choices,
            规范性文件="normative",
            政策文件="policy",
            其他文件="policy",
            解读="interpretation",
            政策性文件="policy",
            其他="information",
        ),
        "",
    ),
    "genre": (imports.choice(Genre.choices, 命令="order", 令="order"), ""),
    "column": (imports.text(200), ""),
    "mounts": (several(200), ()),
    "topic": (imports.text(120), ""),
    "statutory_item": (imports.text(60), ""),
    "entries": (several(60), ()),
    "keywords": (several(40), ()),
    "audience": (imports.text(120), ""),
    "formed_on": (imports.day, None),
    "changed_on": (imports.day, None),
    "published_at": (moment, None),
    "effective_from": (imports.day, None),
    "valid_until": (imports.day, None),
    "repealed_on": (imports.day, None),
    "validity": (
        imports.choice(
            VALIDITY,
            是="in_force",
            现行有效="in_force",
            继续有效="in_force",
            有效文件="in_force",
            已废止="repealed",
            已失效="expired",
            否="expired",
            修改="amended",
            未生效="pending",
        ),
        "",
    ),
    "disclosure_attribute": (
        imports.choice(DisclosureAttribute.choices, 主动="proactive", 依申请="on_request",
                       不公开="withheld"),
        DisclosureAttribute.PROACTIVE,
    ),
    "exemption": (imports.text(60), ""),
    "attribute_reason": (imports.text(500), ""),
    "summary": (imports.text(300), ""),
    "body": (markup, ""),
    "source": (imports.text(120), ""),
    "source_url": (imports.text(500), ""),
    "attachments": (several(160), ()),
}  # fmt: skip

_HELP: Final[Mapping[str, tuple[str, str]]] = {
    "title": ("完整标题，不超过200字", "关于加强示例工作的通知"),
    "index_number": ("原系统的索引号，原样保留", "000000000/2019-00001"),
    "document_number": ("括号、全半角自动统一", "示政〔2019〕1号"),
    "organ": ("机关代码或名称；不填的用导入时选择的机关", "411281-005"),
    "issuers": ("多个用顿号隔开，第一个为牵头机关", "示例市人民政府办公室"),
    "document_kind": ("、".join(label for _, label in DocumentKind.choices), "行政规范性文件"),
    "genre": ("公文种类", "通知"),
    "column": ("栏目名称、网址标识，或“上级/下级”；不填的用导入时选择的栏目", "规范性文件"),
    "mounts": ("多个用顿号隔开", ""),
    "topic": ("名称、代码，或“综合政务\\政务公开”", "政务公开"),
    "statutory_item": ("条例第二十条、第二十一条的项目，代码或名称", "20-01"),
    "entries": ("标准目录的事项编码，多个用顿号隔开", ""),
    "published_at": ("历史数据必填；可以带时间", "2019-03-05 10:00"),
    "validity": ("写“废止”“失效”的，须同时填废止日期或有效期至", "有效"),
    "valid_until": ("从这一天起不再有效", "2024-03-05"),
    "body": ("文字或 HTML；过长的放进文件，写在“正文文件”列", "正文第一段"),
    "attachments": ("文件名，多个用顿号隔开；文件放进压缩包，或放在表格旁的文件夹", "附件1.pdf"),
}


def _columns() -> tuple[imports.Column, ...]:
    made = []
    for name, (parse, default) in _PARSERS.items():
        label, *aliases = labels_of()[name]
        hint, example = _HELP.get(name, ("", ""))
        made.append(
            imports.Column(
                name,
                label,
                tuple(aliases),
                required=name == "title",
                parse=parse,
                default=default,
                help=hint,
                example=example,
            )
        )
    made.append(
        imports.Column(
            "body_file",
            "正文文件",
            ("正文文件名", "正文网页"),
            parse=imports.text(160),
            default="",
            help="放正文的 HTML 或 TXT 文件名",
        )
    )
    return tuple(made)


COLUMNS: Final = _columns()
BY_NAME: Final[Mapping[str, imports.Column]] = {column.name: column for column in COLUMNS}
LABELS: Final[Mapping[str, str]] = {column.name: column.label for column in COLUMNS}
