"""网站设置: what the disclosure office chooses for the whole public site. One row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

ONLY = 1
"""The key of the one row there is."""


class Theme(models.TextChoices):
    """The themes that are shipped (gongkai/static/gongkai/themes)."""

    BLUE = "blue", "蓝色"
    RED = "red", "红色"


class SitePreferences(models.Model):
    """The choices of the office; where a field is empty the environment's setting stands.

    Colours are "#rrggbb" and were checked for contrast when they were saved. `blocks` are the
    parts of the start page in their order; an empty list means all of them in the usual order.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)

    name = models.CharField("网站名称", max_length=40, blank=True)
    superior_name = models.CharField("上级门户名称", max_length=40, blank=True)
    superior_url = models.URLField("上级门户网址", max_length=200, blank=True)

    theme = models.CharField("主题", max_length=8, choices=Theme.choices, blank=True)
    brand = models.CharField("主色（浅色页面）", max_length=7, blank=True)
    brand_dark = models.CharField("主色（深色页面）", max_length=7, blank=True)
    accent = models.CharField("强调色（浅色页面）", max_length=7, blank=True)
    accent_dark = models.CharField("强调色（深色页面）", max_length=7, blank=True)
    emblem = models.BinaryField("标识", null=True, blank=True)
    emblem_type = models.CharField("标识类型", max_length=16, blank=True, editable=False)

    operator = models.CharField("主办单位", max_length=60, blank=True)
    contact = models.CharField("网站联系电话", max_length=60, blank=True)
    code = models.CharField("网站标识码", max_length=12, blank=True)
    icp = models.CharField("ICP备案编号", max_length=40, blank=True)
    police = models.CharField("公安机关备案号", max_length=40, blank=True)
    conac_url = models.URLField("党政机关网站标识网址", max_length=300, blank=True)
    faults_url = models.URLField("“我为政府网站找错”网址", max_length=300, blank=True)

    notice = models.CharField("通知条", max_length=160, blank=True)
    notice_url = models.CharField("通知条链接", max_length=300, blank=True)
    notice_until = models.DateField("通知条显示至", null=True, blank=True)
    blocks = models.JSONField("首页版块", default=list, blank=True)

    updated_at = models.DateTimeField("最近修改", auto_now=True)

    class Meta:
        verbose_name = "网站设置"
        verbose_name_plural = "网站设置"
        constraints = [
            models.CheckConstraint(condition=Q(id=ONLY), name="portal_preferences_single"),
            models.CheckConstraint(
                condition=Q(theme__in=["", *Theme.values]), name="portal_preferences_theme"
            ),
        ]

    def __str__(self) -> str:
        return "网站设置"
