"""System checks for wrong settings, each with a stable id.

The ids are part of the public interface: docs/developers/settings.md explains each of them.
"""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

SECRET_KEY_DEFAULT_PREFIX = "insecure-"  # noqa: S105 - the marker of the default, not a secret


@register()
def check_unreadable_settings(**_: Any) -> list[CheckMessage]:
    """gongkai.E001: an environment variable holds something that cannot be read."""
    return [
        Error(
            f"环境变量 {name} 的值“{value}”无法识别，已暂用默认值。",
            hint=f"应为：{expected}。",
            id="gongkai.E001",
        )
        for name, value, expected in settings.UNREADABLE
    ]


@register()
def check_readings(**_: Any) -> list[CheckMessage]:
    """gongkai.E002: a setting that chooses between readings of the law names none of them."""
    choices = {
        "FEE_PAYMENT_EFFECT": ("restart", "resume"),
        "ONLINE_RECEIPT": ("confirm", "submission"),
        "REQUEST_SPLIT_COUNTING": ("children", "parent"),
        "REMEDY_CASES_COUNTED": ("handled", "filed"),
        "REVIEW_DISTINCT_PERSONS": ("all", "drafter"),
    }
    return [
        Error(
            f"设置 {name} 的值“{getattr(settings, name)}”不是可选的口径。",
            hint=f"可选：{'、'.join(allowed)}。",
            id="gongkai.E002",
        )
        for name, allowed in choices.items()
        if getattr(settings, name) not in allowed
    ]


@register()
def check_media_root(**_: Any) -> list[CheckMessage]:
    """gongkai.E003: uploaded files cannot be stored, or would be served as public assets."""
    media = settings.MEDIA_ROOT
    if media == settings.STATIC_ROOT or settings.STATIC_ROOT in media.parents:
        return [
            Error(
                f"GONGKAI_MEDIA_ROOT（{media}）在静态文件目录之内，上传的文件会被公开。",
                hint="请改用静态文件目录之外的文件夹。",
                id="gongkai.E003",
            )
        ]
    existing = next(p for p in (media, *media.parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        return [
            Error(
                f"GONGKAI_MEDIA_ROOT（{media}）不能写入。",
                hint=f"请检查 {existing} 的权限，或改用别的文件夹。",
                id="gongkai.E003",
            )
        ]
    return []


@register()
def check_upload_limit(**_: Any) -> list[CheckMessage]:
    """gongkai.E004: the upload limit would refuse every file."""
    if settings.UPLOAD_MAX_MB > 0:
        return []
    return [
        Error(
            f"GONGKAI_UPLOAD_MAX_MB 为 {settings.UPLOAD_MAX_MB}，任何文件都无法上传。",
            hint="请设为大于 0 的整数（单位：MB）。",
            id="gongkai.E004",
        )
    ]


@register(deploy=True)
def check_secret_key(**_: Any) -> list[CheckMessage]:
    """gongkai.E005: the site would be served with the secret that everybody knows."""
    if settings.DEBUG or settings.DEMO:
        return []
    if not settings.SECRET_KEY.startswith(SECRET_KEY_DEFAULT_PREFIX):
        return []
    return [
        Error(
            "没有设置 GONGKAI_SECRET_KEY，会话可被伪造。",
            hint="请设为至少 50 个字符的随机字符串，并妥善保管。",
            id="gongkai.E005",
        )
    ]
