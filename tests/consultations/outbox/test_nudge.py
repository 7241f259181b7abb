import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from celery import current_app

from consultations import outbox
from probio.local.state import State
from probio.local.valkey import Valkey
from tests.conftest import wait_for


@pytest.fixture
def broker(tmp_path):
    """A Valkey of the test's own, running, that Celery publishes to."""
    broker = Broker(State(tmp_path / "broker", held_by="the test"))
    broker.start()
    before = current_app.conf.broker_url
    current_app.conf.broker_url = broker.valkey.url
    yield broker
    current_app.conf.broker_url = before
    broker.stop()


class Broker:
    """A real broker and the ways in which one lets us down. Each ends in a state that a nudge meets."""

    def __init__(self, state):
        self.valkey = Valkey(state, is_for_tests=True)
        self.program = self.valkey.program()
        self.program.is_quiet = True

    def start(self):
        self.program.start()
        wait_for(self.valkey.answers, seconds=20, what="Valkey")

    def stop(self):
        if self.program.is_running():
            self.program.process.send_signal(signal.SIGCONT)
        self.program.ask_to_stop()
        self.program.end(seconds=5)

    def client(self):
        return redis.Redis.from_url(self.valkey.url, socket_timeout=5)

    def refused(self):
        self.stop()

    def frozen(self):
        self.program.process.send_signal(signal.SIGSTOP)

    def memory_full(self):
        with self.client() as client:
            client.config_set("maxmemory", 1)

    def read_only(self):
        with self.client() as client:
            client.replicaof("127.0.0.1", 9)  # nobody there: it stays the replica of nothing

    def loading(self):
        with self.client() as client:
            client.mset({f"key:{n}": n for n in range(3000)})
            client.save()
        self.stop()
        self.program.input += "key-load-delay 1000\nloading-process-events-interval-bytes 1024\n"
        self.program.start()
        wait_for(self.is_loading, seconds=20, what="Valkey to be loading")

    def is_loading(self):
        try:
            with self.client() as client:
                client.get("key")
        except redis.BusyLoadingError:
            return True
        except redis.ConnectionError:
            return False

    def other_password(self):
        with self.client() as client:
            client.config_set("requirepass", "another-password")
            client.client_kill_filter(_type="normal", skipme=True)


FAULTS = ["refused", "frozen", "memory_full", "read_only", "loading", "other_password"]


@pytest.mark.parametrize("is_connected", [False, True], ids=["new connection", "old connection"])
@pytest.mark.parametrize("fault", FAULTS)
def test_nudge_returns_within_a_second_whatever_is_wrong_with_the_broker(broker, fault, is_connected, caplog):
    def nudge_in_trouble():
        if is_connected:
            outbox.nudge(1)
        getattr(broker, fault)()
        return seconds_to_nudge()

    assert in_new_thread(nudge_in_trouble) < 1
    assert "waits for the sweep" in caplog.text


@pytest.mark.parametrize("fault", ["frozen", "memory_full"])
def test_nudge_wakes_workers_again_once_the_broker_is_well(broker, fault):
    def nudge_after_trouble():
        outbox.nudge(1)
        getattr(broker, fault)()
        outbox.nudge(2)
        if fault == "frozen":
            broker.program.process.send_signal(signal.SIGCONT)
        else:
            with broker.client() as client:
                client.config_set("maxmemory", 0)
        with broker.client() as client:
            before = client.llen("celery")
            outbox.nudge(3)
            return client.llen("celery") - before

    assert in_new_thread(nudge_after_trouble) == 1


def test_nudge_over_a_connection_that_was_cut_meanwhile_still_wakes_the_worker(caplog):
    def nudge_cut_nudge():
        outbox.nudge(1)
        with redis.Redis.from_url(current_app.conf.broker_url) as client:
            client.client_kill_filter(_type="normal", skipme=True)
            before = client.llen("celery")
            outbox.nudge(2)
            return client.llen("celery") - before

    assert in_new_thread(nudge_cut_nudge) == 1
    assert caplog.text == ""


def seconds_to_nudge():
    started = time.monotonic()
    outbox.nudge(1)
    return time.monotonic() - started


def in_new_thread(act):
    """Return what `act` returns in a thread that has no connection to the broker yet."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()
