"""Names of companies and people: what is one name, what is not, and what no comparison may do."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinheng.engine.matching import (
    Corpus,
    NameKind,
    Purpose,
    Role,
    compare,
    features,
    parse,
    shipped_weights,
    threshold,
)
from xinheng.engine.matching.letters import romanised, script_of, skeleton

SAME = [
    ("深圳市鑫淼有限公司", "深圳鑫淼有限责任公司"),
    ("華為技術有限公司", "华为技术有限公司"),
    ("恒驰（上海）科技有限公司", "上海恒驰科技有限公司"),
    ("江苏省苏州恒驰科技有限公司", "苏州恒驰 科技有限公司"),
    ("恒驰科技有限公司", "上海恒驰科技有限公司"),  # one leaves the place out
    ("上海恒驰科枝有限公司", "上海恒驰科技有限公司"),  # a slip in what it does
    ("深川市恒驰科技有限公司", "深圳市恒驰科技有限公司"),  # a slip in the place
    ("ＡＢＣ Trading Co., Ltd.", "abc trading company limited"),
    ("Müller & Söhne GmbH", "Muller and Sohne Gesellschaft mit beschränkter Haftung"),
    ("OOO Vostok", "ООО «Восток»"),
    ("S.A.R.L. Lumière", "Lumiere SARL"),
    ("Brightwater Foods Inc.", "Brightwatter Foods Incorporated"),
]
OTHER = [
    ("鑫淼贸易有限公司", "鑫焱贸易有限公司"),
    ("恒驰科技有限公司", "恒弛科技有限公司"),  # sounds alike: a warning, no match
    ("中国石油天然气股份有限公司", "中国石油化工股份有限公司"),
    ("北京第一机床厂", "北京第二机床厂"),
    ("北京恒驰科技有限公司", "上海恒驰科技有限公司"),
    ("上海恒驰科技有限公司", "上海恒驰贸易有限公司"),
    ("上海恒驰科技有限公司苏州分公司", "上海恒驰科技有限公司"),
    ("恒驰电子有限公司", "恒驰电机有限公司"),
    ("恒驰科技有限公司", "恒驰达科技有限公司"),
    ("Orchard Fund II LP", "Orchard Fund III LP"),
    ("Vostok Oil Company", "Vostok Gas Company"),
    ("Brightwater Foods (France)", "Brightwater Foods (Spain)"),
    ("Management Trust 7", "Management Trust 9"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_company(one: str, other: str) -> None:
    assert compare(one, other).is_match


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_company(one: str, other: str) -> None:
    score = compare(one, other)
    assert not score.is_match
    assert score.parts


def test_homophones_are_told_and_stand_between() -> None:
    alike, unlike = compare("恒驰科技有限公司", "恒弛科技有限公司"), compare("鑫淼贸易有限公司", "鑫焱贸易有限公司")
    assert alike.sounds_alike
    assert not unlike.sounds_alike
    assert unlike.value < alike.value < threshold()
    assert "同音" in alike.message("zh")


@pytest.mark.parametrize(
    ("one", "other", "is_match"),
    [
        ("Smith, John", "John Smith", True),
        ("Dr. Anna Maria Petrova", "Anna Petrova", True),
        ("J. R. Hollander", "John Robert Hollander", True),
        ("Сергей Иванов", "Sergei Ivanov", True),
        ("Yousef al-Karimi", "Yusuf Al Karimi", True),
        ("Bob Hollander", "Robert Hollander", True),
        ("გიორგი ბერიძე", "Giorgi Beridze", True),
        ("فريد منصور", "Farid Mansur", True),
        ("山田太郎", "山田太郎", True),
        ("John Hollander", "Peter Hollander", False),
        ("Anna Petrova", "Anna Sidorova", False),
        ("K. Hollander", "John Hollander", False),
        ("Umar bin Yusuf al-Karimi", "Yusuf bin Umar al-Karimi", False),
        ("王建国", "王建军", False),
    ],
)
def test_people(one: str, other: str, is_match: bool) -> None:
    assert compare(one, other, NameKind.PERSON).is_match is is_match


def test_numbers_tell_legal_entities_apart_and_not_houses() -> None:
    names = ("Orchard Partners V L.P.", "Orchard Partners VI L.P.")
    assert not compare(*names).is_match
    assert compare(*names, purpose=Purpose.SCREENING).is_match


def test_parts_of_a_chinese_name() -> None:
    parts = parse("江苏省苏州市第二建筑工程集团有限公司苏州分公司")
    assert [(w.text, w.role) for w in parts.words] == [
        ("江苏省苏州市", Role.PLACE), ("第二", Role.NUMBER), ("第二", Role.OWN), ("建筑工程", Role.TRADE),
    ]  # fmt: skip
    assert (parts.forms, parts.branch, parts.is_group) == ({"limited"}, "苏州分公司", True)


@pytest.mark.parametrize(
    ("name", "forms", "words"),
    [
        ("Open Joint Stock Company Vostok", {"shares"}, ["vostok"]),
        ("Vostok o.O.O.", {"limited"}, ["vostok"]),
        ("Brightwater EUROPE Sp. z o.o.", {"limited"}, ["brightwater", "europe"]),
        ("Company", set(), ["company"]),
        ("The Bank of Fifty-Two", set(), ["bank", "fifty two"]),
    ],
)
def test_parts_of_a_latin_name(name: str, forms: set[str], words: list[str]) -> None:
    parts = parse(name)
    assert (parts.forms, [w.text for w in parts.words]) == (forms, words)


@pytest.mark.parametrize(
    ("text", "script", "latin"),
    [
        ("восток", "cyrillic", "vostok"),
        ("バラク", "kana", "baraku"),
        ("김", "hangul", "gim"),
        ("恒驰", "han", "hengchi"),
    ],
)
def test_scripts(text: str, script: str, latin: str) -> None:
    assert (script_of(text), romanised(text)) == (script, latin)


def test_consonants_outlast_a_script_without_vowels() -> None:
    assert skeleton("منصور") == skeleton("mansur")


@pytest.mark.parametrize("empty", ["", "   ", "（）"])
def test_nothing_is_like_nothing(empty: str) -> None:
    score = compare(empty, empty)
    assert score.value == 0
    assert score.message("en") == "There is no name to compare."


def test_reasons_keep_the_order_of_the_question() -> None:
    one, other = "上海恒驰科技有限公司", "北京恒驰科技有限公司"
    assert compare(one, other).parts[0].left == "上海"
    assert compare(other, one).parts[0].left == "北京"
    assert compare(one, other).message("zh") == "地名不同：“上海”与“北京”。"
    assert compare("甲乙有限公司", "甲乙股份有限公司").message("en") == (
        "the legal forms differ: a limited company and a company limited by shares."
    )


def test_every_weighted_feature_is_documented() -> None:
    weighted = {name for weights in shipped_weights().values() for name in weights.cost}
    assert weighted <= set(features())
    for feature in features().values():
        assert all((feature.zh, feature.en, feature.sentence_zh, feature.sentence_en))


def test_what_is_common_in_a_book_says_little() -> None:
    book = [f"恒{chr(0x4E00 + n)}木蜡染色有限公司" for n in range(600)] + [
        f"Orchard{n} Zymurgy Ltd" for n in range(600)
    ]
    corpus = Corpus.of(book)
    assert "zymurgy" in corpus.latin
    assert {"染色", "木蜡染色"} <= corpus.chinese
    pair = ("恒驰木蜡染色有限公司", "恒驰有限公司")
    assert compare(*pair, corpus=corpus).is_match
    assert not compare(*pair).is_match
    assert Corpus.of(book[:10]) == Corpus()


# --- properties

OWN = st.text("鑫淼恒驰瑞达盛华", min_size=2, max_size=4)
CHINESE = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "上海", "深圳市", "江苏省苏州市"]),
    OWN,
    st.sampled_from(["", "科技", "贸易", "精密机械"]),
    st.sampled_from(["", "有限公司", "股份有限公司", "集团有限公司"]),
)
LATIN = st.lists(
    st.sampled_from(
        ("Orchard", "Vostok", "Brightwater", "Oil", "Gas", "II", "III", "France", "Ltd", "GmbH", "Jon", "John")
    ),
    min_size=1,
)
ANY = st.one_of(CHINESE, LATIN.map(" ".join), st.text(max_size=20))
KINDS = st.sampled_from(list(NameKind))


@given(ANY, ANY, KINDS)
def test_symmetric_and_within_bounds(one: str, other: str, kind: NameKind) -> None:
    score = compare(one, other, kind)
    assert 0 <= score.value <= 1
    assert compare(other, one, kind).value == score.value


@given(ANY, KINDS)
def test_a_name_is_itself(name: str, kind: NameKind) -> None:
    assert compare(name, name, kind).value == (1 if parse(name, kind).words else 0)


@given(CHINESE)
def test_width_and_blanks_say_nothing(name: str) -> None:
    wide = name.replace("(", "（").replace("", " ").strip()
    assert compare(name, wide).value == 1


@given(LATIN.map(" ".join))
def test_case_width_and_blanks_say_nothing(name: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name).upper().replace(" ", "  ")
    assert compare(name, wide).value == 1


@given(st.dictionaries(st.sampled_from(sorted(features())), st.floats(0, 1)), st.sampled_from(sorted(features())))
def test_more_disagreement_never_raises_a_score(sizes: dict[str, float], feature: str) -> None:
    from xinheng.engine.matching.features import Finding

    less = [Finding(name, size) for name, size in sizes.items()]
    more = [*(f for f in less if f.feature != feature), Finding(feature, 1.0)]
    for weights in shipped_weights().values():
        assert weights.value(more) <= weights.value(less) + 1e-12


RANKED = [
    ["上海恒驰科技有限公司", "恒驰科技有限公司", "恒驰有限公司", "恒弛有限公司", "恒淼有限公司"],
    ["Brightwater Foods Ltd", "Brightwatter Foods Ltd", "Brightwatter Foods France Ltd", "Brightfoot Foods France Ltd"],
]


@pytest.mark.parametrize("names", RANKED)
def test_farther_names_rank_lower(names: list[str]) -> None:
    values = [compare(names[0], name).value for name in names]
    assert values == sorted(values, reverse=True)
    assert all(a > b for a, b in itertools.pairwise(values))
