"""The doctor names what is wrong and how to mend it, and is content when nothing is."""

import json
import os

import psycopg
import pytest
from click.testing import CliRunner

from xinheng.cli import main
from xinheng.database.doctor import examine


def findings() -> dict[str, object]:
    return {finding.key: finding for finding in examine()}


def test_without_data_it_proves_that_a_database_can_be_made_and_leaves_none(own_environment):
    found = findings()
    assert found["embedded"].status == "ok"
    assert found["database"].status == "ok"
    assert "trial" in found["database"].text("en")
    assert "试建" in found["database"].text("zh")
    assert not (own_environment / "home" / "database").exists()


def test_it_asks_the_server_itself(own_environment, cluster, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", cluster.url)
    found = findings()
    assert found["database"].text("en").startswith("PostgreSQL 18.")
    assert found["privileges"].status == "ok"
    secret = psycopg.conninfo.conninfo_to_dict(cluster.url)["password"]
    assert not [finding for finding in found.values() if secret in str(finding)]


def test_a_database_with_another_encoding_or_without_rights_fails_with_the_remedy(
    own_environment, cluster, monkeypatch
):
    with psycopg.connect(cluster.url, autocommit=True) as server:
        server.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0")
    monkeypatch.setenv("DATABASE_URL", psycopg.conninfo.make_conninfo(cluster.url, dbname="latin"))
    found = findings()
    assert found["encoding"].status == "fail"
    assert "CREATE DATABASE latin ENCODING 'UTF8'" in found["encoding"].remedy.en

    monkeypatch.setenv("DATABASE_URL", psycopg.conninfo.make_conninfo(cluster.url, dbname="postgres"))
    found = findings()
    assert found["privileges"].status == "fail", "the role does not own that one"
    assert "ALTER DATABASE postgres OWNER TO xinheng" in found["privileges"].remedy.en


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("DATABASE_URL", "postgresql://nobody:geheim@127.0.0.1:1/none", "database"),
        ("XINHENG_PG_BIN", "/nonexistent", "embedded"),
    ],
)
def test_the_command_ends_with_3_and_says_what_to_do(own_environment, monkeypatch, variable, value, check):
    monkeypatch.setenv(variable, value)
    done = CliRunner().invoke(main, ["doctor", "--json"])
    assert done.exit_code == 3
    report = json.loads(done.stdout)
    assert report["ok"] is False
    (finding,) = [finding for finding in report["findings"] if finding["check"] == check]
    assert finding["status"] == "fail"
    assert finding["remedy"]
    assert "geheim" not in done.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its server to another user")
def test_a_closed_parent_is_found_before_anything_is_started(own_environment, monkeypatch):
    closed = own_environment / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("XINHENG_DATA", str(closed / "home"))
    found = findings()
    assert found["data_directory"].status == "fail"
    assert str(closed) in found["data_directory"].text("en")
    assert list(closed.iterdir()) == []
