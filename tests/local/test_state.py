import json
import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from probio.local import state as state_module
from probio.local.errors import LocalError
from probio.local.state import State, is_free
from tests.conftest import wait_for


def reopened(state):
    """The state as the next start finds it."""
    state._lock.close()
    state.servers_lock.close()
    return State(state.directory, held_by="`make run`")


@pytest.fixture
def state(tmp_path):
    return State(tmp_path / "a b" / ".local", held_by="`make run`")


def test_secrets_are_the_same_at_each_start_and_differ_from_each_other(state):
    first = [state.secret("one"), state.secret("two"), state.password("staff")]
    again = reopened(state)
    assert [again.secret("one"), again.secret("two"), again.password("staff")] == first
    assert len(set(first)) == 3
    assert len(first[0]) == 64


def test_key_is_the_same_at_each_start_and_fit_for_fernet(state):
    key = state.key("field_key")
    assert reopened(state).key("field_key") == key
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"words")) == b"words"


def test_state_file_is_its_owners_only(state):
    state.secret("one")
    assert stat.S_IMODE((state.directory / "state.json").stat().st_mode) == 0o600


def test_port_is_the_one_of_last_time(state):
    port = state.port("web")
    assert reopened(state).port("web") == port
    assert is_free(port)


def test_port_taken_since_last_time_is_replaced_and_remembered(state):
    port = state.port("web")
    with socket.socket() as intruder:
        intruder.bind(("127.0.0.1", port))
        intruder.listen()
        other = reopened(state).port("web")
    assert other != port
    assert json.loads((state.directory / "state.json").read_text())["web"] == other


def test_second_holder_is_refused_at_once(state):
    with pytest.raises(LocalError, match="is already running in this folder"):
        State(state.directory, held_by="`make run`")


def test_holder_waits_for_the_servers_of_a_killed_run(state):
    server = subprocess.Popen(["sleep", "0.7"], pass_fds=[state.servers_lock.fileno()])
    again = reopened(state)
    assert server.poll() == 0
    assert again.secret("one")


def test_holder_gives_up_on_servers_that_stay(state, monkeypatch):
    monkeypatch.setattr(state_module, "SECONDS_FOR_A_KILLED_RUN", 0.2)
    server = subprocess.Popen(["sleep", "60"], pass_fds=[state.servers_lock.fileno()])
    try:
        with pytest.raises(LocalError, match="still running in this folder"):
            reopened(state)
    finally:
        server.kill()
        server.wait()


def test_full_disk_is_told_in_one_line_and_spoils_nothing(state):
    state.secret("one")
    before = (state.directory / "state.json").read_text()
    (state.directory / "state.new").symlink_to("/dev/full")
    with pytest.raises(LocalError, match=r"^cannot write to .*/a b/.local: No space left on device$"):
        state.secret("two")
    assert (state.directory / "state.json").read_text() == before


def test_folder_that_cannot_be_made_is_told_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match=r"^cannot write to .*/file/.local: "):
        State(tmp_path / "file" / ".local", held_by="`make run`")


@pytest.mark.parametrize("content", ["", '{"secret_key": "abc'])
def test_damaged_state_is_told_in_one_line(state, content):
    (state.directory / "state.json").write_text(content)
    with pytest.raises(LocalError, match="is damaged; delete"):
        reopened(state)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may bind any port")
def test_port_for_root_only_is_told_apart_from_a_taken_one():
    lowest = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    if lowest < 2:
        pytest.skip("this machine keeps no port for root")
    with pytest.raises(LocalError, match="is for root only"):
        is_free(lowest - 1)


def test_port_just_given_up_is_free(unused_tcp_port):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", unused_tcp_port))
        listener.listen()
        assert not is_free(unused_tcp_port)
    wait_for(lambda: is_free(unused_tcp_port), seconds=1, what="the port")
