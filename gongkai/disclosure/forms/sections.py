"""The parts of an item's form: which fields stand together, and which are folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Section:
    """A part of the form. Folded parts open where something is filled in or wrong."""

    id: str
    title: str
    fields: tuple[str, ...]
    intro: str = ""
    folded: bool = True


SECTIONS: Final = (
    Section(
        "basic",
        "基本内容",
        ("organ", "title", "column", "formed_on", "body", "attachments", "correction_note"),
        "常用的只有这几项，其余各项可以稍后补填。",
        folded=False,
    ),
    Section(
        "document",
        "公文信息",
        ("document_kind", "genre", "document_number", "registration_number", "issuers"),
        "有发文字号的公文请填写；非公文信息不用填。",
    ),
    Section(
        "classification",
        "分类与目录",
        ("mounts", "topic", "statutory_item", "entries", "keywords", "audience", "summary"),
        "关联标准目录事项后，相应的公开任务自动记为已完成。",
    ),
    Section(
        "validity",
        "变更与效力",
        ("changed_on", "effective_from", "valid_until"),
        "规范性文件须填写施行日期和有效期。",
    ),
    Section(
        "attribute",
        "公开属性",
        ("disclosure_attribute", "exemption", "attribute_reason", "attribute_basis"),
        "公开是常态。不主动公开的，须选择法定情形并写明理由。",
    ),
    Section(
        "interpretation",
        "政策解读",
        ("needs_interpretation", "interpretation_exemption", "interprets", "interpretation_form"),
        "政策文件与解读材料同步发布，最迟不超过3个工作日。",
    ),
    Section(
        "source",
        "信息来源",
        ("source", "source_url", "source_published_at"),
        "转载的信息请写明来源。",
    ),
    Section(
        "schedule",
        "定时发布",
        ("go_live_at", "expire_at"),
        "留空即在审批通过后立即发布。",
    ),
)
