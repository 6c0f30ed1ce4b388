"""The tree of errors: codes, sentences, data."""

import json
import pickle
import re
from collections.abc import Iterator

import pytest

from xinheng.engine import errors
from xinheng.engine.errors import BadInput, EngineError, UnreadableAmount


def tree(kind: type[EngineError] = EngineError) -> Iterator[type[EngineError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


OURS = [kind for kind in tree() if kind.__module__ == errors.__name__]


def test_codes_are_stable_and_one_per_class() -> None:
    codes = [kind.code for kind in OURS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch("[a-z_]+", code) for code in codes)


def test_the_docstring_draws_every_class_with_its_code() -> None:
    assert errors.__doc__ is not None
    drawn = dict(re.findall(r"^ {4}[\s│├└─]*([A-Z]\w+)\s+([a-z_]+)", errors.__doc__, re.MULTILINE))
    assert drawn == {kind.__name__: kind.code for kind in OURS}


@pytest.mark.parametrize("kind", OURS)
def test_every_class_says_its_own_sentence_in_both_languages(kind: type[EngineError]) -> None:
    if kind is not EngineError:
        assert {"code", "zh", "en"} <= vars(kind).keys()
    assert kind().message("zh") != kind().message("en")
    assert "{" not in kind().message("en")


def test_data_are_kept_and_shown_cut() -> None:
    error = UnreadableAmount(value="x" * 500, why="form", detail_zh="可填 1", detail_en="accepted is 1")
    assert error.data["value"] == "x" * 500
    assert str(error) == f"“{'x' * 60}…” cannot be read as an amount: accepted is 1"
    assert error.message("zh") == f"无法将“{'x' * 60}…”识别为金额：可填 1"


def test_braces_in_a_value_are_no_template() -> None:
    assert "{0.__class__}" in str(UnreadableAmount(value="{0.__class__}"))


def test_an_error_goes_into_json_and_through_a_worker() -> None:
    error = UnreadableAmount(value="x", why="form", at=[1])
    assert json.loads(json.dumps(error.as_dict()))["data"] == {"value": "x", "why": "form", "at": "[1]"}
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.data, str(again)) == (UnreadableAmount, error.data, str(error))


def test_one_name_catches_what_the_giver_can_mend() -> None:
    with pytest.raises(BadInput):
        raise UnreadableAmount(value="x")
