"""The plain table: one heading row, a column for everything that an entry holds.

The headings are those of the packaged catalogue (item_code, level1, …); the Chinese ones are
understood as well. `;` separates lists, 1 and 0 are truth values.
"""

from __future__ import annotations

import re
from typing import Any, Final

from gongkai.catalogue.exchange.channels import read_channels
from gongkai.organs import imports
from gongkai.statute.duties import CYCLE_LABELS

DAY_TYPES: Final = {"workday": "工作日", "calendar": "日"}
SPECIFIC: Final = "特定群体"
_BY = re.compile(r"(?:(?:0?[1-9]|1[0-2])-)?(?:0?[1-9]|[12]\d|3[01])")


def _channels(value: Any) -> list[str]:
    return read_channels(imports.text(lines=True)(value))


def _specific(value: Any) -> str:
    text = str(imports.text(120)(value))
    try:
        return SPECIFIC if imports.boolean(value) else ""
    except ValueError:
        return text


def _by(value: Any) -> str:
    text = str(imports.text(5)(value))
    if not _BY.fullmatch(text):
        raise ValueError(f"“{text}”不是周期内截止日，请写成 09-30（月-日）或 10（日）。")
    return text


_DAY_TYPE = imports.choice(DAY_TYPES.items(), 自然日="calendar", 天="calendar", 日历日="calendar")
_CYCLE = imports.choice(
    [(str(cycle), label) for cycle, label in CYCLE_LABELS.items()],
    每季="quarterly",
    每年度="yearly",
    按月="monthly",
    长期="long_term",
)

PLAIN_COLUMNS: Final = (
    imports.Column("code", "事项编码", ("item_code",), required=True, parse=imports.text(40),
                   example="YWJY-001"),
    imports.Column("field_code", "领域代码", (), required=True, parse=imports.text(12),
                   help="没有这个领域时按“领域”一列新增", example="YWJY"),
    imports.Column("field", "领域", ("领域名称",), parse=imports.text(40), default="",
                   example="义务教育"),
    imports.Column("seq", "序号", (), parse=imports.integer(1, 100000), example="1"),
    imports.Column("level1", "一级事项", (), required=True, parse=imports.text(200, lines=True),
                   example="政策文件"),
    imports.Column("level2", "二级事项", (), parse=imports.text(200, lines=True), default="",
                   example="本级规范性文件"),
    imports.Column("elements", "公开内容（要素）", ("公开要素",), default="",
                   parse=imports.text(4000, lines=True), help="用顿号或分号分隔各要素",
                   example="文件全文、有效性、解读"),
    imports.Column("basis", "公开依据", (), parse=imports.text(4000, lines=True), default="",
                   example="政府信息公开条例"),
    imports.Column("time_limit_text", "公开时限", (), parse=imports.text(300, lines=True),
                   default="", example="信息形成或者变更之日起20个工作日内"),
    imports.Column("limit_days", "时限天数", (), parse=imports.integer(1, 3660),
                   help="留空时从“公开时限”读出", example="20"),
    imports.Column("day_type", "天数种类", (), parse=_DAY_TYPE, default="", help="工作日或日",
                   example="工作日"),
    imports.Column("trigger", "起算事由", (), parse=imports.text(60), default="",
                   example="信息形成或变更"),
    imports.Column("cycle", "周期", ("更新周期",), parse=_CYCLE,
                   help="、".join(CYCLE_LABELS.values()), example="事件触发"),
    imports.Column("cycle_by", "周期内截止日", (), parse=_by, default="",
                   help="例如 09-30、每月的 10"),
    imports.Column("notice_days", "公示天数", (), parse=imports.integer(1, 366),
                   help="公示至少几个工作日"),
    imports.Column("subject", "公开主体", ("责任主体",), parse=imports.text(200, lines=True),
                   default="", example="教育行政部门"),
    imports.Column("channels", "公开渠道和载体", ("公开渠道",), parse=_channels, default=None,
                   help="用分号分隔", example="政府网站;公开查阅点"),
    imports.Column("audience_all", "全社会", (), parse=imports.boolean, default=True, example="1"),
    imports.Column("audience_specific", "特定群体", (), parse=_specific, default="",
                   help="1，或者群体名称", example="0"),
    imports.Column("mode_proactive", "主动", ("主动公开",), parse=imports.boolean, default=True,
                   example="1"),
    imports.Column("mode_on_request", "依申请", ("依申请公开",), parse=imports.boolean,
                   default=False, example="0"),
    imports.Column("level_county", "县级", (), parse=imports.boolean, default=True, example="1"),
    imports.Column("level_township", "乡级", ("乡镇级",), parse=imports.boolean, default=False,
                   example="0"),
    imports.Column("pii_risk", "个人信息风险", (), parse=imports.text(20), default="",
                   example="无"),
    imports.Column("pii_rule", "个人信息处理规则", (), parse=imports.text(200, lines=True), default=""),
    imports.Column("coverage_test", "覆盖判定", (), parse=imports.text(200, lines=True), default=""),
    imports.Column("confidence", "核对情况", (), parse=imports.text(120, lines=True), default=""),
)  # fmt: skip
"""Heading by heading what the plain table holds."""

HEADS: Final = tuple(
    "item_code" if column.name == "code" else column.name for column in PLAIN_COLUMNS
)
