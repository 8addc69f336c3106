"""System checks of the master key, each with a stable id (docs/developers/settings.md)."""

from __future__ import annotations

import stat
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from gongkai.vault import keys


@register()
def check_master_key(**_: Any) -> list[CheckMessage]:
    """vault.E001: `GONGKAI_MASTER_KEY` holds something that is no key."""
    given = str(settings.VAULT_MASTER_KEY)
    if not given.strip():
        return []
    try:
        keys.parse(given, "GONGKAI_MASTER_KEY")
    except keys.KeyUnavailable as problem:
        return [
            Error(
                str(problem),
                hint="生成一个：openssl rand -hex 16。已有加密数据的，请用原来的主密钥。",
                id="vault.E001",
            )
        ]
    return []


@register(deploy=True)
def check_master_key_apart(**_: Any) -> list[CheckMessage]:
    """vault.W001: the master key lies beside the data that it protects; vault.W002: open to others."""
    found: list[CheckMessage] = []
    if settings.DEMO or settings.DEBUG or str(settings.VAULT_MASTER_KEY).strip():
        return found
    path = keys.master_key_path()
    found.append(
        Warning(
            f"主密钥存放在数据文件夹内（{path}），谁拿到数据文件夹的备份，谁就能解密个人信息。",
            hint=(
                "请用 GONGKAI_MASTER_KEY 提供主密钥，例如由密钥管理系统或者 systemd 的凭据给出；"
                "沿用密钥文件的，备份数据时请排除该文件，另行保管。"
            ),
            id="vault.W001",
        )
    )
    for one in (path, path.parent):
        try:
            mode = stat.S_IMODE(one.stat().st_mode)
        except OSError:
            continue
        if mode & 0o077:
            found.append(
                Warning(
                    f"{one} 的权限是 {mode:04o}，本机的其他用户可以接触主密钥。",
                    hint=f"请执行：chmod {'600' if one == path else '700'} {one}",
                    id="vault.W002",
                )
            )
    return found
