"""Break one part of a running site after another. Nobody loses a booking or a mail, and nobody has to mend anything."""

import json
import os
import signal
import statistics
import threading
import time

import pytest

from consultations.load import Browser, hidden_fields
from tests.chaos.site import TIMES
from tests.conftest import wait_for
from tests.local.stack import children


def test_nothing_at_all(site, fault):
    booked, seconds = [], []
    for _ in range(20):
        started = time.monotonic()
        booked.append(site.book())
        seen = len(site.smtp.received)
        wait_for(lambda seen=seen: len(fault.copies()) >= len(booked), seconds=10, what="the mail")
        seconds.append(time.monotonic() - started)
    fault.is_over()
    fault.passes(booked)
    p95 = statistics.quantiles(seconds, n=20)[18]
    print(f"  from the first page of a booking to its mail: p95 {p95:.2f} s")
    assert p95 < 2


def test_workers_child_workers_and_beat_killed_in_mid_send(site, fault):
    site.smtp.faults = {"chaos": 2.5}
    booked = site.book_many(8)
    wait_for(lambda: site.smtp.in_hand >= 6, seconds=10, what="every worker to be sending")
    for child in children(site.forking_worker.process.pid):
        os.kill(child, signal.SIGKILL)
    os.killpg(site.worker.process.pid, signal.SIGKILL)
    os.killpg(site.beat.process.pid, signal.SIGKILL)
    site.smtp.faults = {}
    fault.is_over()
    fault.passes(booked)


def test_broker_stopped_and_started_again_without_its_memory(site, fault):
    with site.no_workers():
        booked = site.book_many(5)
        site.broker.ask_to_stop()
        site.broker.end(5)
        with site.load() as meanwhile:
            time.sleep(3)
        assert site.readiness()["status"] == "degraded"
        site.start_broker()
    fault.is_over()
    assert meanwhile
    fault.passes(booked + meanwhile)


def test_broker_frozen(site, fault):
    with site.load() as booked:
        os.kill(site.broker.process.pid, signal.SIGSTOP)
        time.sleep(5)
        os.kill(site.broker.process.pid, signal.SIGCONT)
        fault.is_over()
    assert booked
    fault.passes(booked)


def test_broker_with_full_memory(site, fault):
    with site.redis() as client, site.load() as booked:
        client.config_set("maxmemory", "1mb")
        time.sleep(4)
        client.config_set("maxmemory", "0")
        fault.is_over()
    assert booked
    fault.passes(booked)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_database_restarted(site, fault, how):
    with site.load() as booked:
        time.sleep(1)
        site.database.process.send_signal(how)
        site.database.process.wait(10)
        time.sleep(1)
        site.start_database()
        fault.is_over()
        time.sleep(1)
    assert booked
    fault.passes(booked, spoils_reading=True)


def test_smtp_refusing(site, fault):
    site.smtp.stop()
    with site.load() as booked:
        time.sleep(4)
    site.smtp.start()
    fault.is_over()
    fault.passes(booked)


def test_smtp(site, fault):
    site.smtp.faults = {"slow": 30, "421": 0, "451": 0, "drop": 0, "550": 0}
    booked = {kind: site.book_many(4, kind) for kind in site.smtp.faults}
    time.sleep(4)
    site.smtp.faults = {"550": 0}
    fault.is_over()
    for kind, clients in booked.items():
        fault.passes(clients, kind=kind, fails=kind == "550")
    [team] = {copy.to for copies in fault.copies().values() for copy in copies if copy.starts_at is None}
    assert team == "hello@example.com"


def test_one_task_delivered_five_times_to_two_workers(site, fault):
    with site.no_workers(), site.redis() as client:
        booked = site.book_many(8)
        nudges = [raw for raw in client.lrange("celery", 0, -1) if b"deliver_email" in raw]
        assert nudges  # those that no worker had its hands on already
        client.lpush("celery", *nudges * 4)
    fault.is_over()
    fault.passes(booked)
    assert {len(copies) for copies in fault.copies().values()} == {1}


def _task(body, **headers):
    """A message as it stands in the queue."""
    properties = {
        "delivery_tag": "poison",
        "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": "celery"},
    }
    message = {"body": body, "headers": headers, "properties": properties}
    return json.dumps({**message, "content-encoding": "utf-8", "content-type": "application/json"})


POISON = {
    "no JSON": b"\x80garbage",
    "undecodable body": _task("%%%", id="1", task="consultations.tasks.sweep_outbox"),
    "no id": _task("W1tdLCB7fSwge31d", task="consultations.tasks.sweep_outbox"),
    "empty": "{}",
}


@pytest.mark.parametrize("kind", POISON)
def test_poison_in_the_queue(site, fault, kind):
    with site.redis() as client:
        client.rpush("celery", POISON[kind])
    booked = site.book_many(3)
    fault.is_over()
    fault.passes(booked)
    with site.redis() as client:
        wait_for(lambda: client.llen("celery") == 0, seconds=10, what="a worker to have emptied the queue")


def test_poison_row_in_the_outbox(site, fault):
    with site.no_workers():
        booked = site.book_many(3)
        site.ask("UPDATE consultations_booking SET client_name = %s WHERE client_email = %s", "\u00a0", booked[0])
    wait_for(lambda: sorted(e["state"] for e in fault.emails()) == ["failed", "sent", "sent"], seconds=30, what="both")


def test_web_killed_between_commit_nudge_and_answer(site, fault):
    browser, email = Browser(site.url), "killed@example.com"
    page = browser.get(TIMES)
    slot = {**hidden_fields(page.text), "slot": site.slots.popleft()}
    path = browser.post(TIMES.replace("/times/", "/hold/"), slot).location
    form = hidden_fields(browser.get(path).text)
    fields = {**form, "name": "Amara Whitfield", "email": email, "consent_service": "on"}
    os.kill(site.broker.process.pid, signal.SIGSTOP)  # so that the nudge, which follows the commit, takes a while
    answers = []
    asking = threading.Thread(target=lambda: answers.append(_post(browser, path, fields)))
    asking.start()
    wait_for(lambda: fault.emails(), seconds=10, what="the commit")
    os.killpg(site.web.process.pid, signal.SIGKILL)
    os.kill(site.broker.process.pid, signal.SIGCONT)
    asking.join()
    assert answers == [None]
    wait_for(lambda: site.readiness().get("status") == "ok", seconds=30, what="the web server")
    fault.is_over()
    browser.close()
    again = browser.post(path, fields)
    assert (again.status, browser.get(again.location).status) == (302, 200)
    fault.passes([email], spoils_reading=True)


def _post(browser, path, fields):
    try:
        return browser.post(path, fields).status
    except OSError:
        return None


def test_deploy(site, fault):
    with site.load() as booked:
        time.sleep(1)
        for program in (site.web, site.worker, site.forking_worker):
            program.ask_to_stop()
        time.sleep(1)
        wait_for(lambda: site.readiness().get("status") == "ok", seconds=40, what="the new web server")
        fault.is_over()
        time.sleep(1)
    assert booked
    fault.passes(booked, spoils_reading=True)
