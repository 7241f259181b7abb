import os
import signal
import subprocess
from pathlib import Path

import psycopg2
import pytest

from probio.local.errors import LocalError
from probio.local.postgres import Postgres, is_living_postgres
from probio.local.processes import Supervisor, wait_until
from probio.local.state import State
from tests.conftest import wait_for


class Running:
    """A server under a supervisor, with the settings of `make run`."""

    def __init__(self, directory):
        self.state = State(directory, held_by="the test")
        self.postgres = Postgres(self.state)
        self.supervisor = Supervisor()
        self.program = self.postgres.program()
        self.program.is_quiet = True
        self.supervisor.start(self.program)
        assert wait_until(self.postgres.answers, self.program, seconds=20), self.program.last_lines

    def ask(self, query):
        connection = psycopg2.connect(self.postgres.url, connect_timeout=2)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One for the module: making a data directory takes a second or two. Left-overs of a broken start lie there."""
    directory = tmp_path_factory.mktemp("my site") / ".local"
    (directory / "postgres.init" / "base").mkdir(parents=True)
    (directory / "postgres.password").touch(mode=0o600)
    server = Running(directory)
    yield server
    server.supervisor.stop()


@pytest.fixture
def state(tmp_path):
    return State(tmp_path, held_by="the test")


def test_first_start_over_the_remains_of_a_broken_one_leaves_only_the_data(running):
    assert [path.name for path in running.state.directory.glob("postgres*")] == ["postgres"]
    assert running.ask("SHOW server_encoding") == [("UTF8",)]


def test_data_belong_to_us_and_are_ours_only(running):
    status = running.postgres.data.stat()
    assert status.st_mode & 0o077 == 0
    if os.geteuid() != 0:
        assert status.st_uid == os.geteuid()


def test_password_is_needed_and_stands_in_no_command_line(running):
    password = running.state.secret("postgres_password")
    assert password not in Path(f"/proc/{running.program.process.pid}/cmdline").read_text()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(running.postgres.url.replace(password, "guess"))


def test_server_listens_on_loopback_only(running):
    assert running.ask("SHOW listen_addresses") == [("127.0.0.1",)]
    assert running.ask("SHOW unix_socket_directories") == [("",)]


def test_killed_server_is_back_within_five_seconds_with_what_was_committed(running):
    running.ask("CREATE TABLE keepsake AS SELECT 'kept' AS word")
    killed = running.program.process.pid
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: running.program.process.pid != killed and running.postgres.answers(), seconds=5, what="PostgreSQL")
    assert running.ask("SELECT word FROM keepsake") == [("kept",)]


def test_pid_file_that_names_a_stranger_does_not_keep_the_server_down(running):
    """After a kill -9 and a restart of the machine the number in the file may be anybody's."""
    killed = running.program.process.pid
    pid_file = running.postgres.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(killed, signal.SIGSTOP)  # as the file would be found: its writer gone, the number somebody else's
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: running.program.process.pid != killed and running.postgres.answers(), seconds=5, what="PostgreSQL")


def test_is_living_postgres_knows_the_server(running):
    assert is_living_postgres(str(running.program.process.pid))


def test_is_living_postgres_is_not_fooled():
    zombie = subprocess.Popen(["true"])
    wait_for(lambda: ") Z" in Path(f"/proc/{zombie.pid}/stat").read_text(), seconds=5, what="a zombie")
    assert [is_living_postgres(pid) for pid in (str(os.getpid()), str(zombie.pid), "no number", "-5")] == [False] * 4
    zombie.wait()


def test_data_of_another_version_are_left_alone_and_told_in_one_line(state):
    postgres = Postgres(state)
    postgres.data.mkdir()
    (postgres.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(LocalError, match=r"was made by PostgreSQL 17; this is 18\. .* delete the folder") as caught:
        postgres.program()
    assert "\n" not in str(caught.value)
    assert [path.name for path in postgres.data.iterdir()] == ["PG_VERSION"]


def test_each_state_directory_has_its_own_password_and_port(state, running):
    other = Postgres(state)
    assert other.port != running.postgres.port
    assert other.url.split("@")[0] != running.postgres.url.split("@")[0]
