"""`bench screening` on a small file of pairs of our own."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from xinheng.bench.screening import best_threshold, grouped_folds, judged, read_pairs
from xinheng.bench.screening_fit import fit
from xinheng.cli import main

PAIRS = """name1,name2,is_match,schema,case_group
Orchard Foods Ltd,Orchard Foods Limited,true,Company,forms
Orchard Foods Ltd,Vostok Steel Ltd,false,Company,forms
Brightwater SA,Brightwatter S.A.,true,Company,slips
Brightwater SA,Meadow SA,false,Company,slips
上海恒驰科技有限公司,上海恒馳科技有限公司,true,Company,chinese
Anna Petrova,Petrova Anna,true,Person,people
Anna Petrova,Anna Sidorova,false,Person,people
"""


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.csv"
    path.write_text(PAIRS, encoding="utf-8")
    return path


def test_one_object_with_the_agreed_keys(pairs: Path) -> None:
    answer = CliRunner().invoke(main, ["bench", "screening", "--pairs", str(pairs), "--json"])
    found = json.loads(answer.stdout)
    assert {
        "threshold",
        "precision",
        "recall",
        "f1",
        "f1_companies",
        "by_group",
        "screen_seconds",
        "delta_seconds",
    } <= set(found)
    assert (found["precision"], found["recall"], found["f1_companies"]) == (1, 1, 1)
    assert found["by_group"]["people"] == {"pairs": 2, "precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert found["screen_seconds"] is None
    assert any("screen_seconds" in note for note in found["notes"])


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name1,name2\na,b\n", encoding="utf-8")
    answer = CliRunner().invoke(main, ["bench", "screening", "--pairs", str(path)])
    assert answer.exit_code == 2
    assert "no column is_match" in answer.stderr


def test_pairs_that_share_a_name_stay_in_one_fold(pairs: Path) -> None:
    rows = read_pairs(pairs)
    folds = grouped_folds(rows, 1)
    assert sorted(at for fold in folds for at in fold) == list(range(7))
    place = {at: number for number, fold in enumerate(folds) for at in fold}
    assert place[0] == place[1]
    assert place[2] == place[3]
    assert place[5] == place[6]


def test_costs_are_never_negative_and_tell_the_harmful_feature() -> None:
    sizes = [[0.0, 1.0], [0.0, 0.0], [1.0, 1.0], [1.0, 0.0]] * 10
    base, (harmful, helpful) = fit(sizes, [row[0] == 0.0 for row in sizes])
    assert base > 0
    assert harmful > 2
    assert helpful < harmful / 5
    rising = fit(sizes, [row[1] == 1.0 for row in sizes])[1]
    assert rising[1] == 0


def test_threshold_and_figures() -> None:
    assert best_threshold([(0.9, True), (0.8, True), (0.3, False)]) == pytest.approx(0.55, abs=0.01)
    assert judged([(True, True), (True, False), (False, True)]) == {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert judged([(False, False)])["f1"] is None
