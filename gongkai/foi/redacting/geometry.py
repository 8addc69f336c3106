"""Blocks and boxes: thousandths of a page as displayed, and points from its upper left corner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

FULL = 1000


class Box(NamedTuple):
    """A rectangle in points (1/72 inch) from the upper left corner of the page as displayed."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    def common(self, other: Box) -> Box:
        """What both cover; without area when they do not touch."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def touches(self, other: Box) -> bool:
        shared = self.common(other)
        return shared.width > 0 and shared.height > 0

    def around(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """A block to strike out: page from 1, edges in thousandths of the page as displayed."""

    page: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_sound(self) -> bool:
        """Whether it lies on a page and covers something."""
        return (
            self.page >= 1
            and 0 <= self.left < self.right <= FULL
            and 0 <= self.top < self.bottom <= FULL
        )

    def box(self, width: float, height: float) -> Box:
        """The block on a page of this size in points."""
        return Box(
            self.left * width / FULL,
            self.top * height / FULL,
            self.right * width / FULL,
            self.bottom * height / FULL,
        )

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """First and last column and row of a picture of this size that the block covers."""
        return (
            math.floor(self.left * width / FULL),
            math.floor(self.top * height / FULL),
            min(math.ceil(self.right * width / FULL), width) - 1,
            min(math.ceil(self.bottom * height / FULL), height) - 1,
        )


def block_around(page: int, box: Box, width: float, height: float, margin: float = 0.0) -> Block:
    """The smallest block that covers `box` with `margin` points around it."""
    left = max(math.floor((box.left - margin) * FULL / width), 0)
    top = max(math.floor((box.top - margin) * FULL / height), 0)
    right = min(math.ceil((box.right + margin) * FULL / width), FULL)
    bottom = min(math.ceil((box.bottom + margin) * FULL / height), FULL)
    return Block(
        page=page,
        left=min(left, FULL - 1),
        top=min(top, FULL - 1),
        right=max(right, min(left, FULL - 1) + 1),
        bottom=max(bottom, min(top, FULL - 1) + 1),
    )
