"""One definition, four readings: one customer, a batch, PostgreSQL, and for expressions a naive reader in Python.

All six forms of a rule and the whole shipped set answer the same on generated facts, unknown and extreme ones included.
"""

from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from parity.oracle import Overflow, evaluate, same
from parity.relations import relation
from xinheng.engine.assessment import Assessor
from xinheng.engine.rules.catalogue import FactType, load_catalogue
from xinheng.engine.rules.compiler import Program
from xinheng.engine.rules.ruleset import DEFAULT_DOCUMENTS, GATE_DOCUMENTS, RuleSet, shipped

# A failure is told as it is found: making it smaller would plan the whole set hundreds of times.
PHASES = (Phase.explicit, Phase.generate)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]

VALUES = {
    FactType.MONEY: st.one_of(
        st.none(), st.sampled_from([Decimal(0), Decimal("0.01"), Decimal(-1), Decimal("9999999999999.99")]),
        st.decimals(-(10**7), 10**9, places=2),
    ),
    FactType.NUMBER: st.one_of(
        st.none(), st.sampled_from([0.0, 1e-300, -1e-300, 1e17, -1e17, 0.05, 100.0, 50.0]), st.floats(-200, 200)
    ),
    FactType.INTEGER: st.one_of(st.none(), st.sampled_from([0, 1, 10, 91, 10**12, -(10**12)]), st.integers(0, 120)),
    FactType.BOOLEAN: st.sampled_from([None, False, True]),
    FactType.TEXT: st.sampled_from([None, "", "large", "micro", "adverse", "D", "C", "K", "it's", "大型"]),
}  # fmt: skip


def rows(types, size):
    """Lists of facts in which a good part is unknown, because an absent name is unknown too."""
    optional = {name: VALUES[type] for name, type in types.items()}
    return st.lists(st.fixed_dictionaries({}, optional=optional), min_size=1, max_size=size)


def answers_of(connection, program, facts, types, dialect, outputs=None):
    sql = program.sql(outputs, relation=relation(facts, types, dialect), dialect=dialect) + " ORDER BY subject"
    return [row[1:] for row in connection.execute(sql).fetchall()]


def assert_same(names, ours, theirs, near=1e-9):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        differing = [
            (name, a, b) for name, a, b in zip(names, one, other, strict=True) if not same(a, b, near=near)
        ]  # fmt: skip
        assert differing == []


SIX_FORMS = """
[[parameter]]
name = "share"
value = 0.2
zh = "比例"
en = "Share"

[[quantity]]
id = "cover"
zh = "比率"
en = "A ratio"
numerator = "tp + coalesce(ie, 0)"
denominator = "ie"
cases = [{ when = "ie = 0 and tp > 0", status = "zero_denominator", score = "best" }, { when = "ie < 0", status = "negative_denominator", score = "worst" }]

[[scorecard]]
id = "card"
zh = "评分卡"
en = "A scorecard"
max_missing = 0.5
blocks = [{ id = "a", zh = "甲", en = "A", weight = 60 }, { id = "b", zh = "乙", en = "B", weight = 40, scored_when = "coalesce(audit_opinion, '') <> 'adverse'" }]
characteristics = [
  { id = "cover", zh = "保障", en = "Cover", block = "a", weight = 2, feature = "cover", anchors = [[0, 0], [2, 50], [9, 100]] },
  { id = "size", zh = "规模", en = "Size", block = "a", weight = 1, feature = "size_class", rows = [{ when = "size_class = 'large'", points = 100 }, { when = "size_class = 'micro'", points = 10 }] },
  { id = "late", zh = "逾期", en = "Late", block = "b", weight = 1, feature = "overdue_max_days", anchors = [[0, 100], [90, 0]], missing = "penalise", missing_points = 30, caps = [{ when = "payment_index < 50", points = 60 }] },
]

[[limit]]
id = "bound"
zh = "额度"
en = "A limit model"
steps = [
  { id = "bound_worth", zh = "净值", en = "Worth", role = "bound", type = "money", value = "share * eq", cases = [{ when = "eq <= 0", value = "0" }] },
  { id = "bound_need", zh = "需求", en = "Need", role = "bound", type = "money", value = "purchases_12m * greatest_known(coalesce(terms_days, 60), 0) / 365" },
  { id = "bound_result", zh = "结果", en = "Result", role = "result", type = "money", value = "greatest(round_down(least_known(bound_worth, bound_need), 100), 0)" },
]

[[table]]
id = "choice"
zh = "决策表"
en = "A decision table"
outputs = { word = "text", days = "integer", part = "number" }
rows = [
  { when = "card >= 60 and not coalesce(dishonest_debtor, false)", then = { word = "yes", days = 30, part = 0.5 } },
  { when = "card between 20 and 60 or size_class in ('large', 'medium')", then = { word = "maybe", days = 0 } },
  { when = "card is not null", then = { word = "no" } },
]

[[warning]]
id = "alarm"
zh = "预警"
en = "An early warning"
when = "cover < 1 or (np < 0 and prior(np) < 0)"
severity = "S2"

[[gate]]
id = "lock"
zh = "闸口"
en = "A gate rule"
fails_when = "not coalesce(limit_is_unlimited, false) and exposure_before + order_amount > coalesce(credit_limit, 0) * (1 + coalesce(tolerance_share, 0))"
actual = "exposure_before + order_amount"
limit = "coalesce(credit_limit, 0) * (1 + coalesce(tolerance_share, 0))"
"""  # noqa: E501 - a document as it is written


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="module")
def six(catalogue):
    return Assessor(RuleSet({"six.toml": SIX_FORMS}), catalogue)


