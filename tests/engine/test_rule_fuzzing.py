"""Hostile and broken rules: every text is read into the whitelist or refused by name; no document crashes the reader."""

# ruff: noqa: E501 - a table of cases reads best one case a line

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from xinheng.engine.assessment import Assessor
from xinheng.engine.rules import functions, language
from xinheng.engine.rules.catalogue import load_catalogue
from xinheng.engine.rules.compiler import Program
from xinheng.engine.rules.language import RuleError, parse
from xinheng.engine.rules.registration import UNITS, problems, register
from xinheng.engine.rules.ruleset import DEFAULT_DOCUMENTS, RuleSet, shipped

ALLOWED = set(language._PLAIN) | set(language._NATIVE) | {
    exp.Column, exp.Identifier, exp.Literal, exp.Div, exp.In, exp.Anonymous, exp.Cast, exp.DataType, exp.Exp,
}  # fmt: skip
WORDS = [
    "ca", "cl", "eq", "size_class", "0", "1.5", "'a'", "null", "true", "+", "-", "*", "/", "(", ")", ",", "and", "or", "not",
    "case", "when", "then", "else", "end", "in", "between", "is", "<", "<=", "=", "<>", *functions.FUNCTIONS, "average(",
    "prior(", "select", "from", "union", "read_csv('/etc/passwd')", "copy", "attach", "pragma", "getenv('HOME')", "--", "/*",
    "*/", ";", '"ca"', "`ca`", "$1", "?", ":p", "@x", "x -> x", "[1]", "{'a': 1}", "::json", "cast(", "as", "over ()",
    "exists", "interval", "date '2020-01-01'", "unnest(", "E'\\n'", "$$a$$", "ｃａ", "K", "\u202e", "\x00", "a.b", "*", "#1",
    "lambda", "try_cast(", "current_setting('x')", "pg_sleep(9)", "system('x')", "columns(*)", "getvariable('x')",
]  # fmt: skip


def read(text):
    try:
        return parse(text, source="fuzz"), None
    except RuleError as refused:
        return None, refused


def read_or_refuse(text):
    tree, refused = read(text)
    if refused is not None:
        assert refused.data["source"] == "fuzz"
        assert min(len(refused.data["detail_zh"]), len(refused.data["detail_en"])) > 3
        return None
    kinds = {type(node) for node in tree.walk()}
    assert kinds <= ALLOWED
    called = {str(node.this) for node in tree.find_all(exp.Anonymous)}
    assert called <= set(functions.RESOLVED_BY_COMPILER)
    written = tree.sql("duckdb")
    assert not any(sign in written for sign in (";", "--", "/*")) or "'" in written
    return tree


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_run_of_words_is_read_or_refused(text):
    read_or_refuse(text)


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(text):
    read_or_refuse(text)


RIGHT = [form.formula for form in shipped().quantities.values()]


@given(st.sampled_from(RIGHT), st.integers(0, 400), st.sampled_from(WORDS), st.integers(0, 12))
@settings(max_examples=300, deadline=None)
def test_a_shipped_formula_with_something_put_in(text, place, word, cut):
    read_or_refuse(text[:place] + " " + word + " " + text[place + cut :])


@pytest.mark.parametrize(
    "pattern", ["({})", "abs({})", "-{}", "not {}", "{} + a", "case when {} then 1 end", "coalesce({}, 1)"]
)
@pytest.mark.parametrize("times", [50, 500])
def test_nesting_is_bounded_before_anything_recurses(pattern, times):
    text = "a"
    for _ in range(times):
        text = pattern.format(text)
    tree = read_or_refuse(text[:100_000])
    assert times == 50 or tree is None
    if tree is not None:
        with duckdb.connect() as database:
            kind = "BOOLEAN" if "not" in pattern else "DOUBLE"
            if "case" not in pattern:
                database.execute(f"SELECT {tree.sql('duckdb')} FROM (SELECT CAST(NULL AS {kind}) AS a)")


