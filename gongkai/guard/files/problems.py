"""Why a file is refused, in words that lead to a file that is not."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from gongkai.guard.readers.document import BROKEN, LOCKED

__all__ = [
    "ACTIVEX",
    "BROKEN",
    "CHANGES",
    "COMMENTS",
    "DDE",
    "EMBEDDED",
    "EMPTY",
    "LINKED",
    "LOCKED",
    "MACROS",
    "NESTED",
    "FileRefused",
]


class FileRefused(ValidationError):
    """The file may not be published; the message says what was found and what to do."""


EMPTY = "文件是空的（0 字节）。请检查后重新上传。"
MACROS = "文件带有宏（自动运行的程序）。请另存为不带宏的 {format} 后重新上传。"
COMMENTS = "文件带有{count}条批注，公开后人人可见。请在“审阅”中删除全部批注后重新上传。"
CHANGES = "文件带有未处理的修订，删去的文字公开后仍可看到。请在“审阅”中接受或拒绝全部修订，并关闭修订功能后重新上传。"
EMBEDDED = "文件内嵌了{what}，可能是程序。请删除该嵌入对象后重新上传。"
ACTIVEX = "文件带有 ActiveX 控件（打开时会运行程序）。请删除控件后重新上传。"
LINKED = "文件引用了外部的{what}（打开时会从别处取内容）。请{remedy}后重新上传。"
DDE = "文件带有 DDE 链接（打开时会运行其他程序）。请删除该域或公式后重新上传。"
NESTED = "嵌入的文件里又嵌有文件，无法逐层检查。请把内层文件取出，单独上传。"
