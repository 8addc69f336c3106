"""The text of a file, piece by piece, each with its place in Chinese.

``read(file, name)`` never fails: what cannot be read comes back as a state and a note that says why
and what to do. The readers look for everything a recipient of the file could see, not only what a
screen shows at first: hidden sheets, deleted text, comments, properties, embedded objects.
"""

from gongkai.guard.readers.document import Document, Segment
from gongkai.guard.readers.reading import read

__all__ = ["Document", "Segment", "read"]