def types_of(program):
    return {name: program.catalogue[name].type for name in program.inputs}


SIX_TYPES = types_of(Program(RuleSet({"six.toml": SIX_FORMS}), load_catalogue()))


@given(facts=rows(SIX_TYPES, 6))
@settings(max_examples=8, deadline=None, suppress_health_check=QUIET, phases=PHASES)
def test_six_forms_answer_alike_one_by_one_in_a_batch_and_in_postgres(postgres, six, facts):
    names = list(six.program.nodes)
    with duckdb.connect() as database:
        batch = answers_of(database, six.program, facts, SIX_TYPES, "duckdb")
    single = [[six.one(row).results[name] for name in names] for row in facts]
    assert_same(names, single, batch, near=0)
    assert_same(names, batch, answers_of(postgres, six.program, facts, SIX_TYPES, "postgres"))


@given(facts=rows(SIX_TYPES, 4))
@settings(max_examples=8, deadline=None, suppress_health_check=QUIET, phases=PHASES)
def test_the_six_forms_against_a_naive_reading(six, facts):
    """What each form means, said again in a few lines; expressions are read by the oracle."""
    for row in facts:
        results = six.one(row).results
        known = {name: row.get(name) for name in SIX_TYPES} | {"share": 0.2}
        cover, status = _naive_ratio(known)
        assert same(results["cover"], cover), row
        assert results["cover__s"] == status
        card = _naive_card(known, cover, status)
        assert same(results["card"], card)
        word = _naive_table(known | {"card": card})
        assert (results["choice_word"], results["choice_days"]) == word
        alarm = evaluate("cover < 1 or (np < 0 and np_prior < 0)", known | {"cover": cover})
        assert results["alarm"] is alarm
        for name, text in (
            ("lock", six.rules.forms["lock"].fails_when),
            ("lock_actual", "exposure_before + order_amount"),
        ):
            assert same(results[name], evaluate(text, known))


def _naive_ratio(known):
    tp, ie = known["tp"], known["ie"]
    if ie == 0 and tp is not None and tp > 0:
        return None, 3
    if ie is not None and ie < 0:
        return None, 4
    if ie == 0:
        return None, 2
    return (None, 1) if tp is None or ie is None else (float(tp + ie) / float(ie), 0)


