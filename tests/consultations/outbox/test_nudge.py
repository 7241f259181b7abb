import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import redis
from celery import current_app

from consultations import outbox


@pytest.mark.parametrize("is_frozen", [False, True])
def test_nudge_without_a_working_broker_returns_at_once(is_frozen, unused_tcp_port, caplog):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", unused_tcp_port))
        if is_frozen:
            listener.listen()  # connections are accepted by the kernel and never answered
        with broker_at(unused_tcp_port):
            assert in_new_thread(seconds_to_nudge) < 1
    assert "waits for the sweep" in caplog.text


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


@contextmanager
def broker_at(port):
    """Point this process's Celery at another broker for a while."""
    before = current_app.conf.broker_url
    current_app.conf.broker_url = f"redis://127.0.0.1:{port}/0"
    yield
    current_app.conf.broker_url = before
