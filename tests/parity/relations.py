"""Facts as relations of constants, in DuckDB and in PostgreSQL alike."""

from decimal import Decimal

from xinheng.engine.rules.catalogue import SQL_TYPES, FactType

POSTGRES_TYPES = {
    FactType.MONEY: "numeric(18,2)", FactType.NUMBER: "double precision", FactType.INTEGER: "bigint",
    FactType.BOOLEAN: "boolean", FactType.TEXT: "text", FactType.DATE: "date",
}  # fmt: skip


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return (
        format(value, "f") if isinstance(value, Decimal) else f"'{value!r}'" if isinstance(value, float) else str(value)
    )


def relation(rows, types, dialect):
    """A subquery of the rows with a `subject` column.

    Args:
        rows: facts by name; a name that is absent is unknown.
        types: every column and its type.
    """
    of = SQL_TYPES if dialect == "duckdb" else POSTGRES_TYPES
    selects = [
        f"SELECT {i} AS subject, "
        + ", ".join(f'CAST({literal(row.get(name))} AS {of[type]}) AS "{name}"' for name, type in types.items())
        for i, row in enumerate(rows)
    ]
    return "(" + " UNION ALL ".join(selects) + ") AS facts"
