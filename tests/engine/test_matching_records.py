"""Two customer files, and a whole book: identifiers first, then names with what stands beside them."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from xinheng.bench.duplicates_book import write_book
from xinheng.engine.identity import uscc_check_character
from xinheng.engine.matching import (
    PROPOSED,
    BookUnreadable,
    Record,
    Run,
    compare_records,
    find_duplicates,
)
from xinheng.engine.matching.records import plain_address, plain_phone


def code(serial: int) -> str:
    body = f"91999999M{serial:08d}"
    return body + uscc_check_character(body)


def record(**given: str) -> Record:
    return Record(**{"id": "a", "name": "上海恒驰科技有限公司", **given})


# --- the order of identifiers: USCC, LEI, tax number, then name with region


@pytest.mark.parametrize(
    "same",
    [{"uscc": code(1)}, {"lei": "213800KUD8LAJWSQ9D15"}, {"tax_id": "DE 811-1234-56"}, {"reg_no": "110108000000016"}],
)
def test_an_identifier_decides_whatever_the_names(same: dict[str, str]) -> None:
    score = compare_records(record(**same), record(name="广州瑞达贸易有限公司", **same))
    assert score.value > 0.99
    assert [e.code for e in score.evidence] == list(same)


def test_two_right_codes_are_two_companies() -> None:
    same = {"phone": "021-55667788", "address": "上海市科技路9号"}
    score = compare_records(record(uscc=code(1), **same), record(uscc=code(2), **same))
    assert score.value == 0
    assert score.evidence[0].message("zh") == f"两个有效的统一社会信用代码不同：{code(1)}、{code(2)}"


def test_the_code_goes_before_the_lei() -> None:
    lei = "213800KUD8LAJWSQ9D15"
    assert compare_records(record(uscc=code(1), lei=lei), record(uscc=code(2), lei=lei)).value == 0


def test_a_wrong_code_neither_joins_nor_parts() -> None:
    wrong = code(1)[:-1] + ("0" if code(1)[-1] != "0" else "1")
    joined = compare_records(record(uscc=wrong), record(uscc=wrong, name="广州瑞达贸易有限公司"))
    assert joined.value < PROPOSED
    near = compare_records(record(uscc=code(1)), record(uscc=wrong, name="上海恒弛科技有限公司"))
    assert near.value > PROPOSED
    assert "code_near" in [e.code for e in near.evidence]


def test_the_whole_name_with_its_place_is_enough() -> None:
    assert compare_records(record(), record(name="上海市恒驰科技有限责任公司")).value > PROPOSED


def test_a_name_without_its_place_wants_more() -> None:
    placeless = {"name": "恒驰科技有限公司"}
    assert compare_records(record(), record(**placeless)).value < PROPOSED
    assert compare_records(record(phone="13800001234"), record(**placeless, phone="+86 138-0000-1234")).value > PROPOSED
    assert compare_records(record(**placeless), record(**placeless)).value < PROPOSED


def test_a_homophone_wants_a_phone_or_an_address() -> None:
    other = {"name": "上海恒弛科技有限公司"}
    assert compare_records(record(), record(**other)).value < PROPOSED
    address = "上海市浦东新区科技路9号3楼"
    assert compare_records(record(address=address), record(**other, address="科技路9号3层")).value > PROPOSED
    assert compare_records(record(address=address), record(**other, address="科技路8号3层")).value < PROPOSED
    assert compare_records(record(phone="02155667788"), record(**other, phone="021-55667788")).value > PROPOSED


@pytest.mark.parametrize(
    "sister", ["上海恒驰贸易有限公司", "上海恒驰科技有限公司苏州分公司", "上海第二恒驰科技有限公司"]
)
def test_sisters_share_phone_and_address_and_stay_two(sister: str) -> None:
    same = {"phone": "021-55667788", "address": "上海市科技路9号", "person": "王伟"}
    assert compare_records(record(**same), record(name=sister, **same)).value < PROPOSED


def test_other_regions_speak_against_namesakes() -> None:
    one, other = (
        record(name="恒驰科技有限公司", region_code="310115"),
        record(name="恒驰科技有限公司", region_code="440300"),
    )
    assert compare_records(one, other).value < compare_records(one, one).value
    assert compare_records(one, other).value < PROPOSED


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("+86 138-0000-1234", "13800001234"),
        ("（021）5566 7788", "2155667788"),
        ("12345", ""),
        ("00000000", ""),
        ("", ""),
    ],
)
def test_phones(written: str, plain: str) -> None:
    assert plain_phone(written) == plain


def test_addresses() -> None:
    assert plain_address("广东省深圳市南山区科技路９号 3楼301室") == ("广东省深圳市南山区", "科技路9 3 301")
    assert plain_address("") == ("", "")


# --- the book


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"memory_limit": "256MB", "threads": 1}) as opened:
        yield opened


def load(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Record]:
    connection.execute(f"CREATE TABLE book AS SELECT * FROM read_csv('{path}', all_varchar=true, header=true)")
    rows = connection.execute("SELECT * FROM book").fetchall()
    return [Record(*(value or "" for value in row)) for row in rows]


def test_the_book_finds_what_pairs_find(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    written = write_book(tmp_path / "book.csv", 150, seed=3)
    book = load(connection, tmp_path / "book.csv")
    proposed = {
        frozenset((a.id, b.id))
        for a, b in itertools.combinations(book, 2)
        if compare_records(a, b).value >= PROPOSED
    }  # fmt: skip
    run = Run()
    found = list(find_duplicates(connection, "book", run=run))
    assert {frozenset((d.a, d.b)) for d in found} == proposed
    assert len(found) == run.proposed
    assert run.rows == 150
    assert run.candidates < 150
    known = {frozenset(pair) for pair in written.pairs}
    assert len(known & proposed) >= 0.8 * len(known)
    assert all(d.reasons and d.value >= PROPOSED for d in found)


def test_small_batches_and_processes_change_nothing(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_book(tmp_path / "book.csv", 80, seed=4)
    load(connection, tmp_path / "book.csv")
    whole = {(d.a, d.b): d for d in find_duplicates(connection, "book")}
    parts = {(d.a, d.b): d for d in find_duplicates(connection, "book", batch=7, processes=2)}
    assert parts == whole
    assert whole


def test_no_more_than_a_batch_is_asked_for(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xinheng.engine.matching import duplicates

    write_book(tmp_path / "book.csv", 80, seed=4)
    load(connection, tmp_path / "book.csv")
    sizes: list[int] = []

    def watched(given: tuple[float, list[tuple[str, ...]]]) -> list[duplicates.Duplicate]:
        sizes.append(len(given[1]))
        return scored(given)

    scored = duplicates._duplicates_of
    monkeypatch.setattr(duplicates, "_duplicates_of", watched)
    list(find_duplicates(connection, "book", batch=2))
    assert max(sizes) <= 2
    assert len(sizes) > 1


def test_a_key_that_too_many_share_is_left_out_and_counted(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE book AS SELECT i::VARCHAR AS id, '上海恒驰科技有限公司' AS name, '13800001234' AS phone "
        "FROM range(6) t(i)"
    )
    run = Run()
    assert list(find_duplicates(connection, "book", most_in_block=5, run=run)) == []
    assert run.skipped_keys == {"name": 1, "own": 1, "phone": 1}
    assert len(list(find_duplicates(connection, "book", most_in_block=6))) == 15


def test_identifiers_have_no_cap(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"CREATE TABLE book AS SELECT i::VARCHAR AS id, '第' || i || '号客户' AS name, '{code(7)}' AS uscc "
        "FROM range(9) t(i)"
    )
    found = list(find_duplicates(connection, "book", most_in_block=2))
    assert len(found) == 8
    assert all("统一社会信用代码相同" in d.message("zh") for d in found)


def test_right_codes_that_differ_are_no_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE book AS SELECT * FROM (VALUES "
        f"('a', '上海恒驰科技有限公司', '{code(1)}'), ('b', '上海恒驰科技有限公司', '{code(2)}')) t(id, name, uscc)"
    )
    run = Run()
    assert list(find_duplicates(connection, "book", run=run)) == []
    assert run.candidates == 0


def test_a_book_without_names_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE book AS SELECT 1 AS id")
    with pytest.raises(BookUnreadable) as refusal:
        list(find_duplicates(connection, "book"))
    assert refusal.value.message("zh") == "客户表缺少列：name"


def test_an_empty_book_has_no_duplicates(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE book (id VARCHAR, name VARCHAR)")
    assert list(find_duplicates(connection, "book")) == []
