"""kill -9 of the worker in the middle of an import: whole chunks or nothing, and the run goes on where it stopped."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from xinheng.bench.imports import write_invoices
from xinheng.database import Cluster

pytestmark = pytest.mark.faults
ROWS = 400_000
CUSTOMERS = 1_000
GOOD = ROWS - ROWS // 1_000  # the file has one wrong row in a thousand

PREPARE = """
from xinheng.bench.imports import _prepare
from pathlib import Path
from django.core.files.uploadedfile import UploadedFile
from xinheng import intake
from xinheng.server.exchange import services
actor = _prepare({customers})
with open({source!r}, "rb") as stream:
    run = services.import_upload(kind="invoices", upload=UploadedFile(stream, "invoices.csv"), actor=actor)
services.import_map(run=run, mapping=intake.Mapping.from_json(run.mapping), actor=actor)
"""
START = """
from xinheng.server.exchange import services
from xinheng.server.exchange.models import ImportRun
run = ImportRun.objects.get()
services.import_start(run=run, policy={policy!r}, duplicates="error", actor=run.started_by)
"""
REVIVE = """
from django.db import connection
from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.jobs import imports_revive
from django.utils import timezone
import datetime
ImportRun.objects.update(heartbeat_at=timezone.now() - datetime.timedelta(minutes=2))
imports_revive(0)
"""


class House:
    """A database of its own with one uploaded file of invoices, and workers that can be killed."""

    def __init__(self, home, url):
        self.url = url
        self.env = os.environ | {
            "DATABASE_URL": url,
            "XINHENG_DATA": str(home / "data"),
            "XINHENG_MEDIA": str(home / "media"),
            "DJANGO_SETTINGS_MODULE": "xinheng.server.config.settings",
        }
        self.source = home / "invoices.csv"
        write_invoices(self.source, ROWS, CUSTOMERS)
        self.manage("migrate", "--verbosity=0")
        self.manage("createcachetable")

    def manage(self, *arguments):
        subprocess.run([sys.executable, "-m", "django", *arguments], env=self.env, check=True, capture_output=True)

    def act(self, script, **given):
        text = "import django; django.setup()\n" + script.format(**given)
        subprocess.run([sys.executable, "-c", text], env=self.env, check=True, capture_output=True)

    def worker(self):
        command = [sys.executable, "-m", "django", "procrastinate", "worker", "--one-shot"]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, query):
        with psycopg.connect(self.url) as connection:
            return connection.execute(query).fetchone()

    def work_until(self, condition, seconds=120):
        """Let a worker work until the condition, then kill -9 it."""
        worker = self.worker()
        until = time.monotonic() + seconds
        while not self.ask(f"select {condition} from exchange_importrun")[0]:
            assert worker.poll() is None, "the worker ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.02)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def work(self):
        assert self.worker().wait(180) == 0

    def run(self, *fields):
        return self.ask(f"select {', '.join(fields)} from exchange_importrun")


@pytest.fixture
def house(home):
    home.chmod(0o755)  # as root, the server runs as another user, who must get into its folder
    with Cluster(home / "pg", settings={"fsync": "off"}) as cluster:
        yield House(home, cluster.url)


def test_killed_while_checking_and_while_writing(house):
    house.act(PREPARE, customers=CUSTOMERS, source=str(house.source))
    house.work_until("rows_read > 100000")
    assert house.run("state", "position") == ("validating", 0)
    assert house.ask("select count(*) from receivables_invoice") == (0,)

    house.act(REVIVE)
    house.work()
    assert house.run("state", "rows_read", "rows_good", "errors") == ("preview", ROWS, GOOD, ROWS - GOOD)

    house.act(START, policy="good_rows")
    for position in (2, 4):
        house.work_until(f"position >= {position}")
        state, at, inserted, chunks = house.run("state", "position", "inserted", "chunks")
        assert (state, at < chunks) == ("running", True)
        assert house.ask("select count(*) from receivables_invoice") == (inserted,)
        house.act(REVIVE)
    house.work()
    assert house.run("state", "inserted", "skipped", "conflicts", "errors") == ("done", GOOD, 0, 0, ROWS - GOOD)
    assert house.ask("select count(*), count(distinct (customer_id, number)) from receivables_invoice") == (GOOD, GOOD)
    finished = house.ask("select count(*) from events_event where type = 'import.finished'")
    assert finished == (1,)


def test_all_or_nothing_killed_leaves_nothing(house):
    lines = house.source.read_text(encoding="utf-8").splitlines(keepends=True)
    house.source.write_text("".join(line for line in lines if "2023-02-30" not in line), encoding="utf-8")
    house.act(PREPARE, customers=CUSTOMERS, source=str(house.source))
    house.work()
    house.act(START, policy="all_or_nothing")
    house.work_until("progress >= 3")
    assert house.run("state", "position", "inserted") == ("running", 0, 0)
    assert house.ask("select count(*) from receivables_invoice") == (0,)
    house.act(REVIVE)
    house.work()
    assert house.run("state", "inserted") == ("done", GOOD)
    assert house.ask("select count(*) from receivables_invoice") == (GOOD,)
