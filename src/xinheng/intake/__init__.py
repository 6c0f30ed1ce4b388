"""Reading what people hand in: workbooks and text files, guarded, mapped to columns, checked row by row.

source = open_source(path, "客户.xlsx")           # guards; raises FileError
table = table_for(source, kind("customers"))      # header found, titles skipped
matches = propose(kind("customers"), table.headers, table.unit)
for result in read_rows(table, kind, mapping_of(matches)):
    ...                                           # ParsedRow, or a list of RowError
"""

from .errors import FileError
from .files import Source, Table, find_table, open_source
from .forms import FormTable, find_form, table_for
from .guards import LIMITS, Limits
from .kinds import KIND_KEYS, Column, Kind, kind
from .mapping import Mapping, Match, check_mapping, fingerprint, mapping_of, propose
from .rows import ParsedRow, RowError, RowReader, read_rows, split

__all__ = [
    "KIND_KEYS",
    "LIMITS",
    "Column",
    "FileError",
    "FormTable",
    "Kind",
    "Limits",
    "Mapping",
    "Match",
    "ParsedRow",
    "RowError",
    "RowReader",
    "Source",
    "Table",
    "check_mapping",
    "find_form",
    "find_table",
    "fingerprint",
    "kind",
    "mapping_of",
    "open_source",
    "propose",
    "read_rows",
    "split",
    "table_for",
]
