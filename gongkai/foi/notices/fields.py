"""Fields that the system fills in, in every notice: what templates may call besides a kind's own.

Templates call fields by Chinese names, which is what the officers who edit them read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gongkai.foi.notices.kinds import FILE, ORGAN, THIRD_PARTY, NoticeKind

NUMBER, DATE, SEAL, REMEDY, ISSUER = "文号", "成文日期", "印章", "救济告知", "发文机关"
ADDRESSEE, YOU, WISH, CONTACT = "收件人", "称谓", "申请内容", "联系方式"


@dataclass(frozen=True)
class AutoField:
    """What the system knows: the name in templates, what it is, and a fictitious sample."""

    name: str
    help: str
    sample: str
    lines: bool = False


_SAMPLE_REMEDY: Final = (
    "如不服本决定，可以自收到本告知书之日起60日内向义马市人民政府申请行政复议，"
    "或者自收到本告知书之日起6个月内向义马市人民法院提起行政诉讼。"
)

AUTO: Final[Mapping[str, AutoField]] = {
    field.name: field
    for field in (
        AutoField(ISSUER, "发文机关全称。", "义马市示例局"),
        AutoField("文书名称", "这一文书的名称。", "政府信息公开告知书"),
        AutoField(NUMBER, "文号，印发时编排，草稿中为空号。", "义示公复〔2026〕3号"),
        AutoField(ADDRESSEE, "申请人、第三方或者其他机关的名称。", "张示例"),
        AutoField(YOU, "对收件人的称呼：个人为“您”，单位为“你单位”。", "您"),
        AutoField("申请编号", "申请登记编号。", "〔2026〕12号"),
        AutoField("收到日期", "收到申请之日（条例第三十一条）。", "2026年3月6日"),
        AutoField("收到方式", "申请提交的渠道。", "通过互联网"),
        AutoField(
            "收到依据",
            "为什么这一天是收到申请之日。",
            "网上提交的申请，以双方确认之日为收到申请之日（条例第三十一条第三项）",
        ),
        AutoField("申请时间", "申请到达的日期。", "2026年3月5日"),
        AutoField(WISH, "申请人的原话。", "请公开义马市示例小学2025年度经费收支情况。", lines=True),
        AutoField(
            "办理经过",
            "补正、延期、征求意见、收费的日期，没有的为空。",
            "办理过程中，本机关于2026年3月10日告知补正，于2026年3月18日收到补正内容。",
        ),
        AutoField("答复期限", "按现有办理过程计算的答复期限。", "2026年4月3日"),
        AutoField("法律依据", "处理结果所依据的条款。", "《条例》第三十六条第二项"),
        AutoField("处理结果", "处理结果的名称。", "予以公开"),
        AutoField(REMEDY, "行政复议和行政诉讼的告知，按处理结果和日期确定。", _SAMPLE_REMEDY),
        AutoField(
            CONTACT,
            "工作机构、电话、地址。",
            "联系人：义马市示例局办公室；联系电话：0398-0000000；地址：义马市示例路1号",
        ),
        AutoField(DATE, "印发日期。", "2026年4月2日"),
        AutoField(SEAL, "印章的位置，应放在成文日期所在的段落里。", ""),
        AutoField("第三方答复天数", "第三方提出意见的工作日数（条例第三十二条）。", "15"),
        AutoField("机关答复天数", "其他机关提出意见的工作日数（条例第三十四条）。", "15"),
        AutoField("缴费天数", "缴纳信息处理费的工作日数。", "20"),
        AutoField(
            "缴费后期限",
            "缴费对答复期限的影响，由系统设置决定。",
            "本机关自您完成缴费次日起重新计算答复期限。",
        ),
    )
}
"""Every automatic field by its name."""

_NOT_FOR_OTHERS: Final = frozenset({WISH, "收到方式", "收到依据", "申请时间", "办理经过"})
"""What a third party need not know: no more of the applicant than needed (Article 32)."""


def auto_fields(kind: NoticeKind) -> Mapping[str, AutoField]:
    """The automatic fields that a template of this kind may call."""
    if kind.addressee == THIRD_PARTY:
        return {name: one for name, one in AUTO.items() if name not in _NOT_FOR_OTHERS}
    return AUTO


def names_of(kind: NoticeKind) -> frozenset[str]:
    """Every field that a template of this kind may call."""
    return frozenset(auto_fields(kind)) | {one.name for one in kind.fields}


def required_in_template(kind: NoticeKind) -> tuple[str, ...]:
    """The fields without which a template is refused, because the paper would lack what the law
    or GB/T 9704 wants on it: issuer, number, addressee, date, remedies, and what the officer must
    fill in."""
    needed = [ISSUER, ADDRESSEE]
    if kind.addressee != FILE:
        needed += [DATE, CONTACT]
    if kind.numbered:
        needed.append(NUMBER)
    if kind.carries_remedy and kind.addressee != ORGAN:
        needed.append(REMEDY)
    needed += [one.name for one in kind.fields if not one.optional]
    return tuple(needed)


def sample_values(kind: NoticeKind) -> dict[str, str]:
    """Fictitious values for a preview."""
    values = {name: one.sample for name, one in auto_fields(kind).items()}
    values["文书名称"] = kind.title
    if kind.addressee == ORGAN:
        values |= {ADDRESSEE: "义马市示例委员会", YOU: "贵单位"}
    elif kind.addressee == THIRD_PARTY:
        values |= {ADDRESSEE: "义马市示例建筑有限公司", YOU: "你单位"}
    if not kind.numbered:
        values[NUMBER] = ""
    if not kind.carries_remedy:
        values[REMEDY] = ""
    return values | {one.name: one.sample for one in kind.fields}
