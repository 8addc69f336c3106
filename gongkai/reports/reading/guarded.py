"""Reading a stranger's file in a process of its own.

The reader limits itself, but the libraries under it are C and cannot be asked to stop: a crafted
PDF may take minutes or gigabytes. In a child process it takes neither from the caller.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing.connection import Connection

from gongkai.reports.reading.document import NotAReport, TooLarge
from gongkai.reports.reading.reader import ReadReport, read_report

SECONDS = 30.0
MEMORY = 3 * 1024**3


def read_guarded(data: bytes, filename: str = "", *, seconds: float = SECONDS) -> ReadReport:
    """As ``read_report``, stopped after ``seconds`` or when it wants too much memory.

    Raises ``NotAReport`` with a Chinese reason, whatever the file does to the process.
    """
    if not hasattr(os, "fork"):  # pragma: no cover - elsewhere the reader's own limits must do
        return read_report(data, filename)
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_read, args=(sender, data, filename), daemon=True)
    child.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise TooLarge(
                f"文件内容过于复杂，{seconds:.0f}秒内没有读完；请提供只含年度报告正文的文件。"
            )
        try:
            answer = receiver.recv()
        except (EOFError, OSError) as problem:
            raise NotAReport(
                "读取这个文件时程序异常中止，文件可能已损坏；请另存后再试。"
            ) from problem
    finally:
        child.kill()
        child.join()
        receiver.close()
    if isinstance(answer, ReadReport):
        return answer
    if isinstance(answer, NotAReport):
        raise answer
    raise NotAReport(f"读取文件时出错（{answer}）；文件可能已损坏，请另存后再试。")


def _read(sender: Connection, data: bytes, filename: str) -> None:
    """In the child: the report, the reason why not, or the name of what went wrong."""
    try:
        _limit_memory()
        sender.send(read_report(data, filename))
    except NotAReport as reason:
        sender.send(type(reason)(str(reason)))
    except MemoryError:
        sender.send(TooLarge("文件内容过于复杂，占用内存过多；已停止读取。"))
    except Exception as problem:  # whatever it is, the caller gets a sentence and not a traceback
        sender.send(type(problem).__name__)
    finally:
        sender.close()


def _limit_memory() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    if soft == resource.RLIM_INFINITY or soft > limit:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
