"""The standard catalogue as files: the official table (XLSX) and a plain table (CSV, XLSX).

`reading.read_entries` understands both and what people make of them; `writing.official_workbook`
and `writing.plain_csv` write them. What is written is read back as it was.
"""

from gongkai.catalogue.exchange.reading import EntryTable, read_entries
from gongkai.catalogue.exchange.rows import EntryRow
from gongkai.catalogue.exchange.writing import official_workbook, plain_csv

__all__ = ["EntryRow", "EntryTable", "official_workbook", "plain_csv", "read_entries"]
