"""The five registers, described once: for import, templates, forms, lists and addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from gongkai.organs.imports import Column, choice, day, decimal, text
from gongkai.registers.models import (
    ActItem,
    Decision,
    DecisionKind,
    DocumentKind,
    FeeIncome,
    ItemKind,
    NormativeDocument,
    ProcurementProject,
    RegisterRecord,
)

ORGAN = "organ"
ITEM = "item"


@dataclass(frozen=True)
class Register:
    """One register.

    `number` is the field that names a record within its body, `key` what is unique there;
    `fields` may be changed; `texts` and `number` are searched for personal data; a day in
    `happened` cannot lie ahead, and no day in `after` before `begins`.
    """

    name: str
    label: str
    model: type[RegisterRecord]
    number: str
    key: tuple[str, ...]
    fields: tuple[str, ...]
    texts: tuple[str, ...]
    begins: str
    happened: tuple[str, ...]
    after: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def has_item(self) -> bool:
        """Whether a record may name the item it was based on."""
        return ITEM in self.fields

    def label_of(self, field: str) -> str:
        """The heading of a field, as on forms and in files."""
        return str(self.model._meta.get_field(field).verbose_name)  # type: ignore[union-attr]


_ORGAN_COLUMN = Column(
    ORGAN, "机关代码", ("机构代码", "单位代码"), parse=text(32),
    help="留空则为导入时所选的机关", example="411281-003",
)  # fmt: skip
_AMOUNT = decimal(15, 2)

ITEMS: Final = Register(
    name="items",
    label="行政事项",
    model=ActItem,
    number="code",
    key=("kind", "code"),
    fields=("kind", "code", "name", "basis", "valid_from", "valid_until"),
    texts=("name", "basis"),
    begins="valid_from",
    happened=(),
    after=("valid_until",),
    columns=(
        _ORGAN_COLUMN,
        Column(
            "kind", "类别", ("事项类别", "事项类型"), required=True,
            parse=choice(ItemKind.choices, 许可="permit", 处罚="penalty", 强制="coercion",
                         收费="fee", 其他对外管理服务="service"),
            help="、".join(ItemKind.labels), example="行政许可",
        ),
        Column("code", "事项编码", ("编码", "项目编码"), required=True, parse=text(100),
               help="同一机关同一类别内不重复", example="000113002000"),
        Column("name", "事项名称", ("名称", "项目名称"), required=True, parse=text(300),
               example="食品经营许可"),
        Column("basis", "设定依据", ("依据", "实施依据"), parse=text(1000), default="",
               example="《中华人民共和国食品安全法》第三十五条"),
        Column("valid_from", "生效日期", ("起始日期", "启用日期"), required=True, parse=day,
               example="2019-01-01"),
        Column("valid_until", "失效日期", ("终止日期", "取消日期"), parse=day,
               help="最后有效的一天；仍有效的留空"),
    ),
)  # fmt: skip

DECISIONS: Final = Register(
    name="decisions",
    label="处理决定",
    model=Decision,
    number="document_number",
    key=("kind", "document_number"),
    fields=("kind", "document_number", "title", "decided_on", "item"),
    texts=("title",),
    begins="decided_on",
    happened=("decided_on",),
    after=(),
    columns=(
        _ORGAN_COLUMN,
        Column(
            "kind", "类别", ("决定类别", "决定类型"), required=True,
            parse=choice(DecisionKind.choices, 许可="permit", 处罚="penalty", 强制="coercion",
                         其他对外管理服务="service"),
            help="、".join(DecisionKind.labels), example="行政处罚",
        ),
        Column("document_number", "决定文号", ("文号", "决定书文号", "处罚决定书文号", "许可文号"),
               required=True, parse=text(100), help="同一机关同一类别内不重复",
               example="义市监罚〔2020〕1号"),
        Column("title", "决定名称", ("案由", "名称", "事由"), parse=text(300), default="",
               help="不得写当事人姓名、证件号码", example="未按规定明码标价案"),
        Column("decided_on", "决定日期", ("作出日期", "作出决定日期"), required=True, parse=day,
               example="2020-03-05"),
        Column(ITEM, "事项编码", ("所依事项", "事项代码"), parse=text(100), default="",
               help="须已在本机关同类“行政事项”中登记，可不填"),
    ),
)  # fmt: skip

DOCUMENTS: Final = Register(
    name="documents",
    label="规章、规范性文件",
    model=NormativeDocument,
    number="document_number",
    key=("document_number",),
    fields=(
        "kind", "document_number", "title", "issued_on", "published_on", "repealed_on",
        "expires_on",
    ),
    texts=("title",),
    begins="issued_on",
    happened=("issued_on", "published_on"),
    after=("published_on", "repealed_on", "expires_on"),
    columns=(
        _ORGAN_COLUMN,
        Column("kind", "类别", ("文件类别", "文件类型"), required=True,
               parse=choice(DocumentKind.choices, 规范性文件="normative"),
               help="、".join(DocumentKind.labels), example="行政规范性文件"),
        Column("document_number", "发文字号", ("文号", "字号"), required=True, parse=text(100),
               help="同一机关内不重复", example="义政〔2020〕5号"),
        Column("title", "标题", ("文件名称", "名称"), required=True, parse=text(300),
               example="关于进一步优化营商环境的实施意见"),
        Column("issued_on", "制发日期", ("成文日期", "印发日期"), required=True, parse=day,
               example="2020-04-01"),
        Column("published_on", "公开日期", ("发布日期",), parse=day, example="2020-04-03"),
        Column("repealed_on", "废止日期", parse=day, help="自该日起废止；现行有效的留空"),
        Column("expires_on", "有效期届满日期", ("有效期至", "失效日期"), parse=day,
               help="没有有效期的留空"),
    ),
)  # fmt: skip

FEES: Final = Register(
    name="fees",
    label="收费收入",
    model=FeeIncome,
    number="receipt_number",
    key=("receipt_number",),
    fields=("receipt_number", "collected_on", "amount", "item"),
    texts=(),
    begins="collected_on",
    happened=("collected_on",),
    after=(),
    columns=(
        _ORGAN_COLUMN,
        Column("receipt_number", "票据号", ("票据号码", "票号"), required=True, parse=text(100),
               help="同一机关内不重复", example="41280020-000123"),
        Column("collected_on", "收费日期", ("缴款日期", "入库日期"), required=True, parse=day,
               example="2021-06-30"),
        Column("amount", "金额", ("收费金额", "缴款金额"), required=True, parse=_AMOUNT,
               help="单位：元", example="1250.00"),
        Column(ITEM, "收费项目编码", ("事项编码", "项目编码"), parse=text(100), default="",
               help="须已在本机关“行政事项”的行政事业性收费中登记，可不填"),
    ),
)  # fmt: skip

PROJECTS: Final = Register(
    name="projects",
    label="政府集中采购项目",
    model=ProcurementProject,
    number="project_number",
    key=("project_number",),
    fields=("project_number", "title", "contracted_on", "amount"),
    texts=("title",),
    begins="contracted_on",
    happened=("contracted_on",),
    after=(),
    columns=(
        _ORGAN_COLUMN,
        Column("project_number", "项目编号", ("采购编号", "合同编号"), required=True,
               parse=text(100), help="同一机关内不重复", example="义采购〔2020〕12号"),
        Column("title", "项目名称", ("采购项目名称", "名称"), required=True, parse=text(300),
               example="办公设备采购"),
        Column("contracted_on", "合同签订日期", ("签订日期", "合同日期"), required=True, parse=day,
               example="2020-08-20"),
        Column("amount", "合同金额", ("金额", "采购金额"), required=True, parse=_AMOUNT,
               help="单位：元", example="198000.00"),
    ),
)  # fmt: skip

REGISTERS: Final[Mapping[str, Register]] = MappingProxyType(
    {register.name: register for register in (ITEMS, DECISIONS, DOCUMENTS, FEES, PROJECTS)}
)
"""By name, as in addresses and on the command line."""


def register_of(record: RegisterRecord) -> Register:
    """The register that a record stands in."""
    return next(r for r in REGISTERS.values() if isinstance(record, r.model))
