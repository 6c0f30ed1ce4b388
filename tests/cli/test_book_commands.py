"""`xinheng user` and `xinheng import`: the book from the command line, by the rules of the pages."""

import json

import pytest
from click.testing import CliRunner

from xinheng.cli import main
from xinheng.server.accounts.models import User
from xinheng.server.accounts.services import user_create
from xinheng.server.customers.models import Customer
from xinheng.server.events.models import Event
from xinheng.server.exchange.models import ImportRun

pytestmark = pytest.mark.django_db
GOOD, BAD = "91350100M000100Y43", "91350100M000100Y44"


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def manager():
    return user_create(username="manager", password="a long enough password", roles=["credit_manager"])


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def companies(tmp_path):
    def write(*codes):
        path = tmp_path / "companies.csv"
        rows = [f"示例{i}有限公司,{code}" for i, code in enumerate(codes)]
        path.write_text("\n".join(["企业名称,统一社会信用代码", *rows]), encoding="gbk")
        return path

    return write


def test_the_first_account(db):
    answer = run(
        "user", "create", "chief", "--role", "administrator", "--role", "sales", "--password", "rowing-Boats-7"
    )
    assert answer.exit_code == 0, answer.output
    chief = User.objects.get()
    assert sorted(chief.groups.values_list("name", flat=True)) == ["administrator", "sales"]
    assert Event.objects.get().type == "account.created"
    assert "administrator, sales" in run("user", "list").stdout


@pytest.mark.parametrize("password", ["12345", "chief"])
def test_an_easy_password_makes_no_account(db, password):
    answer = run("user", "create", "chief", "--role", "administrator", "--password", password)
    assert answer.exit_code == 2
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_a_name_is_given_once(manager):
    answer = run("user", "create", "manager", "--role", "sales", "--password", "rowing-Boats-7")
    assert answer.exit_code == 2
    assert "There is an account manager already" in answer.stderr
    assert User.objects.count() == 1


def test_a_file_goes_into_the_book(manager, companies):
    answer = run("import", "customers", companies(GOOD), "--as", "manager", "--json")
    assert answer.exit_code == 0, answer.output
    read = json.loads(answer.stdout)
    assert (read["state"], read["inserted"], read["errors"]) == ("done", 1, 0)
    assert Customer.objects.get().name == "示例0有限公司"


def test_one_wrong_row_stops_all_unless_the_good_ones_are_asked_for(manager, companies, tmp_path):
    path = companies(GOOD, BAD)
    answer = run("import", "customers", path, "--as", "manager")
    assert answer.exit_code == 1
    assert BAD in answer.stderr
    assert not Customer.objects.exists()
    report = tmp_path / "refused.csv"
    answer = run("import", "customers", path, "--as", "manager", "--good-rows", "--report", report)
    assert answer.exit_code == 1
    assert Customer.objects.count() == 1
    assert BAD in report.read_text("utf-8")


def test_checking_writes_nothing(manager, companies):
    answer = run("import", "customers", companies(GOOD), "--as", "manager", "--check-only")
    assert answer.exit_code == 0
    assert ImportRun.objects.get().state == "preview"
    assert not Customer.objects.exists()


@pytest.mark.parametrize("username", ["nobody", "closed", "auditor"])
def test_only_an_open_account_with_the_right_imports(companies, username):
    user_create(username="auditor", password="a long enough password", roles=["auditor"])
    closed = user_create(username="closed", password="a long enough password", roles=["credit_manager"])
    User.objects.filter(pk=closed.pk).update(is_active=False)
    answer = run("import", "customers", companies(GOOD), "--as", username)
    assert answer.exit_code == 2
    assert not Customer.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_file_that_is_no_table_is_refused(manager, tmp_path):
    (tmp_path / "picture.csv").write_bytes(b"\x89PNG\0\0")
    answer = run("import", "customers", tmp_path / "picture.csv", "--as", "manager")
    assert answer.exit_code == 2
    assert not ImportRun.objects.exists()
