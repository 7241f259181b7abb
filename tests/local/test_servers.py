import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from probio.local.errors import LocalError
from probio.local.processes import Supervisor, wait_until
from probio.local.servers import start_servers
from probio.local.state import State
from probio.local.valkey import Valkey
from tests.conftest import wait_for

NAMES = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL")
ELSEWHERE = {
    "DATABASE_URL": "postgres://probio:secret@db.example.com/probio",
    "REDIS_URL": "redis://cache.example.com:6379/0",
    "EMAIL_URL": "smtp://mail.example.com:25",
}


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "my site", held_by="the test")


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


@pytest.fixture
def newcomer(monkeypatch):
    """No server is named in the environment, unlike under `make test`."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def names(supervisor):
    return [program.name for program in supervisor.programs]


def test_start_servers_starts_all_three_and_returns_where_they_are(newcomer, supervisor, state):
    found = start_servers(supervisor, state, is_for_tests=False)
    assert names(supervisor) == ["postgres", "valkey", "mail"]
    assert tuple(found) == NAMES
    assert {urlsplit(url).hostname for url in found.values()} == {"127.0.0.1"}
    psycopg2.connect(found["DATABASE_URL"]).close()
    with redis.Redis.from_url(found["REDIS_URL"]) as client:
        assert client.ping()


def test_start_servers_starts_nothing_that_the_environment_names(newcomer, supervisor, state):
    for name, url in ELSEWHERE.items():
        newcomer.setenv(name, url)
    assert start_servers(supervisor, state, is_for_tests=False) == ELSEWHERE
    assert names(supervisor) == []


def test_start_servers_starts_only_what_the_environment_leaves_open(newcomer, supervisor, state):
    newcomer.setenv("DATABASE_URL", ELSEWHERE["DATABASE_URL"])
    newcomer.setenv("EMAIL_URL", "")
    found = start_servers(supervisor, state, is_for_tests=False)
    assert names(supervisor) == ["valkey", "mail"]
    assert found["DATABASE_URL"] == ELSEWHERE["DATABASE_URL"]


def test_start_servers_for_tests_has_no_mail_sink(newcomer, supervisor, state):
    newcomer.setenv("DATABASE_URL", ELSEWHERE["DATABASE_URL"])
    assert "EMAIL_URL" not in start_servers(supervisor, state, is_for_tests=True)
    assert names(supervisor) == ["valkey"]


def test_start_servers_tells_the_last_words_of_one_that_does_not_come_up(newcomer, supervisor, state):
    for name in ("DATABASE_URL", "REDIS_URL"):
        newcomer.setenv(name, ELSEWHERE[name])
    (state.directory / "mail").touch()  # a file where the sink wants its folder
    with pytest.raises(LocalError, match=r"^mail did not start: .*File exists") as caught:
        start_servers(supervisor, state, is_for_tests=False)
    assert "\n" not in str(caught.value)


def start_valkey(supervisor, state):
    valkey = Valkey(state)
    program = valkey.program()
    program.is_quiet = True
    supervisor.start(program)
    assert wait_until(valkey.answers, program, seconds=10), program.last_lines
    return valkey, program


def test_valkey_needs_its_password_which_stands_in_no_command_line(supervisor, state):
    valkey, program = start_valkey(supervisor, state)
    assert state.secret("valkey_password") not in Path(f"/proc/{program.process.pid}/cmdline").read_text()
    with socket.create_connection(("127.0.0.1", valkey.port), timeout=5) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")


def test_valkey_killed_is_back_within_five_seconds_with_what_it_was_told(supervisor, state):
    valkey, program = start_valkey(supervisor, state)
    with redis.Redis.from_url(valkey.url) as client:
        client.set("keepsake", "kept")
        killed = program.process.pid
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: program.process.pid != killed and valkey.answers(), seconds=5, what="Valkey")
        assert client.get("keepsake") == b"kept"
