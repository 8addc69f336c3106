"""Reading tables that people bring (CSV, XLSX): all or nothing, errors by row and column.

    from gongkai.organs import imports

    COLUMNS = (
        imports.Column("document_number", "文号", ("决定书文号", "处罚决定书文号"), required=True,
                       parse=imports.text(120)),
        imports.Column("decided_on", "决定日期", ("作出日期",), required=True, parse=imports.day),
        imports.Column("kind", "类型", parse=imports.choice(Kind.choices), default="permit"),
        imports.Column("amount", "金额", parse=imports.decimal(16, 2)),
    )

    def import_decisions(actor, source, name, *, dry_run=False, progress=None):
        with transaction.atomic(), imports.open_table(source, COLUMNS, name=name) as table:
            for batch in table.batches(2000, progress=progress):
                … look up what is needed for the whole batch in one statement …
                for row in batch:                     # row.number, row["document_number"]
                    if …:
                        table.problem(row, "document_number", "……，请……。")
                if not table.problems:                # after the first problem only look on
                    … bulk_create / bulk_update …
            table.finish()                            # raises ImportFailed: the transaction goes
            if dry_run:
                transaction.set_rollback(True)
        return imports.ImportReport(created, updated, unchanged)

Memory: CSV is read as a stream, so any number of rows costs one batch; a workbook is held by
calamine (about 100 bytes a cell). Rows that cannot be read are noted and left out of the
batches; up to `max_problems` are kept, after which reading stops. Row numbers are those a
spreadsheet shows, headings are found by name within the first ten rows, in any order,
and unknown columns are passed over (`table.ignored`); `table.present` names the known ones
that the file has, so that an update can leave alone what the file does not speak of.
"""

from gongkai.organs.imports.parse import boolean, choice, day, decimal, integer, text
from gongkai.organs.imports.problems import (
    ImportFailed,
    ImportProblem,
    ImportReport,
    UnreadableTable,
)
from gongkai.organs.imports.table import Column, Progress, Row, Table, open_table, read_table

__all__ = [
    "Column",
    "ImportFailed",
    "ImportProblem",
    "ImportReport",
    "Progress",
    "Row",
    "Table",
    "UnreadableTable",
    "boolean",
    "choice",
    "day",
    "decimal",
    "integer",
    "open_table",
    "read_table",
    "text",
]
