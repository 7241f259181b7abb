"""`make run` as a newcomer meets it: real servers, in a copy of the project in a folder with spaces."""

import json
import os
import re
import signal
import smtplib
import socket
import threading
import time
import urllib.error
import urllib.request

import psycopg2
import pytest
from celery import current_app
from kombu import Connection

from tests.conftest import wait_for
from tests.local.stack import children, copy_tree, descendants, is_living, run_python_on_a_small_disk, start_python

RUN = ["-m", "probio.local", "run"]
BUSY = 20
PARTS = {
    "postgres": "bin/postgres ",
    "valkey": "valkey-server ",
    "mail": "mail_sink ",
    "web": "gunicorn ",
    "worker": " worker ",
    "beat": " beat ",
}


class Site:
    """A run and what can be seen of it from outside."""

    def __init__(self, tree, port):
        self.tree, self.port = tree, port
        self.process, self.said = None, []

    def start(self):
        self.said = []
        self.process = start_python(*RUN, cwd=self.tree, PORT=str(self.port), WEB_WORKERS="1")
        threading.Thread(target=self._listen, args=[self.process], daemon=True).start()
        wait_for(lambda: "Ctrl-C stops" in "".join(self.said) or not self.is_running(), seconds=60, what="the site")
        assert self.is_running(), "".join(self.said)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, number):
        """Send the supervisor a signal; return its exit code once it and everything below it is gone."""
        everything = {self.process.pid, *descendants(self.process.pid)}
        assert len(everything) > len(PARTS)
        self.process.send_signal(number)
        wait_for(
            lambda: self.process.poll() is not None and not any(map(is_living, everything)), seconds=5, what="the end"
        )
        return self.process.returncode

    def pid_of(self, part):
        found = [pid for pid, command in children(self.process.pid).items() if PARTS[part] in command]
        return found[0] if found else None

    def get(self, path):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).read().decode()

    def readiness(self):
        try:
            return json.loads(self.get("/readyz"))
        except (urllib.error.URLError, OSError):
            return {}

    def is_well(self):
        """Whether pages, database, broker and mail work."""
        report = self.readiness()
        return (report.get("database"), report.get("broker")) == ("ok", "ok") and self.takes_mail()

    def takes_mail(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.state()["mail_port"], timeout=2) as client:
                return client.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def has_worked_since(self, before):
        """Whether the worker, asked again, has done a task since a heartbeat."""
        url = f"redis://:{self.state()['valkey_password']}@127.0.0.1:{self.state()['valkey_port']}/0"
        with Connection(url) as connection:
            current_app.send_task("probio.health.record_heartbeat", connection=connection)
        time.sleep(0.2)
        return self.readiness().get("worker_heartbeat") not in (before, None)

    def state(self):
        return json.loads((self.tree / ".local" / "state.json").read_text())

    def ask(self, query):
        url = f"postgres://postgres:{self.state()['postgres_password']}@127.0.0.1:{self.state()['postgres_port']}/postgres"
        connection = psycopg2.connect(url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def password(self):
        return re.search(r"password: (\S+)", "".join(self.said)).group(1)

    def _listen(self, process):
        self.said.extend(process.stdout)


@pytest.fixture(scope="module")
def the_site(tmp_path_factory):
    parts = ("probio", "articles", "consultations", "templates", "static", "manage.py")
    tree = copy_tree(tmp_path_factory.mktemp("clone") / "my site", *parts)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = Site(tree, port)
    yield site
    if site.is_running():
        site.process.terminate()
        site.process.wait(timeout=10)


@pytest.fixture
def site(the_site):
    """The module's site, running and well whatever the test before did to it."""
    if not the_site.is_running():
        the_site.start()
    wait_for(the_site.is_well, seconds=BUSY, what="the site to be well")
    return the_site


@pytest.fixture
def bare_tree(tmp_path):
    """Enough for a run that must stop before it starts the site."""
    return copy_tree(tmp_path / "my site", "probio")


def one_line(process):
    """The line a refused run leaves with; more than one fails the test."""
    [line] = process.communicate(timeout=20)[0].strip().splitlines()
    assert process.returncode == 1
    return line


def test_run_prints_where_it_is_and_answers_there(site):
    said = "".join(site.said)
    assert f"Site   http://127.0.0.1:{site.port}/\n" in said
    assert f"http://127.0.0.1:{site.port}/admin/   sign in as: staff   password: " in said
    assert "Traceback" not in said
    assert "<h1" in site.get("/")
    assert site.ask("SELECT is_staff FROM auth_user WHERE username = 'staff'") == [(True,)]


def test_run_keeps_mail_where_it_says(site):
    assert f"http://127.0.0.1:{site.port}/dev/mail/   or as files in {site.tree}/.local/mail" in "".join(site.said)
    with smtplib.SMTP("127.0.0.1", site.state()["mail_port"]) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: Seen in the sink\n\nHello")
    assert "Seen in the sink" in site.get("/dev/mail/")


@pytest.mark.parametrize("part", PARTS)
def test_killed_part_is_replaced_within_five_seconds(site, part):
    killed = site.pid_of(part)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: site.pid_of(part) not in (killed, None), seconds=5, what=f"a new {part}")
    # On a quiet machine this too takes under four seconds; a busy one needs as long just to load Django.
    wait_for(site.is_well, seconds=BUSY, what="the site to be well")


