"""Forms of the calendar's screens."""

from django import forms

from gongkai.organs.staff_views import StaffForm
from gongkai.workdays.services import MOST_CHARACTERS, YEARS


class NoticeForm(StaffForm):
    """The text of a notice, to be previewed."""

    text = forms.CharField(
        label="通知的标题和正文",
        help_text="把国务院办公厅关于部分节假日安排的通知连同标题一起粘贴在这里。",
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=MOST_CHARACTERS,
        strip=False,
        error_messages={"max_length": "文字太长，不像一份放假通知。请只粘贴通知的标题和正文。"},
    )
    year = forms.IntegerField(
        label="年度",
        help_text="通知里写明了年度的，不必填写。",
        required=False,
        min_value=YEARS.start,
        max_value=YEARS.stop - 1,
    )


class AcceptForm(NoticeForm):
    """The previewed text, unchanged, with the version of the calendar that the person saw."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    override_reason = forms.CharField(
        label="仍然接受的理由",
        help_text="有问题的通知，写明理由才能接受；理由记入台账。",
        required=False,
        max_length=300,
    )
