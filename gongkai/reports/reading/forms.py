"""What the reader expects: the rows, heads and columns of the statutory formats, as it looks for
them.

Everything comes from ``gongkai.statute.formats``; added here are only the ways in which published
reports write a label that no notice prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from gongkai.reports.reading.normalise import Label, label
from gongkai.reports.reading.similarity import ALIKE, alike
from gongkai.statute.formats import Row, format_ids, get_format

#: How published reports write rows besides the labels and aliases of the formats.
_ROW_WORDINGS: Mapping[str, tuple[str, ...]] = {
    "regulation": ("政府规章", "地方政府规章", "部门规章", "规章数量"),
    "normative": ("规范性文件数量", "行政规范性文件数量"),
    "permit": ("行政许可事项",),
    "service": ("其他对外管理服务", "其它对外管理服务事项"),
    "penalty": ("行政处罚事项",),
    "coercion": ("行政强制事项", "行政强制措施"),
    "fee": ("行政事业性收费项目", "行政事业型收费", "行政事业收费", "行政性事业收费"),
    "procurement": ("集中采购", "政府采购", "政府集中采购项目"),
    "new": (
        "本年新收",
        "本年新收申请数量",
        "本年收到政府信息公开申请数量",
        "新收政府信息公开申请数量",
    ),
    "carried_in": ("上年结转", "上年度结转政府信息公开申请数量", "上年结转申请数量"),
    "denied_law": ("其他法律法规禁止公开",),
    "denied_third_party": ("保护第三方合法利益",),
    "unavailable_not_held": ("本机关不掌握", "不掌握相关政府信息"),
    "unavailable_not_made": ("没有现成信息", "没有现成信息需另行制作"),
    "unavailable_unclear": ("补正后仍不明确",),
    "refused_petition": ("信访举报投诉类",),
    "refused_abusive": ("大量反复申请",),
    "refused_reconfirm": ("要求行政机关确认或重新出具",),
    "other_no_correction": ("申请人无正当理由逾期不补正",),
    "other_no_payment": ("申请人逾期未按收费通知要求缴纳费用", "逾期未缴费"),
    "other_misc": ("其它", "其他情形", "其他情况"),
    "other": ("其它处理", "其他处理结果"),
    "result_total": ("合计", "总数", "办理结果总计"),
    "carried_out": ("结转下年度", "结转下年", "结转下一年度继续办理", "结转下年继续办理"),
}
_COLUMN_WORDINGS: Mapping[str, tuple[str, ...]] = {
    "made": ("新制作数量", "本年新制作数", "本年新制作件数"),
    "published": ("新公开数量", "本年新公开数", "本年新公开件数"),
    "open_total": ("对外公开总数", "公开总数量"),
    "issued": ("制发件数", "本年制发数量", "本年制发数"),
    "repealed": ("废止件数", "本年废止数量", "本年废止数"),
    "in_force": ("有效件数", "现行有效数量", "现行有效数"),
    "prev_items": ("上一年度项目数量", "上年项目数量", "上一年项目数"),
    "change": ("增减", "本年增减数", "本年增加减少", "本年度增减"),
    "decisions": ("处理决定数", "本年处理决定数", "处理决定"),
    "items": ("采购项目数", "项目数量"),
    "amount": ("采购金额", "总金额", "本年收费金额", "收费金额", "收费总金额"),
    "natural": ("公民",),
    "enterprise": ("企业", "商业公司"),
    "research": ("科研院所", "科研"),
    "welfare": ("公益组织", "社会组织", "社会公益"),
    "legal": ("法律服务", "律师事务所"),
    "other": ("其它", "其他组织"),
    "total": ("合计", "总数", "小计"),
    "upheld": ("维持",),
    "corrected": ("纠正",),
    "pending": ("未审结", "尚未办结"),
}
#: Words of the tables' heads that are neither row nor column.
_HEAD_WORDS = (
    "信息内容",
    "申请人情况",
    "法人或其他组织",
    "法人和其他组织",
    "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和",
    "本列数据的逻辑关系为第一项加第二项之和等于第三项加第四项之和",
)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a form that may be found in a file.

    ``kind``: ``row`` has figures, ``head`` stands above or beside rows, ``part`` is a head of
    table two. ``name`` is the row's id, ``variants`` the wordings it is known by, ``heads`` the
    names of the heads it stands under.
    """

    table: str
    kind: str
    name: str
    variants: tuple[str, ...]
    style: str = ""
    number: int = 0
    heads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnItem:
    """A column of a form. ``place`` is its order among the columns of its table or part."""

    name: str
    variants: tuple[str, ...]


