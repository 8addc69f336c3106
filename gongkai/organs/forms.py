"""Forms of the screens of this room. They check shapes; the services decide."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from gongkai.ledger.models import SITE_CHAIN
from gongkai.organs import policy, queries
from gongkai.organs.models import Membership, Organ, Role, User
from gongkai.organs.services.tree import DETAILS
from gongkai.organs.staff_views import OrganChoiceField, StaffForm, StaffModelForm
from gongkai.organs.staff_views.forms import MANY_ORGANS, OrganTextWidget


class OrganDetailsForm(StaffModelForm):
    """The details of a body."""

    class Meta:
        model = Organ
        fields = DETAILS
        help_texts = {
            "short_name": "列表和图表中使用，例如：市公安局。",
            "credit_code": "18位。",
            "vertical": "由上级主管部门垂直管理的机构（第三条），不计入本级政府汇总。",
            "office_name": "政府信息公开工作机构（第四条），例如：办公室。",
            "responsible_person": "工作机构负责人，批准延期答复（第三十三条）。",
            "phone": "对外公布的咨询电话。",
        }


class OrganCreateForm(OrganDetailsForm):
    """A new body: where it stands and what its code is."""

    parent = OrganChoiceField(action="organs.manage", label="上级机构")

    class Meta(OrganDetailsForm.Meta):
        fields = ("parent", "code", *DETAILS)
        help_texts = {
            **OrganDetailsForm.Meta.help_texts,
            "code": "建立后不能更改。用数字、大写字母和连字符，例如 411281-003。",
        }

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        if user is not None and user.is_superuser:
            self.fields["parent"].required = False
            self.fields["parent"].help_text = "不选择上级，就是最高一级机构。"


class MoveForm(StaffForm):
    """The new superior."""

    parent = OrganChoiceField(action="organs.manage", label="新的上级机构")


class AbolishForm(StaffForm):
    """When, and who goes on."""

    on = forms.DateField(
        label="撤销日期", help_text="从这一天起，机构不再存在。", widget=forms.DateInput()
    )
    successor = OrganChoiceField(
        action="organs.view",
        label="承继机构",
        required=False,
        help_text="接收其职权的机构；没有则不选。",
    )


class UserCreateForm(StaffForm):
    """A new account."""

    organ = OrganChoiceField(action="staff.manage", label="所属机构")
    display_name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(
        label="用户名", max_length=150, help_text="登录时使用，例如姓名的拼音。"
    )
    email = forms.EmailField(label="电子邮箱", required=False, help_text="用于找回密码。")
    password = forms.CharField(
        label="初始密码",
        help_text="至少10位，不能全是数字。请当面告知本人，并请其登录后修改。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )


class UserEditForm(StaffForm):
    """The account's particulars."""

    organ = OrganChoiceField(action="staff.manage", label="所属机构")
    display_name = forms.CharField(label="姓名", max_length=60)
    email = forms.EmailField(label="电子邮箱", required=False, help_text="用于找回密码。")


