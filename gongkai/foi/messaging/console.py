"""The gateway that sends nothing: it prints, with the number masked."""

from __future__ import annotations

import sys
from typing import TextIO


class ConsoleGateway:
    """Prints messages, for developers and for trying the platform out."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stdout

    def send(self, number: str, text: str) -> str:
        self.stream.write(f"短信 → {number[:3]}****{number[-4:]}：{text}\n")
        self.stream.flush()
        return ""
