"""What may be attached to something public, and what is taken off it first.

``accept(upload, name)`` names, inspects and cleans a file, or raises ``FileRefused`` with a Chinese
message that says what was found and how to get rid of it.
"""

from gongkai.guard.files.accepting import AcceptedFile, accept
from gongkai.guard.files.names import clean_name
from gongkai.guard.files.problems import FileRefused

__all__ = ["AcceptedFile", "FileRefused", "accept", "clean_name"]