def _variants(texts: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in texts:
        parts = label(text)
        found[parts.core] = None
        found[parts.bare] = None
    return tuple(found)


def _row_item(table: str, row: Row) -> Item:
    parts = label(row.label)
    texts = (row.label, *row.aliases, *_ROW_WORDINGS.get(row.id, ()))
    if row.path:  # heads put before the label in the same cell
        texts = (*texts, row.path[-1] + row.label, "".join(row.path) + row.label)
    return Item(
        table,
        "row",
        row.id,
        _variants(texts),
        parts.style,
        parts.number,
        tuple(_head_name(head) for head in row.path),
    )


def _head_name(text: str) -> str:
    return "head:" + label(text).core


@cache
def request_items(format_id: str) -> tuple[Item, ...]:
    """The lines of table three in printed order, heads included."""
    items: list[Item] = []
    open_heads: set[str] = set()
    for row in get_format(format_id).t3.rows:
        for head in row.path:
            name = _head_name(head)
            if name not in open_heads:
                open_heads.add(name)
                parts = label(head)
                items.append(Item("t3", "head", name, (parts.core,), parts.style, parts.number))
        items.append(_row_item("t3", row))
    return tuple(items)


@cache
def proactive_items(format_id: str) -> tuple[Item, ...]:
    """The lines of table two in printed order, with the heads of its parts."""
    items: list[Item] = []
    for part in get_format(format_id).t2:
        items.append(Item("t2", "part", "part:" + part.id, _variants((part.label,))))
        items.extend(_row_item("t2", row) for row in part.rows)
    return tuple(items)


@cache
def proactive_columns(format_id: str) -> Mapping[str, tuple[ColumnItem, ...]]:
    """Row of table two → the columns of its part."""
    columns: dict[str, tuple[ColumnItem, ...]] = {}
    for part in get_format(format_id).t2:
        made = tuple(column_item(column.id, column.label) for column in part.columns)
        for row in part.rows:
            columns[row.id] = made
    return columns


def column_item(name: str, text: str) -> ColumnItem:
    """A column with all its wordings."""
    return ColumnItem(name, _variants((text, *_COLUMN_WORDINGS.get(name, ()))))


@cache
def request_columns() -> tuple[ColumnItem, ...]:
    """The seven columns of table three (the same in all formats)."""
    return tuple(column_item(c.id, c.label) for c in get_format(format_ids()[-1]).t3.columns)


@cache
def remedy_columns() -> tuple[ColumnItem, ...]:
    """The five columns of a group of table four."""
    return tuple(column_item(c.id, c.label) for c in get_format(format_ids()[-1]).t4.columns)


@cache
def remedy_groups() -> tuple[ColumnItem, ...]:
    """The three groups of table four."""
    words = {
        "review": ("复议", "行政复议情况"),
        "direct": ("未经复议", "直接起诉", "未经行政复议直接起诉"),
        "after_review": ("复议后", "经复议后起诉", "行政复议后起诉"),
    }
    return tuple(
        ColumnItem(group.id, _variants((group.label, *words.get(group.id, ()))))
        for group in get_format(format_ids()[-1]).t4.groups
    )


@cache
def catalogue() -> tuple[Item, ...]:
    """Every line of tables two and three of every format, each once."""
    items: dict[tuple[str, str], Item] = {}
    for format_id in format_ids():
        for item in (*proactive_items(format_id), *request_items(format_id)):
            items.setdefault((item.table, item.name), item)
    return tuple(items.values())


@cache
def _all_columns() -> tuple[ColumnItem, ...]:
    found: dict[str, ColumnItem] = {}
    for format_id in format_ids():
        for columns in proactive_columns(format_id).values():
            for column in columns:
                found.setdefault(column.name + column.variants[0], column)
    for column in (*request_columns(), *remedy_columns(), *remedy_groups()):
        found.setdefault(column.name + column.variants[0], column)
    return tuple(found.values())


@cache
def _head_variants() -> frozenset[str]:
    texts = {label(word).core for word in _HEAD_WORDS}
    texts |= {variant for column in _all_columns() for variant in column.variants}
    texts |= {label(text).core for text in ("行政诉讼", "第二十条")}
    return frozenset(texts)


LONGEST = 90


@lru_cache(maxsize=16384)
def resembles(parts: Label) -> Mapping[str, float]:
    """Which lines of the forms a label may be: “t3:new” → 0…1, only those alike enough."""
    found: dict[str, float] = {}
    if not parts.core or len(parts.core) > LONGEST:
        return found
    texts = {parts.core, parts.bare}
    chars = set(parts.core)
    for item in catalogue():
        best = 0.0
        for variant in item.variants:
            if len(chars.intersection(variant)) * 2 < min(len(chars), len(variant)):
                continue
            for text in texts:
                best = max(best, alike(text, variant))
        if best >= ALIKE:
            found[f"{item.table}:{item.name}"] = best
    return found


@lru_cache(maxsize=16384)
def is_head(parts: Label) -> bool:
    """Whether a label is one of the words in the tables' heads (columns, groups, the corner)."""
    if parts.core in _head_variants():
        return True
    return len(parts.core) >= 8 and any(
        len(word) >= 8 and alike(parts.core, word) > 0.75 for word in _head_variants()
    )


@lru_cache(maxsize=16384)
def best_column(text: str, columns: tuple[ColumnItem, ...], least: float = 0.66) -> str | None:
    """The column a head names, when one is clearly the nearest."""
    parts = label(text)
    if not parts.core or len(parts.core) > LONGEST:
        return None
    scores = sorted(
        (
            (
                max(alike(form, v) for v in column.variants for form in {parts.core, parts.bare}),
                column.name,
            )
            for column in columns
        ),
        reverse=True,
    )
    best, name = scores[0]
    if best < least or (len(scores) > 1 and scores[1][0] == best and scores[1][1] != name):
        return None
    return name
