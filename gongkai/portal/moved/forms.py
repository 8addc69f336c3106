"""Forms of the moved addresses: they read what was typed, the services judge and save it."""

from __future__ import annotations

from django import forms

from gongkai.organs.staff_views import StaffForm


class MoveForm(StaffForm):
    """One address by hand."""

    path = forms.CharField(
        label="旧网址",
        max_length=1_000,
        help_text="从旧网站或者网友收藏里复制，有没有域名都可以，例如 /art/2020/3/5/art_12_345.html。",
    )
    target = forms.CharField(
        label="现网址",
        max_length=1_000,
        help_text="本站的网址，从“/”开始，例如 /info/123/。",
    )
    below = forms.BooleanField(
        label="包括下级网址",
        required=False,
        help_text="整个目录换了位置时选用：旧网址下面的每个网址都转到现网址下面的同名网址。",
    )
    note = forms.CharField(label="说明", max_length=120, required=False)


class ConfirmForm(StaffForm):
    """Nothing to fill in."""
