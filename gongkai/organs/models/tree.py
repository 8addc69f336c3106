"""Public bodies (行政机关) as a tree."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

from gongkai.organs.credit_code import validate_credit_code

validate_organ_code = RegexValidator(
    r"\A[0-9A-Z][0-9A-Z-]{0,31}\Z",
    "机构代码只能用数字、大写字母和连字符，不超过32位，例如 411281-003。",
)


class PathField(models.CharField):  # type: ignore[type-arg]
    """Text compared byte by byte on both databases.

    With a language collation PostgreSQL may ignore "/" and "-" in comparison, and then
    neither prefix ranges nor the order of the tree would hold.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class OrganKind(models.TextChoices):
    """What a body is. Articles 4, 10(2), 54 and 55."""

    GOVERNMENT = "government", "人民政府"
    DEPARTMENT = "department", "政府部门"
    SUBDISTRICT = "subdistrict", "街道办事处"
    TOWNSHIP = "township", "乡镇人民政府"
    INSTITUTION = "institution", "授权组织"
    PUBLIC_UTILITY = "public_utility", "公共企事业单位"


class OrganLevel(models.TextChoices):
    """The level of administration that a body belongs to."""

    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "市级"
    COUNTY = "county", "县级"
    TOWNSHIP = "township", "乡级"


class OrganQuerySet(models.QuerySet["Organ"]):
    """Sets of bodies, never loops over them."""

    def in_subtree(self, organ: Organ) -> OrganQuerySet:
        """`organ` and everything below it."""
        return self.filter(path__startswith=organ.path)

    def active_on(self, day: date) -> OrganQuerySet:
        """Bodies that exist on `day` (an unknown beginning counts as always)."""
        return self.filter(
            Q(established_on=None) | Q(established_on__lte=day),
            Q(abolished_on=None) | Q(abolished_on__gt=day),
        )

    def active_in(self, year: int) -> OrganQuerySet:
        """Bodies that existed on at least one day of `year`."""
        return self.filter(
            Q(established_on=None) | Q(established_on__lte=date(year, 12, 31)),
            Q(abolished_on=None) | Q(abolished_on__gt=date(year, 1, 1)),
        )


class Organ(models.Model):
    """A public body. `path` holds the codes from the root down: "/411281/411281-003/".

    Written by `gongkai.organs.services` alone, which keeps `path` and `depth` right; the
    constraints below refuse what must never be stored. `abolished_on` is the day from which
    the body no longer exists. `vertical` marks a body led by its own line (垂直管理, Art. 3):
    it is in the directory and does not report to the local government.
    """

    code = models.CharField(
        "机构代码", max_length=32, unique=True, validators=[validate_organ_code]
    )
    name = models.CharField("机构名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    kind = models.CharField("机构类型", max_length=16, choices=OrganKind.choices)
    level = models.CharField("层级", max_length=16, choices=OrganLevel.choices)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级机构",
    )
    path = PathField("路径", max_length=255, unique=True, editable=False)
    depth = models.PositiveSmallIntegerField("深度", default=0, editable=False)
    credit_code = models.CharField(
        "统一社会信用代码", max_length=18, blank=True, validators=[validate_credit_code]
    )
    vertical = models.BooleanField("垂直管理", default=False)
    established_on = models.DateField("成立日期", null=True, blank=True)
    abolished_on = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name="承继机构",
    )
    office_name = models.CharField("工作机构名称", max_length=120, blank=True)
    responsible_person = models.CharField("工作机构负责人", max_length=40, blank=True)
    address = models.CharField("办公地址", max_length=200, blank=True)
    phone = models.CharField("联系电话", max_length=60, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    office_hours = models.CharField("办公时间", max_length=120, blank=True)

    objects = OrganQuerySet.as_manager()

    class Meta:
        verbose_name = "机构"
        verbose_name_plural = "机构"
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"],
                condition=~Q(credit_code=""),
                name="organs_organ_credit_code",
                violation_error_message="该统一社会信用代码已属于另一机构。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganKind.values), name="organs_organ_kind"
            ),
            models.CheckConstraint(
                condition=Q(level__in=OrganLevel.values), name="organs_organ_level"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="organs_organ_not_own_parent",
            ),
            models.CheckConstraint(
                condition=Q(parent=None, depth=0) | Q(parent__isnull=False, depth__gt=0),
                name="organs_organ_depth",
            ),
            models.CheckConstraint(
                condition=Q(depth=0, path=Concat(Value("/"), F("code"), Value("/")))
                | Q(depth__gt=0, path__endswith=Concat(Value("/"), F("code"), Value("/"))),
                name="organs_organ_path",
            ),
            models.CheckConstraint(
                condition=Q(established_on=None)
                | Q(abolished_on=None)
                | Q(abolished_on__gte=F("established_on")),
                name="organs_organ_life",
                violation_error_message="撤销日期不能早于成立日期。",
            ),
            models.CheckConstraint(
                condition=Q(successor=None)
                | (Q(abolished_on__isnull=False) & ~Q(successor=F("id"))),
                name="organs_organ_successor",
                violation_error_message="只有已撤销的机构才能填写承继机构，且不能是它自己。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def ledger_label(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name

    def is_active(self, day: date | None = None) -> bool:
        """Whether the body exists on `day` (today by default)."""
        on = day or timezone.localdate()
        return (self.established_on is None or self.established_on <= on) and (
            self.abolished_on is None or self.abolished_on > on
        )