class PasswordForm(StaffForm):
    """A new password for somebody else."""

    password = forms.CharField(
        label="新密码",
        help_text="至少10位，不能全是数字。请当面告知本人，并请其登录后修改。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )


class GrantForm(StaffForm):
    """A role in a body."""

    organ = OrganChoiceField(action="staff.grant", label="机构")
    role = forms.ChoiceField(
        label="角色",
        choices=(("", "请选择"), *Role.choices),
        help_text="系统管理员、安全保密管理员、安全审计员须由不同人员担任，不能兼任其他角色。",
    )
    started_on = forms.DateField(label="任职起", widget=forms.DateInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_on"].initial = timezone.localdate()


class AppointForm(GrantForm):
    """A role in a given body for somebody to be chosen."""

    person = forms.CharField(label="人员", help_text="填写用户名；账号由系统管理员建立。")
    field_order = ("person", "role", "started_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["organ"]

    def clean_person(self) -> User:
        name = self.cleaned_data["person"].strip()
        found = queries.users_for(self.user, "staff.view").filter(username=name).first()
        if found is None:
            raise forms.ValidationError(
                f"没有用户名为“{name}”的人员，或不在您管理的范围内。请核对，或先由系统管理员建立账号。"
            )
        return found


class PersonChoiceField(forms.ModelChoiceField):
    """One person of those given by `offer`: a list, or above MANY_ORGANS a box with suggestions.

    The value is the user name; in the box "user name name" may be typed.
    """

    default_error_messages: ClassVar[dict[str, str]] = {
        "invalid_choice": "没有这个人，或者不在可以选择的范围内。请填写用户名，或从列表中选择。",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), to_field_name="username", **kwargs)

    def offer(self, people: QuerySet[User]) -> None:
        """Offer these people."""
        self.queryset = people
        if people.count() > MANY_ORGANS:
            widget = OrganTextWidget(attrs=self.widget_attrs(OrganTextWidget()))
            widget.is_required = self.required
            widget.choices = self.widget.choices
            self.widget = widget

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().split(" ")[0]
        return super().to_python(value)

    def label_from_instance(self, obj: Any) -> str:
        where = f"（{obj.organ.label}）" if obj.organ is not None else ""
        if isinstance(self.widget, OrganTextWidget):
            return f"{obj.username} {obj}{where}"
        return f"{obj}{where}"


class DeputyForm(StaffForm):
    """Who acts for `principal` in one of his roles, from when until when."""

    seat = forms.ModelChoiceField(queryset=Membership.objects.none(), label="委托的角色")
    deputy = PersonChoiceField(
        label="代理人",
        help_text="本机关或上级机构的人员；系统管理员、安全保密管理员、安全审计员除外。",
    )
    first_day = forms.DateField(label="代理起", widget=forms.DateInput())
    last_day = forms.DateField(
        label="代理止", help_text="含当天，到期自动失效；一次不超过一年。", widget=forms.DateInput()
    )
    reason = forms.CharField(label="事由", max_length=200, help_text="例如：出差、休假、学习。")

    def __init__(self, *args: Any, principal: User, seats: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(seats)
        seat = self.fields["seat"]
        seat.queryset = seats
        seat.label_from_instance = lambda m: f"{m.organ.label} · {m.get_role_display()}"
        if len(listed) == 1:
            seat.initial, seat.empty_label = listed[0].pk, None
        people = queries.possible_deputies([membership.organ for membership in listed])
        self.fields["deputy"].offer(people.exclude(pk=principal.pk))
        self.fields["first_day"].initial = timezone.localdate()


class AccountForm(StaffForm):
    """One's own account."""

    email = forms.EmailField(label="电子邮箱", required=False, help_text="用于找回密码。")
    old_password = forms.CharField(
        label="当前密码",
        required=False,
        help_text="只在更换密码时填写。",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )
    new_password = forms.CharField(
        label="新密码",
        required=False,
        help_text="至少10位，不能全是数字。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    repeated = forms.CharField(
        label="再次输入新密码",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("new_password", "") != data.get("repeated", ""):
            self.add_error("repeated", "两次输入的新密码不一致，请重新输入。")
        return data


class ConfirmForm(StaffForm):
    """Nothing to fill in: yes or no."""


class VerifyForm(StaffForm):
    """Which chain of the ledger to check."""

    chain = forms.ChoiceField(label="台账链", help_text="每个机构一条链；平台公共事项在“site”链。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = list(queries.chains_for(self.user).values_list("name", flat=True))
        organs = dict(
            policy.organs_for(self.user, "ledger.view").values_list("code", "name").order_by("code")
        )
        self.fields["chain"].choices = [
            (name, "site 平台公共事项" if name == SITE_CHAIN else f"{name} {organs.get(name, '')}")
            for name in names
        ]
