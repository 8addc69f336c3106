"""The form of the site's preferences: it reads what was typed, the service judges and saves it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gongkai.guard.files import FileRefused
from gongkai.organs.staff_views import StaffForm
from gongkai.portal import emblems, preferences
from gongkai.portal.models import SitePreferences, Theme
from gongkai.portal.services.preferences import FIELDS

UNSET = "留空：按服务器设置"


class PreferencesForm(StaffForm):
    """Everything on one page, in groups."""

    name = forms.CharField(
        label="网站名称",
        max_length=40,
        required=False,
        help_text="应当与全国政府网站信息报送系统登记的名称一致。",
    )
    superior_name = forms.CharField(
        label="上级门户名称",
        max_length=40,
        required=False,
        help_text="页面顶部的链接，例如“河南省人民政府”。",
    )
    superior_url = forms.URLField(label="上级门户网址", required=False, assume_scheme="https")

    theme = forms.ChoiceField(label="主题", required=False, choices=[("", UNSET), *Theme.choices])
    brand = forms.CharField(
        label="主色（浅色页面）",
        max_length=7,
        required=False,
        help_text="例如#1d4f91。用于导航、链接和按钮，对比度不足4.5:1的不能保存。留空：用主题的颜色。",
    )
    brand_dark = forms.CharField(
        label="主色（深色页面）",
        max_length=7,
        required=False,
        help_text="留空：由浅色页面的主色自动调亮。",
    )
    accent = forms.CharField(
        label="强调色（浅色页面）",
        max_length=7,
        required=False,
        help_text="只用于紧要的提示。留空：用主题的颜色。",
    )
    accent_dark = forms.CharField(label="强调色（深色页面）", max_length=7, required=False)
    emblem = forms.FileField(
        label="标识",
        required=False,
        help_text="SVG或者PNG，不超过100 KB，接近正方形。SVG中只保留图形，文字请先转为路径。",
        widget=forms.FileInput(attrs={"accept": ".svg,.png"}),
    )
    drop_emblem = forms.BooleanField(label="恢复系统自带的标识", required=False)

    operator = forms.CharField(label="主办单位", max_length=60, required=False)
    contact = forms.CharField(
        label="网站联系电话",
        max_length=60,
        required=False,
        help_text="与网站有关的电话，工作时间要有人接听。",
    )
    code = forms.CharField(label="网站标识码", max_length=12, required=False)
    icp = forms.CharField(label="ICP备案编号", max_length=40, required=False)
    police = forms.CharField(label="公安机关备案号", max_length=40, required=False)
    conac_url = forms.URLField(
        label="党政机关网站标识网址",
        required=False,
        assume_scheme="https",
        help_text="党政机关网站标识管理系统（bszs.conac.cn）给出的网址。",
    )
    faults_url = forms.URLField(
        label="“我为政府网站找错”网址",
        required=False,
        assume_scheme="https",
        help_text="国家平台为本站给出的网址。",
    )

    notice = forms.CharField(
        label="通知条", max_length=160, required=False, help_text="显示在每一页顶部，例如改版公告。"
    )
    notice_url = forms.CharField(
        label="通知条链接",
        max_length=300,
        required=False,
        help_text="本站的路径（以“/”开头）或者政府网站的网址。",
    )
    notice_until = forms.DateField(
        label="通知条显示至",
        required=False,
        widget=forms.DateInput(),
        help_text="这一天过后不再显示。",
    )
    blocks = forms.CharField(
        label="首页版块",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    GROUPS = (
        ("网站", ("name", "superior_name", "superior_url")),
        (
            "外观",
            ("theme", "brand", "brand_dark", "accent", "accent_dark", "emblem", "drop_emblem"),
        ),
        (
            "页脚",
            ("operator", "contact", "code", "icp", "police", "conac_url", "faults_url"),
        ),
        ("通知条", ("notice", "notice_url", "notice_until")),
        ("首页", ("blocks",)),
    )

    def __init__(self, *args: Any, row: SitePreferences | None = None, **kwargs: Any) -> None:
        initial = {name: getattr(row, name) for name in FIELDS} if row is not None else {}
        initial["blocks"] = blocks_as_text(initial.get("blocks") or list(preferences.BLOCKS))
        initial["seen"] = row.updated_at.isoformat() if row is not None else ""
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        theme = self.fields["theme"]
        assert isinstance(theme, forms.ChoiceField)
        theme.choices = [("", UNSET), *Theme.choices]
        names = "、".join(str(label) for label in preferences.BLOCKS.values())
        self.fields[
            "blocks"
        ].help_text = f"一行一个，从上到下就是首页的顺序；删去的不显示。可用：{names}。"

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def clean_blocks(self) -> list[str]:
        """The names of the parts in their order; all in the usual order is the same as none."""
        known = {str(label): name for name, label in preferences.BLOCKS.items()}
        lines = [line.strip() for line in self.cleaned_data["blocks"].splitlines()]
        found = []
        for line in filter(None, lines):
            if line not in known:
                raise ValidationError(f"没有“{line}”这个版块，请从上面列出的名称中选择。")
            found.append(known[line])
        if not found:
            raise ValidationError("首页至少要有一个版块。")
        return [] if found == list(preferences.BLOCKS) else found

    def clean_emblem(self) -> emblems.Emblem | None:
        upload = self.cleaned_data["emblem"]
        if not upload:
            return None
        try:
            return emblems.read(upload)
        except FileRefused as refusal:
            raise ValidationError(str(refusal)) from None


def blocks_as_text(names: list[str]) -> str:
    """The parts by their words, one a line."""
    return "\n".join(str(preferences.BLOCKS[name]) for name in names if name in preferences.BLOCKS)
