"""The two-level header of the official table, and what people write instead."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from gongkai.catalogue.models import CHANNELS

HEADER_ROWS: Final = 12

NAMES: Final = {
    "seq": ("序号", "编号"),
    "code": ("事项编码", "item_code", "编码"),
    "level1": ("一级事项", "公开事项", "一级目录", "事项名称", "公开事项名称"),
    "level2": ("二级事项", "二级目录"),
    "level3": ("三级事项", "三级目录"),
    "elements": ("公开内容", "公开内容要素", "公开要素", "内容要素", "公开内容及要素"),
    "basis": ("公开依据", "依据", "法律依据", "公开的依据"),
    "time_limit_text": ("公开时限", "时限", "公开时间", "公开期限"),
    "subject": ("公开主体", "责任主体", "责任单位", "公开责任主体", "公开机构"),
    "channels": ("公开渠道和载体", "公开渠道", "公开载体", "渠道和载体", "公开渠道及载体"),
    "audience": ("公开对象",),
    "audience_all": ("全社会", "社会公众", "全社会公开"),
    "audience_specific": ("特定群体", "特定群众", "特定对象", "特定人群", "特定群体请自行填写"),
    "mode": ("公开方式",),
    "mode_proactive": ("主动", "主动公开"),
    "mode_on_request": ("依申请", "依申请公开"),
    "level": ("公开层级",),
    "level_county": (
        "县级", "区级", "市级", "县市级", "县区级", "县市区级", "区县级", "县级以上", "市县级",
    ),
    "level_township": (
        "乡级", "乡镇级", "镇级", "乡村级", "街道级", "乡镇街道级", "乡镇", "村级", "镇街级",
        "乡镇村级", "镇村级", "街道社区级", "乡镇街道",
    ),
}  # fmt: skip
_GROUPS: Final = ("公开事项", "公开对象", "公开方式", "公开层级", "公开渠道和载体")
_KNOWN: Final = {name: key for key, names in NAMES.items() for name in names}


def plain_heading(cell: Any) -> str:
    """A heading without width, spaces, marks and brackets' signs (their content stays out)."""
    if not isinstance(cell, str):
        return ""
    text = unicodedata.normalize("NFKC", cell)
    bare = re.sub(r"\([^()]*\)", "", text)
    bare = bare if re.sub(r"[\s、,/]+", "", bare) else text
    return re.sub(r"[\s、,，/:：*()]+", "", bare)


def find_header(rows: list[list[Any]]) -> tuple[int, dict[int, str]] | None:
    """(number of rows up to the end of the header, column → what it holds), or None.

    The second row of the header is recognised by its words, so that a table whose header is one
    row (or whose merged cells were lost) is read as well. A column of the channel group that
    bears a channel's name is "channel:名称".
    """
    for number, row in enumerate(rows[:HEADER_ROWS]):
        top = [plain_heading(cell) for cell in row]
        known = {name for name in top if name in _KNOWN}
        if not known & {"公开事项", "一级事项", "公开事项名称", "事项名称", "一级目录"}:
            continue
        if len(known) < 3:
            continue
        below = [plain_heading(c) for c in rows[number + 1]] if number + 1 < len(rows) else []
        two = sum(_is_sub(name) for name in below) >= 2 and not any(
            isinstance(c, int | float) for c in rows[number + 1]
        )
        columns = _columns(top, below if two else [])
        return number + (2 if two else 1), columns
    return None


def _is_sub(name: str) -> bool:
    return _channel(name) is not None or _KNOWN.get(name) in (
        "level1", "level2", "level3", "audience_all", "audience_specific", "mode_proactive",
        "mode_on_request", "level_county", "level_township",
    )  # fmt: skip


def _columns(top: list[str], below: list[str]) -> dict[int, str]:
    columns: dict[int, str] = {}
    group = ""
    for index in range(max(len(top), len(below))):
        above = top[index] if index < len(top) else ""
        sub = below[index] if index < len(below) else ""
        if above:
            group = above
        channel = _channel(sub)
        if sub in _KNOWN:
            columns[index] = _KNOWN[sub]
        elif channel is not None and group in _GROUPS:
            columns[index] = f"channel:{channel}"
        elif above in _KNOWN:
            columns[index] = _KNOWN[above]
    if "level2" in columns.values() and list(columns.values()).count("level1") > 1:
        first = next(i for i, name in columns.items() if name == "level1")
        columns = {i: n for i, n in columns.items() if n != "level1" or i == first}
    return columns


def _channel(name: str) -> str | None:
    if not name:
        return None
    return next((c for c in CHANNELS if plain_heading(c) == name), None)
