"""Writing many rows of our tables by COPY, which is several times as fast as inserting them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Numbers for rows that are about to be written, from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of the named columns; every other column gets its default."""
    others = [field for field in _fields(model) if field.attname not in names and not field.primary_key]
    constant = tuple(_stored(field, field.get_default()) for field in others)
    _copy(model, [*names, *(field.attname for field in others)], ((*row, *constant) for row in rows))


def copy_instances(instances: Sequence[models.Model]) -> None:
    """Write unsaved instances of one model; they are numbered before."""
    if not instances:
        return
    model = type(instances[0])
    fields = _fields(model)
    for instance, number in zip(instances, new_ids(model, len(instances)), strict=True):
        instance.pk = number
    rows = (tuple(_stored(field, getattr(one, field.attname)) for field in fields) for one in instances)
    _copy(model, [field.attname for field in fields], rows)


def _fields(model: type[models.Model]) -> list[Any]:
    # A column with a default of the database's own is left to it.
    return [field for field in model._meta.concrete_fields if field.db_default is NOT_PROVIDED]


def _stored(field: Any, value: Any) -> Any:
    if value is None and getattr(field, "auto_now_add", False):
        return timezone.now()
    return json.dumps(value, ensure_ascii=False) if isinstance(field, models.JSONField) else value


def _copy(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    listed = ", ".join(connection.ops.quote_name(model._meta.get_field(name).column) for name in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
