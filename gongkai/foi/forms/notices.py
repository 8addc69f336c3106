"""Forms about notices, their delivery, templates and letterheads."""

from __future__ import annotations

from typing import Any

from django import forms

from gongkai.foi.forms.fields import day
from gongkai.foi.models import Delivery, Letterhead
from gongkai.foi.notices.kinds import APPLICANT, NoticeKind
from gongkai.foi.services.notices import ADDRESSEE, LONGEST, YOU
from gongkai.organs.staff_views import OrganChoiceField, StaffForm

PRONOUNS = [("您", "您"), ("你单位", "你单位"), ("贵单位", "贵单位")]
PROOF_TYPES = ".pdf,.jpg,.jpeg,.png,.ofd"


class DraftField(forms.CharField):
    """Shown as required where the notice cannot go out without it; a draft may leave it open."""

    def validate(self, value: Any) -> None:
        """Nothing: `issue_notice` says what is missing."""


class NoticeFieldsForm(StaffForm):
    """What an officer writes in a notice of one kind; nothing is required before it is issued."""

    def __init__(self, *args: Any, kind: NoticeKind, ask_addressee: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput)
        if ask_addressee:
            self.fields[ADDRESSEE] = DraftField(
                label="收件人",
                max_length=200,
                help_text="姓名或者名称的全称，印在文书开头。",
            )
        self.fields[YOU] = forms.ChoiceField(
            label="称呼", choices=PRONOUNS, help_text="个人用“您”，单位用“你单位”，函件用“贵单位”。"
        )
        for one in kind.fields:
            rows = 5 if one.lines else 2
            self.fields[one.key] = DraftField(
                label=one.name,
                required=not one.optional,
                max_length=LONGEST,
                help_text=f"{one.help}{'可以写多段，每段一行。' if one.lines else ''}",
                widget=forms.Textarea({"rows": rows}),
                error_messages={
                    "max_length": f"“{one.name}”最多{LONGEST}个字，请缩短，或者作为附件。"
                },
            )

    @staticmethod
    def asks_addressee(kind: NoticeKind, known: str) -> bool:
        """Whether the recipient is typed: other bodies always, an applicant when he is unknown."""
        return kind.addressee != APPLICANT or not known


class IssueForm(StaffForm):
    on = day("印发日期", help_text="印在文书上的成文日期，不能晚于今天。")


class ReplaceForm(StaffForm):
    reason = forms.CharField(
        label="替换原因",
        max_length=300,
        help_text="例如“文书中的日期有误”。不得写个人信息。",
        widget=forms.Textarea({"rows": 2}),
    )


class ProofField(forms.FileField):
    """A scan of the receipt."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="送达凭证",
            required=False,
            help_text="送达回证、邮寄回执或者签收截图的扫描件，PDF、JPG、PNG 或者 OFD。",
            widget=forms.ClearableFileInput({"accept": PROOF_TYPES}),
            error_messages={"empty": "文件是空的，请检查后重新选择。"},
            **kwargs,
        )


class DeliveryForm(StaffForm):
    way = forms.ChoiceField(
        label="送达方式",
        choices=Delivery.Way.choices,
        widget=forms.RadioSelect,
        help_text="邮寄应当通过邮政企业，不能使用其他快递（国办公开办函〔2016〕235号）。",
    )
    sent_on = day("发出（交邮）日期", help_text="邮寄的以交邮之日计算答复期限。")
    tracking_number = forms.CharField(
        label="邮件编号", max_length=40, required=False, help_text="邮寄的必须填写。"
    )
    received_on = day(
        "签收日期",
        required=False,
        help_text="当面送达的必须填写，以这一天计算答复期限；邮寄的可以在签收后补登。",
    )
    proof = ProofField()


class SignedForm(StaffForm):
    received_on = day("签收日期", help_text="申请人、第三方自己的期限从这一天起算。")
    proof = ProofField()


class ReturnedForm(StaffForm):
    on = day("退回（拒收）日期")
    reason = forms.CharField(
        label="未送达原因",
        max_length=200,
        help_text="例如“地址不详，退回”。不得写个人信息。",
        widget=forms.Textarea({"rows": 2}),
    )
    proof = ProofField()


class TemplateForm(StaffForm):
    file = forms.FileField(
        label="模板文件",
        help_text="Word 文档（.docx），不超过2 MB。建议先下载现用模板，在它上面修改。",
        widget=forms.ClearableFileInput({"accept": ".docx"}),
        error_messages={"required": "请选择模板文件。", "empty": "文件是空的，请检查后重新选择。"},
    )
    note = forms.CharField(
        label="修改说明", max_length=200, required=False, help_text="改了什么，例如“增加办公时间”。"
    )


class LetterheadForm(StaffForm):
    organ = OrganChoiceField(action="foi.configure")
    valid_from = day("启用日期", help_text="从这一天起印发的文书按这份设置。")
    series = forms.CharField(
        label="文号代字",
        max_length=20,
        help_text="例如“义教公复”，文号即为“义教公复〔2026〕3号”。每年从1号起，不跳号。",
    )
    review_body = forms.CharField(
        label="行政复议机关",
        max_length=120,
        help_text="政府部门的复议机关是本级人民政府；县级以上政府的是上一级人民政府（行政复议法第二十四条）。",
    )
    court = forms.CharField(
        label="有管辖权的人民法院",
        max_length=120,
        help_text="以县级以上地方人民政府为被告的，由中级人民法院管辖（行政诉讼法第十五条）；"
        "跨行政区域管辖的按高级人民法院的规定填写。",
    )
    online_review = forms.CharField(
        label="网上申请复议的地址",
        max_length=200,
        required=False,
        help_text="电子送达的文书应当告知（行政复议法第二十二条第二款），以 https:// 开头。",
    )
    query_remedy = forms.ChoiceField(
        label="行政查询事项的救济告知",
        choices=Letterhead._meta.get_field("query_remedy").choices,
        help_text="条例第三十六条第七项的告知，各地做法不一；默认先告知行政复议，较为稳妥。",
    )
    payee = forms.CharField(
        label="缴费方式",
        max_length=300,
        required=False,
        help_text="信息处理费缴到哪里，收费通知自动带出。",
        widget=forms.Textarea({"rows": 2}),
    )
    seal = forms.FileField(
        label="印章图片",
        required=False,
        help_text="PNG，背景透明，宽高200至2400像素，不超过512 KB。印在发文机关和成文日期上，"
        "直径42毫米。不上传的沿用上一份设置的印章。",
        widget=forms.ClearableFileInput({"accept": "image/png"}),
        error_messages={"empty": "文件是空的，请检查后重新选择。"},
    )
    remove_seal = forms.BooleanField(
        label="不印印章", required=False, help_text="打印后加盖实物印章的，勾选这一项。"
    )


class LetterheadEditForm(LetterheadForm):
    """The body stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["organ"]


class BodyForm(StaffForm):
    """Which body's templates are shown."""

    organ = OrganChoiceField(action="foi.configure")


class ConfirmForm(StaffForm):
    """Nothing to fill in: a button."""