@pytest.mark.parametrize(
    "text",
    [
        "read_csv('/etc/passwd')", "read_text('x')", "glob('*')", "(select 1)", "exists (select 1)", "a in (select 1)",
        "copy a to 'x'", "attach 'x'", "pragma version", "install httpfs", "load 'x'", "getenv('HOME')", "a -- b", "a /* b */",
        "a;", "a; select 1", '"ca"', "`ca`", "cast(a as json)", "a::blob", "try_cast(a as int)", "E'\\x41'", "$$a$$",
        "x'41'", "ｃａ", "\u212a", "$1", "?", ":p", "@a", "*", "a.*", "columns(*)", "sum(a) over ()", "x -> x + 1",
        "list_filter(a, x -> x)", "a[1]", "{'a': 1}", "a collate nocase", "a like 'x'", "a similar to 'x'", "1e400",
        "123456789012345678901", "'" + "x" * 101 + "'", "x" * 61, "a is b", "a in (-b)", "round(a, 99)", "round(a, b)",
        "interpolate(a, 2, 1, 1, 2)", "count(*)", "current_date", "now()", "random()", "nextval('s')", "pg_sleep(1)",
    ],
)  # fmt: skip
def test_nothing_reaches_beyond_scalars(text):
    assert read_or_refuse(text) is None


def test_the_evaluator_itself_has_no_door_to_files():
    runner = Assessor()
    for sql in ("SELECT * FROM read_text('/etc/hostname')", "COPY facts TO '/tmp/x'", "ATTACH '/tmp/x.db'"):
        with pytest.raises(duckdb.Error, match=r"disabled|locked|permission"):
            runner._connection.execute(sql)
    with pytest.raises(duckdb.Error):
        runner._connection.execute("SET enable_external_access = true")


# --- documents -------------------------------------------------------------------------------------------------------

HEAD = '[[quantity]]\nid = "q"\nzh = "数"\nen = "Q"\n'


@pytest.mark.parametrize(
    ("text", "place", "zh", "en"),
    [
        ("not toml", "x.toml", "不是有效的 TOML", "wrong"),
        (HEAD, "q", "算式", "value, or numerator"),
        (HEAD + 'value = "ca"\nnumerator = "ca"\ndenominator = "cl"\n', "q", "算式", "value, or numerator"),
        (HEAD + 'value = "ca"\nwhat = 1\n', "x.toml: q", "不认识的字段 what", "unknown fields what"),
        ('[[quantity]]\nzh = "数"\nen = "Q"\nvalue = "ca"\n', "x.toml: ?", "缺少字段 id", "missing fields: id"),
        (HEAD + "value = 5\n", "x.toml: q.value", "应为文本", "is text"),
        (HEAD + 'value = "ca"\nwinsor = ["a", 1]\n', "x.toml: q.winsor", "不合格式", "does not fit"),
        (HEAD + 'value = "ca"\ncases = 3\n', "x.toml: q", "表的列表", "list of tables"),
        (HEAD + 'value = "ca"\ncases = [{ when = "ca > 0", status = "fine" }]\n', "q", "fine", "fine"),
        (HEAD + 'value = "ca"\ncases = [{ when = "ca > 0", score = "good" }]\n', "q", "good", "good"),
        ("quantity = 3\n", "x.toml", "表的列表", "list of tables"),
        ("[[nothing]]\nid = 1\n", "x.toml", "没有“nothing”这种规则", "no form is called nothing"),
        (HEAD + 'value = "ca"\n' + HEAD + 'value = "cl"\n', "x.toml: q", "编号重复", "the id is used twice"),
        (HEAD + 'value = "nobody"\n', "q", "没有名为 nobody", "no fact or result is called nobody"),
        (HEAD + 'value = "prior(size_class)"\n', "q", "没有上期数", "no prior period"),
        (HEAD.replace('"q"', '"ca"') + 'value = "cl"\n', "ca", "名称已被使用", "the name is taken"),
        (HEAD + 'value = "size_class + 1"\n', "q", "类型不符", "a number is needed"),
        (HEAD + 'value = "size_class > 5"\n', "q__s", "", ""),
        (HEAD + 'value = "ca > 5"\n', "q", "结果应为 number", "is to be number"),
        ('[[warning]]\nid = "w"\nzh = "警"\nen = "W"\nseverity = "S1"\nwhen = "ca"\n', "w", "boolean", "boolean"),
        ('[[parameter]]\nname = "p"\nvalue = "x"\nzh = "参"\nen = "P"\n' + HEAD + 'value = "p"\n', "x.toml: p.value", "应为数值",
         "is a number"),
        ('[[parameter]]\nname = "p"\nvalue = nan\nzh = "参"\nen = "P"\n' + HEAD + 'value = "p"\n', "x.toml: p.value", "有限",
         "finite"),
    ],
)  # fmt: skip
def test_a_wrong_document_is_refused_with_place_and_remedy(text, place, zh, en):
    with pytest.raises(RuleError) as refused:
        Program(RuleSet({"x.toml": text}), load_catalogue()).check()
    error = refused.value
    if zh:
        assert error.data["source"] == place
        assert (zh in error.message("zh") and en in error.message("en")) or zh == "算式"


