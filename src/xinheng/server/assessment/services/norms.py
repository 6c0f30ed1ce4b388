"""Acts on industry norms: build them from our own book, load published ones."""

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from xinheng.engine.errors import BadInput
from xinheng.engine.norms import SHARES, Norm, Origin, norms_sql
from xinheng.intake.norms import read_norms
from xinheng.intake.rows import RowError
from xinheng.server.accounts.permissions import refuse_unless
from xinheng.server.assessment.models import Assessment, IndustryNorm, NormLoad, RuleSetVersion
from xinheng.server.assessment.norms import comparable_ratios
from xinheng.server.assessment.services.assessments import assessor
from xinheng.server.events.services import record

#: One build or load at a time; a second one waits.
_LOCK = 0x6E6F726D73
#: The worker's task that builds norms anew, see `jobs`.
REBUILD = "assessment.norms_rebuild"
_BATCH = 1_000
_RATIOS = "ratios.toml"


class NormsRefused(BadInput):
    """A file of norms with rows that cannot be taken; nothing of it was. Data: `name`, `count`, `rows`, `errors`."""

    code = "norms_refused"
    zh = "“{name}”有 {count} 处错误，未载入任何一行"
    en = "“{name}” has {count} errors, no row was loaded"


@transaction.atomic
def norms_build(*, actor: Any = None) -> NormLoad:
    """Build norms from the newest assessment of every live customer, in place of those built before.

    Only assessments whose ratios were made by the ratios in force count, so that one group never mixes two formulas.
    One set query reads them, one DuckDB query counts; memory does not grow with the book.
    """
    if actor is not None:
        refuse_unless(actor, "norms.load")
    _one_at_a_time()
    ratios = list(comparable_ratios())
    with tempfile.TemporaryDirectory(prefix="xinheng-norms-") as folder:
        path = Path(folder) / "ratios.csv"
        _copy_newest(ratios, path)
        companies, newest, rows = _distributions(ratios, path, Path(folder))
    load = NormLoad.objects.create(
        origin=Origin.BOOK.value, rules_hash=assessor().rules.hash, companies=companies, made_by=actor
    )
    IndustryNorm.objects.filter(origin=Origin.BOOK.value).delete()
    period = newest.isoformat() if newest else ""
    IndustryNorm.objects.bulk_create(
        (
            IndustryNorm(
                load=load, origin=Origin.BOOK.value, source="own book", period=period, ratio=ratio, industry=industry,
                size_class=size, n=n, **dict(zip(IndustryNorm.QUANTILES, quantiles, strict=True)),
            )
            for ratio, industry, size, n, *quantiles in rows
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    record(
        type="norms.built",
        subject=load,
        actor=actor,
        data={"companies": companies, "norms": len(rows), "period": period, "rules": load.rules_hash},
    )
    return load


def norms_load(*, path: Path, name: str = "", actor: Any = None) -> NormLoad:
    """Load published norms from a workbook or text; a group that is there from the same source and period is replaced.

    Raises: FileError where the file cannot be read; NormsRefused with every wrong row, then nothing is written;
        PermissionDenied.
    """
    if actor is not None:
        refuse_unless(actor, "norms.load")
    shown = (name or path.name)[:200]
    read = read_norms(path, comparable_ratios(), name)
    if read.errors:
        raise NormsRefused(name=shown, count=len(read.errors), rows=read.rows, errors=read.errors)
    return _keep([norm for _row, norm in read.norms], shown, actor)


@transaction.atomic
def _keep(norms: Sequence[Norm], name: str, actor: Any) -> NormLoad:
    _one_at_a_time()
    load = NormLoad.objects.create(origin=Origin.REFERENCE.value, name=name, made_by=actor)
    IndustryNorm.objects.bulk_create(
        (
            IndustryNorm(
                load=load, origin=norm.origin.value, source=norm.source, period=norm.period, ratio=norm.ratio,
                industry=norm.industry, size_class=norm.size_class, n=norm.n,
                **{name: norm.quantile(share) for name, share in zip(IndustryNorm.QUANTILES, SHARES, strict=True)},
            )
            for norm in norms
        ),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["ratio", "industry", "size_class", "origin", "source", "period"],
        update_fields=["load", "n", *IndustryNorm.QUANTILES],
    )  # fmt: skip
    sources = sorted({f"{norm.source} {norm.period}" for norm in norms})
    record(
        type="norms.loaded",
        subject=load,
        actor=actor,
        data={"file": name, "norms": len(norms), "sources": sources[:20]},
    )
    return load


def norms_are_stale() -> bool:
    """Whether somebody was assessed, or the rules changed, since norms were built from our own book."""
    last = NormLoad.objects.filter(origin=Origin.BOOK.value).order_by("-id").first()
    if last is None or last.rules_hash != assessor().rules.hash:
        return Assessment.objects.exists()
    return Assessment.objects.filter(assessed_at__gt=last.made_at).exists()


def norms_rebuild_later() -> None:
    """Leave a build to the worker; call it once after many assessments. A build that waits already is enough."""
    waiting = ProcrastinateJob.objects.filter(status="todo", task_name=REBUILD)
    if not waiting.exists():
        app.configure_task(REBUILD, allow_unknown=True).defer(timestamp=0)


def refused_rows(error: NormsRefused) -> tuple[RowError, ...]:
    """The rows that a refused load names."""
    found: Any = error.data["errors"]
    return tuple(found)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _copy_newest(ratios: Sequence[str], path: Path) -> None:
    """The newest assessments as lines: as-of, industry, size class, and every ratio; null stays empty."""
    text = assessor().rules.documents[_RATIOS]
    versions = list(RuleSetVersion.objects.filter(**{"documents__ratios.toml": text}).values_list("pk", flat=True))
    columns = ", ".join(f"a.results ->> '{ratio}'" for ratio in ratios)
    statement = f"""
        COPY (
            SELECT a.as_of, c.industry_code, c.size_class, {columns}
            FROM (
                SELECT DISTINCT ON (customer_id) customer_id, as_of, rules_id, results
                FROM assessment_assessment ORDER BY customer_id, id DESC
            ) AS a
            JOIN customers_customer AS c ON c.id = a.customer_id
            WHERE c.archived_at IS NULL AND a.rules_id = ANY (%s)
        ) TO STDOUT (FORMAT csv)"""  # noqa: S608 - names of the rule set, checked when it was read
    with connection.cursor() as cursor, path.open("wb") as target, cursor.copy(statement, [versions]) as lines:
        for block in lines:
            target.write(block)


def _distributions(ratios: Sequence[str], path: Path, folder: Path) -> tuple[int, date | None, list[tuple[Any, ...]]]:
    """How many companies there are, the newest day of an assessment, and the rows of `norms_sql`."""
    settings = {"memory_limit": "1GB", "threads": 2, "temp_directory": str(folder)}
    with duckdb.connect(config=settings) as database:
        types = ", ".join(f"'{ratio}': 'DOUBLE'" for ratio in ratios)
        database.execute(
            "CREATE TABLE companies AS SELECT * FROM read_csv(?, header = false, auto_detect = false, delim = ',', "  # noqa: S608
            f"columns = {{'as_of': 'DATE', 'industry': 'VARCHAR', 'size_class': 'VARCHAR', {types}}})",
            [str(path)],
        )
        companies, newest = database.execute("SELECT count(*), max(as_of) FROM companies").fetchone() or (0, None)
        return companies, newest, database.execute(norms_sql("companies", ratios)).fetchall()
