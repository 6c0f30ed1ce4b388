"""Norms from many companies, as one SQL text for DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import DefinitionError
from ..rules.forms import Quantity
from ..rules.ruleset import RuleSet
from .distribution import SHARES
from .policy import Policy, shipped_policy

#: The document of the rule set that holds the ratios.
RATIOS = "ratios.toml"


def comparable(rules: RuleSet) -> dict[str, Quantity]:
    """The ratios that companies are compared by: those with a direction, amounts of money excepted."""
    ratios = RuleSet({RATIOS: rules.documents[RATIOS]}).forms.values()
    return {form.id: form for form in ratios if isinstance(form, Quantity) and form.direction and form.type == "number"}


def norms_sql(
    relation: str,
    ratios: Sequence[str],
    *,
    by_size: bool = True,
    least_n: int | None = None,
    policy: Policy | None = None,
) -> str:
    """The SQL that gives the distribution of every ratio in every group of a relation, for DuckDB.

    Args:
        relation: name of a table or view with one row a company: `industry` (GB/T 4754 code with its letter at any
            level, null or empty when unknown), `size_class` (null or empty when unknown), and one DOUBLE column a ratio
            in the unit that the rules store, null when unknown.
        ratios: the columns to take; ids of the rule set.
        by_size: whether each size class is a group of its own beside all sizes.
        least_n: smallest group that is given; default `policy.least_kept_n`.
    Returns: SQL with columns ratio, industry (division, section or ''), size_class ('' for all), n, p01 … p99
        (interpolated between neighbours as Excel's PERCENTILE.INC), ordered by the first three. The caps of the
        policy are applied before.
    Raises: DefinitionError for a name that is none.
    """
    policy = policy or shipped_policy()
    least = policy.least_kept_n if least_n is None else least_n
    for name in (relation, *ratios):
        if not name.isidentifier():
            raise DefinitionError(source=name, detail_zh="名称不合规", detail_en="not a name")
    columns = ", ".join(_capped(name, policy.caps) for name in ratios)
    names = ", ".join(f'"{name}"' for name in ratios)
    size = "coalesce(size_class, '')" if by_size else "''"
    shares = ", ".join(str(share) for share in SHARES)
    quantiles = ", ".join(f"q[{i}] AS p{round(share * 100):02d}" for i, share in enumerate(SHARES, 1))
    return f"""
WITH companies AS (
    SELECT substr(coalesce(industry, ''), 1, 1) AS section,
           CASE WHEN length(industry) >= 3 THEN substr(industry, 1, 3) ELSE '' END AS division,
           {size} AS size, {columns}
    FROM "{relation}"
), long AS (
    SELECT ratio, section, division, size, value
    FROM (UNPIVOT companies ON {names} INTO NAME ratio VALUE value)
    WHERE isfinite(value)
), groups AS (
    SELECT ratio, coalesce(division, section, '') AS industry, coalesce(size, '') AS size_class,
           count(*) AS n, quantile_cont(value, [{shares}]) AS raw,
           min(value) AS lowest, max(value) AS highest
    FROM long
    GROUP BY GROUPING SETS ((ratio), (ratio, section), (ratio, division),
                            (ratio, size), (ratio, section, size), (ratio, division, size))
    -- An unknown industry or size is no group of its own.
    HAVING section IS DISTINCT FROM '' AND division IS DISTINCT FROM '' AND size IS DISTINCT FROM ''
       AND count(*) >= {least:d}
), ascending AS (
    -- Interpolation between equal values may differ from them in the last bit; quantiles ascend within the data.
    SELECT *, list_sort(list_transform(raw, lambda x: least(highest, greatest(lowest, x)))) AS q FROM groups
)
SELECT ratio, industry, size_class, n, {quantiles} FROM ascending ORDER BY ratio, industry, size_class"""


def _capped(name: str, caps: Mapping[str, tuple[float, float]]) -> str:
    if name not in caps:
        return f'CAST("{name}" AS DOUBLE) AS "{name}"'
    low, high = caps[name]
    # greatest and least pass over NULL and take NaN for the largest; unknown must stay unknown.
    capped = f'least({high}, greatest({low}, CAST("{name}" AS DOUBLE)))'
    return f'CASE WHEN isfinite(CAST("{name}" AS DOUBLE)) THEN {capped} END AS "{name}"'