@pytest.mark.parametrize("part", ["worker", "valkey"])
def test_work_goes_on_after_a_kill(site, part):
    before = site.readiness()["worker_heartbeat"]
    killed = site.pid_of(part)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: site.pid_of(part) != killed and site.is_well(), seconds=BUSY, what="the site to be well")
    wait_for(lambda: site.has_worked_since(before), seconds=BUSY, what="a task done")


def schedule(site):
    """Where beat keeps its last times, once written: one file, or of three (dbm.dumb) the one with the values."""
    files = [file for file in site.tree.glob(".local/beat*") if file.suffix not in (".dir", ".bak")]
    return [file for file in files if file.exists() and file.stat().st_size]


def test_beat_with_a_damaged_schedule_is_healed(site):
    [file] = wait_for(lambda: schedule(site), seconds=BUSY, what="a schedule")
    file.write_bytes(b"")
    os.kill(site.pid_of("beat"), signal.SIGKILL)
    wait_for(lambda: schedule(site), seconds=BUSY, what="a new schedule")


def test_second_run_in_the_same_folder_is_refused(site, unused_tcp_port):
    second = start_python(*RUN, cwd=site.tree, PORT=str(unused_tcp_port))
    assert one_line(second) == "probio: `make run` is already running in this folder."


def test_killed_supervisor_leaves_nothing_and_loses_nothing(site):
    site.ask("CREATE TABLE IF NOT EXISTS keepsake (word text)")
    site.ask("INSERT INTO keepsake VALUES ('kept')")
    password = site.password()
    assert site.stop(signal.SIGKILL) == -signal.SIGKILL
    site.start()
    assert site.ask("SELECT DISTINCT word FROM keepsake") == [("kept",)]
    assert site.password() == password


def test_interrupted_run_leaves_nothing_within_five_seconds(site):
    assert site.stop(signal.SIGINT) == 0
    assert "Stopping everything" in "".join(site.said)
    assert "Traceback" not in "".join(site.said)


def test_run_asked_to_stop_while_it_starts_leaves_nothing(bare_tree, unused_tcp_port):
    run = start_python(*RUN, cwd=bare_tree, PORT=str(unused_tcp_port))
    assert "Starting PostgreSQL" in run.stdout.readline()
    wait_for(lambda: children(run.pid), seconds=5, what="the first server")
    everything = descendants(run.pid)
    run.terminate()
    said = run.communicate(timeout=5)[0]
    wait_for(lambda: not any(map(is_living, everything)), seconds=5, what="the end")
    assert (run.returncode, said) == (0, "\nStopping everything …\n")


def test_run_on_a_taken_port_names_the_variable(bare_tree, unused_tcp_port):
    with socket.socket() as intruder:
        intruder.bind(("127.0.0.1", unused_tcp_port))
        intruder.listen()
        line = one_line(start_python(*RUN, cwd=bare_tree, PORT=str(unused_tcp_port)))
    assert re.fullmatch(rf"probio: port {unused_tcp_port} is taken; .* PORT=\d+ make run", line)


@pytest.mark.parametrize("port", ["", "65536", "8²"])
def test_run_on_no_port_number_is_refused(bare_tree, port):
    line = one_line(start_python(*RUN, cwd=bare_tree, PORT=port))
    assert line == f"probio: PORT={port} is not a port number."


@pytest.mark.parametrize(("size", "cause"), [("4k", "cannot write to "), ("1m", "PostgreSQL could not make ")])
def test_run_on_a_full_disk_stops_with_one_line(bare_tree, unused_tcp_port, size, cause):
    state = bare_tree / ".local"
    state.mkdir()
    done = run_python_on_a_small_disk(state, size, *RUN, cwd=bare_tree, PORT=str(unused_tcp_port))
    [_, line] = done.stdout.splitlines()
    assert line.startswith(f"probio: {cause}{state}")
    assert "No space left on device" in line
    assert done.returncode == 1