def _naive_card(known, cover, status):
    judged = {3: 100.0, 4: 0.0}.get(status)
    points = {"cover": judged if judged is not None else evaluate("interpolate(x, 0, 0, 2, 50, 9, 100)", {"x": cover})}
    points["size"] = {"large": 100.0, "micro": 10.0}.get(known["size_class"])
    late = evaluate("interpolate(x, 0, 100, 90, 0)", {"x": known["overdue_max_days"]})
    index = known["payment_index"]
    if late is not None and index is not None and index < 50:
        late = min(late, 60.0)
    points["late"] = None if known["audit_opinion"] == "adverse" else 30.0 if late is None else late
    weights = {"cover": 40.0, "size": 20.0, "late": 40.0}
    told = {name: weights[name] for name, earned in points.items() if earned is not None}
    if sum(told.values()) < 50 - 1e-7:
        return None
    return sum(weight * points[name] for name, weight in told.items()) / sum(told.values())


def _naive_table(known):
    for text, word in (
        ("card >= 60 and not coalesce(dishonest_debtor, false)", ("yes", 30)),
        ("card between 20 and 60 or size_class in ('large', 'medium')", ("maybe", 0)),
        ("card is not null", ("no", None)),
    ):
        if evaluate(text, known) is True:
            return word
    return None, None


@pytest.fixture(scope="module")
def default(catalogue):
    return Assessor(catalogue=catalogue)


DEFAULT_TYPES = types_of(Program(shipped(DEFAULT_DOCUMENTS), load_catalogue()))


@given(facts=rows(DEFAULT_TYPES, 4))
@settings(max_examples=2, deadline=None, suppress_health_check=QUIET, phases=PHASES)
def test_the_whole_shipped_set_answers_alike(postgres, default, facts):
    names = list(default.program.nodes)
    with duckdb.connect() as database:
        batch = answers_of(database, default.program, facts, DEFAULT_TYPES, "duckdb")
    single = [[default.one(row).results[name] for name in names] for row in facts]
    assert_same(names, single, batch, near=0)
    # The normal distribution and logistic functions differ in the last digits between the databases' exponentials.
    assert_same(names, batch, answers_of(postgres, default.program, facts, DEFAULT_TYPES, "postgres"), near=1e-7)


GATE_TYPES = types_of(Program(shipped(GATE_DOCUMENTS), load_catalogue()))


@given(facts=rows(GATE_TYPES, 20))
@settings(max_examples=15, deadline=None, suppress_health_check=QUIET, phases=PHASES)
def test_the_shipped_gate_rules_answer_alike(postgres, catalogue, facts):
    program = Program(shipped(GATE_DOCUMENTS), catalogue)
    with duckdb.connect() as database:
        ours = answers_of(database, program, facts, GATE_TYPES, "duckdb")
    assert_same(list(program.nodes), ours, answers_of(postgres, program, facts, GATE_TYPES, "postgres"))
    form = program.rules.forms["gate_static_limit"]
    for row, answer in zip(facts, ours, strict=True):
        assert answer[0] is evaluate(form.fails_when, {name: row.get(name) for name in GATE_TYPES})


def test_equal_to_the_limit_passes_and_one_fen_more_holds(postgres, catalogue):
    program = Program(shipped(GATE_DOCUMENTS), catalogue)
    rows_given = [
        {"order_amount": Decimal(amount), "exposure_before": Decimal(40), "credit_limit": Decimal(100)}
        for amount in ("60.00", "60.01")
    ]
    held = answers_of(postgres, program, rows_given, GATE_TYPES, "postgres", ["gate_static_limit"])
    assert held == [(False,), (True,)]


def test_infinity_is_the_one_declared_gap(postgres, catalogue):
    """Beyond double precision DuckDB goes on with infinity; PostgreSQL refuses, and the gate then fails closed."""
    document = '[[quantity]]\nid = "huge"\nzh = "大"\nen = "Huge"\nvalue = "payment_index / late_share"\n'
    program = Program(RuleSet({"huge.toml": document}), catalogue)
    facts, types = [{"payment_index": 1e17, "late_share": 1e-300}], types_of(program)
    with duckdb.connect() as database:
        assert answers_of(database, program, facts, types, "duckdb") == [(float("inf"), 0)]
    with pytest.raises(Exception, match="out of range"):
        answers_of(postgres, program, facts, types, "postgres")
    with pytest.raises(Overflow):
        evaluate("payment_index / late_share", facts[0])
