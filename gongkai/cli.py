"""The `gongkai` console command: Django's management commands, ours listed first.

`gongkai --help` shows the platform's own commands in Chinese and English before the
framework's; everything else is handed to Django unchanged.
"""

import contextlib
import os
import sys

# What a clerk or an operator types, in the order of a first day. The test
# tests/test_shape.py compares this list with the commands that exist.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("建立并打开演示城市", "load the sample city and serve it"),
    "serve": ("启动服务", "serve the site with granian"),
    "report": ("年度报告：生成、读取、核对", "annual report: build, read, check"),
    "clock": ("计算答复期限并说明理由", "read the statutory clock of a case"),
    "fee": ("计算信息处理费", "compute the processing fee"),
    "calendar": ("导入放假通知，查看工作日", "import the yearly holiday notice"),
    "organs": ("导入行政机关", "import public bodies"),
    "registers": ("导入行政行为登记", "import administrative acts"),
    "foi": (
        "依申请公开：重算期限、到期清除、核对台账",
        "disclosure on request: deadlines, retention, checks",
    ),
    "catalogue": (
        "公开目录：安装、导入、展开职责",
        "what must be published: set up, import, duties",
    ),
    "desk": ("发送待办提醒邮件", "send the morning's reminders"),
    "disclosure": ("主动公开：定时发布、导入", "proactive disclosure: publish on schedule, import"),
    "search": ("站内检索：重建索引、查看状态", "search: rebuild the index, follow, status"),
    "export-site": ("导出静态副本", "write a static copy of the public site"),
    "archive-site": ("按年归档网页（WARC）", "archive a year's web pages (WARC)"),
    "guard": ("检查文件能否公开", "check files before they are published"),
    "maintenance": (
        "维护状态：关闭和恢复公众页面",
        "close and reopen the public site",
    ),
    "vault": ("个人信息加密：密钥状态、更换密钥", "keys of personal data: status, rotation"),
    "ledger": ("核验操作台账", "verify the hash-chained ledger"),
}


def overview() -> str:
    """The help text's first part: our commands with a line each in Chinese and English."""
    width = max(map(len, COMMANDS))
    lines = ["公开 Gongkai", "", "用法 Usage: gongkai <命令 command> [--help]", ""]
    lines += [f"  {name:<{width}}  {zh} · {en}" for name, (zh, en) in COMMANDS.items()]
    lines += [
        "",
        "框架命令 Framework commands (migrate, createsuperuser, …): gongkai help --commands",
    ]
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> None:
    """Run a command. Without one, or with ``--help``, print the overview and exit 0."""
    arguments = list(sys.argv if argv is None else argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongkai.config.settings")
    if len(arguments) < 2 or (arguments[1] in ("-h", "--help", "help") and len(arguments) == 2):
        sys.stdout.write(overview() + "\n")
        return
    if arguments[1] == "demo":
        # Read by the settings, and by the server's processes.
        os.environ.setdefault("GONGKAI_DEMO", "1")
        os.environ.setdefault("GONGKAI_SITE_NAME", "义马市人民政府")
        os.environ.setdefault(
            "GONGKAI_SITE_FOOTER",
            "operator=义马市人民政府办公室,superior_name=三门峡市人民政府,"
            "superior_url=https://www.smx.gov.cn/",
        )
    from django.conf import settings
    from django.core.management import execute_from_command_line

    # The default database is a file under the data directory, and SQLite makes no folders. On a
    # read-only disk the commands that need no database still work, so this is no reason to stop.
    with contextlib.suppress(OSError):
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    execute_from_command_line(["gongkai", *arguments[1:]])