@pytest.mark.parametrize("length", [1, 2, 5])
def test_rules_that_refer_to_each_other_in_a_circle(length):
    text = "".join(
        f'[[quantity]]\nid = "q{i}"\nzh = "数"\nen = "Q"\nvalue = "q{(i + 1) % length} + 1"\n' for i in range(length)
    )
    with pytest.raises(RuleError, match="circle"):
        Program(RuleSet({"x.toml": text}), load_catalogue()).sql()


# --- registration ----------------------------------------------------------------------------------------------------


def test_the_shipped_rules_may_be_registered():
    assert list(problems(shipped(), load_catalogue())) == []


@pytest.mark.parametrize(
    ("document", "remove", "place"),
    [
        ("ratios.toml", 'description_zh = "资产中有多少是借来的。"\n', "d1"),
        ("ratios.toml", 'description_en = "How much of the assets is owed to others."\n', "d1"),
        ("working_assets.toml", 'unit = "分"\n', "working_assets_value"),
        ("working_assets.toml", 'direction = "higher"\n', "working_assets"),
        ("warnings.toml", 'description_zh = "当年净亏损。"\n', "warning_f04"),
        ("gate.toml", 'direction = "lower"\n', "gate_static_limit"),
        ("composite.toml", ' description_zh = "从首次交易起的年数。",', "score.cooperation_years"),
        ("five_c.toml", 'limits_of_use_zh = "主观评分。"\n', "five_c"),
        ("models.toml", 'source = "Ohlson 1980"\n', "ohlson"),
    ],
)
def test_nothing_is_registered_without_description_unit_direction_and_source(document, remove, place):
    documents = dict(shipped((*DEFAULT_DOCUMENTS, "gate.toml")).documents)
    assert remove in documents[document]
    documents[document] = documents[document].replace(remove, "" if remove.endswith("\n") else " ", 1)
    with pytest.raises(RuleError) as refused:
        register(RuleSet(documents), load_catalogue())
    assert refused.value.data["source"] == place


def test_a_document_without_an_example_or_with_a_wrong_unit_is_not_registered():
    text = shipped().documents["working_assets.toml"]
    others = {name: text for name, text in shipped().documents.items() if name != "working_assets.toml"}
    without = text[: text.index("[[example]]")]
    found = list(problems(RuleSet(others | {"working_assets.toml": without}), load_catalogue()))
    assert [(place, en) for place, _zh, en in found] == [
        ("working_assets.toml", "there is no worked example, [[example]]")
    ]
    wrong = text.replace('unit = "分"', 'unit = "斤"', 1)
    found = list(problems(RuleSet(others | {"working_assets.toml": wrong}), load_catalogue()))
    assert [place for place, _zh, _en in found] == ["working_assets_value"]
    assert [unit for unit in ("斤", *UNITS) if unit not in found[0][1]] == []


def test_points_that_run_against_the_stated_direction_are_refused():
    documents = dict(shipped().documents)
    documents["composite.toml"] = documents["composite.toml"].replace(
        'feature = "overdue_share", direction = "lower"', 'feature = "overdue_share", direction = "higher"'
    )
    found = list(problems(RuleSet(documents), load_catalogue()))
    assert found == [("score.overdue_share", "得分的走向与方向 direction 不一致",
                      "the points do not run in the stated direction")]  # fmt: skip
