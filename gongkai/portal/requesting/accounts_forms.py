"""The forms of an applicant's account. What is right and wrong is said by `foi.services.accounts`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongkai.foi.services import accounts
from gongkai.foi.services.accounts import Contact, UnfitContact
from gongkai.portal.requesting.forms import CitizenForm, line


def secret(label: Any, help_text: Any = "", *, new: bool = False) -> forms.CharField:
    """A password; never shown again, also when the page comes back."""
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "new-password" if new else "current-password"}
        ),
        error_messages={"null_characters_not_allowed": _("文字里有不能保存的字符，请删去。")},
    )


class ContactForm(CitizenForm):
    """One contact. `website` is no field of the form: people do not see it."""

    to_send = True
    contact = line(_("电子邮箱"), autocomplete="username", inputmode="email")
    website = forms.CharField(required=False)
    begun = forms.CharField(required=False)
    answer = line(_("请写出答案，证明您不是程序"), autocomplete="off", inputmode="numeric")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = accounts.ways()
        if len(ways) > 1:
            self.fields["contact"].label = _("电子邮箱或者手机号码")
            self.fields["contact"].widget.attrs["inputmode"] = "text"
        elif ways == ("sms",):
            self.fields["contact"].label = _("手机号码")
            self.fields["contact"].widget.attrs["inputmode"] = "tel"

    def clean_contact(self) -> Contact:
        typed = str(self.cleaned_data["contact"])
        if not typed:
            raise forms.ValidationError(
                _("请填写%(label)s。"), params={"label": self.fields["contact"].label}
            )
        try:
            return accounts.read_contact(typed, to_send=self.to_send)
        except UnfitContact:
            raise forms.ValidationError(
                _("请核对：邮箱应像 name@example.cn，手机号码为11位数字。")
                if "sms" in accounts.ways()
                else _("请核对：邮箱应像 name@example.cn。")
            ) from None


class SignInForm(ContactForm):
    to_send = False
    password = secret(_("密码"))

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if not cleaned.get("password") and "password" not in self.errors:
            self.add_error("password", _("请填写密码。"))
        return cleaned


class CodeForm(CitizenForm):
    code = line(
        _("验证码"),
        _("6位数字，30分钟内有效"),
        autocomplete="one-time-code",
        inputmode="numeric",
    )

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(_("请填写验证码。"))
        return code


class NewPasswordForm(CitizenForm):
    new = secret(_("新密码"), _("至少10个字符，不要只用数字，不要用常见的密码"), new=True)
    again = secret(_("再写一遍新密码"), new=True)

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})
        if self.errors:
            return cleaned
        if not cleaned["new"]:
            self.add_error("new", _("请填写新密码。"))
        elif cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("两次写的密码不一样，请重新填写。"))
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    password = secret(_("现在的密码"))
    field_order = ("password", "new", "again")


class ChangeContactForm(ContactForm):
    password = secret(_("密码"), _("更换联系方式要再核对一次密码"))


class CloseForm(CitizenForm):
    password = secret(_("密码"))
    sure = forms.BooleanField(
        label=_("我知道注销以后账号和联系方式会被删除，不能恢复"),
        error_messages={"required": _("请勾选确认后再注销。")},
    )
