"""Counts of a process: none is lost while the database is away, and none is written twice."""

import threading
from collections import Counter

import pytest
from django.core.signals import request_finished
from django.db import OperationalError
from django.test import RequestFactory

from probio import counting
from probio.clients import is_reader
from probio.counting import Tally

PHONE = "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"


class Store:
    """Stands for the database; away: that it takes nothing."""

    def __init__(self):
        self.kept, self.is_away, self.writes = Counter(), False, 0

    def write(self, counts):
        self.writes += 1
        if self.is_away:
            raise OperationalError
        self.kept.update(counts)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def tally(store):
    return Tally(store.write)


def test_counts_are_written_after_an_answer_and_then_only_now_and_then(tally, store):
    for _ in range(3):
        tally.add("oats")
        request_finished.send(sender=None)
    assert (store.kept, store.writes) == ({"oats": 1}, 1)
    tally.write()
    assert (store.kept, store.writes) == ({"oats": 3}, 2)


def test_counts_that_are_due_are_written_after_the_next_answer(tally, store, monkeypatch):
    monkeypatch.setattr(counting, "WRITE_EVERY", 0)
    for _ in range(3):
        tally.add("oats")
        request_finished.send(sender=None)
    assert (store.kept, store.writes) == ({"oats": 3}, 3)


def test_nothing_counted_is_nothing_written(tally, store):
    request_finished.send(sender=None)
    tally.write()
    assert store.writes == 0


def test_counts_wait_for_a_database_that_is_away(tally, store):
    store.is_away = True
    tally.add("oats")
    request_finished.send(sender=None)
    tally.add("oats")
    store.is_away = False
    tally.write()
    tally.write()
    assert store.kept == {"oats": 2}


def test_counts_that_wait_take_no_more_than_so_much_memory(tally, store, monkeypatch):
    monkeypatch.setattr(counting, "KEPT_AT_MOST", 2)
    for name in ("oats", "mucus", "fibre", "oats"):
        tally.add(name)
    tally.write()
    assert store.kept == {"oats": 2, "mucus": 1}


def test_threads_that_count_and_write_at_once_lose_nothing(tally, store):
    def work():
        for n in range(2_000):
            tally.add("oats")
            if n % 100 == 0:
                tally.write()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tally.write()
    assert store.kept == {"oats": 8_000}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"user-agent": PHONE}, True),
        ({"user-agent": "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.12"}, True),
        ({}, False),
        ({"user-agent": "curl/8.5.0"}, False),
        ({"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, False),
        ({"user-agent": "Mozilla/5.0 (Linux; Android 6.0.1) Chrome/130.0 (compatible; Googlebot/2.1)"}, False),
        ({"user-agent": "Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b"}, False),
        ({"user-agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0"}, False),
        ({"user-agent": PHONE, "sec-purpose": "prefetch;prerender"}, False),
        ({"user-agent": PHONE, "x-moz": "prefetch"}, False),
        ({"user-agent": PHONE, "cookie": "session=abc"}, False),
        ({"user-agent": PHONE, "cookie": "hold=abc"}, True),
    ],
)
def test_reader_is_who_neither_says_to_be_a_machine_nor_fetches_ahead_nor_is_staff(headers, expected):
    assert is_reader(RequestFactory().get("/", headers=headers)) is expected


@pytest.mark.parametrize("method", ["head", "post"])
def test_reader_is_who_gets_a_page(method):
    assert not is_reader(getattr(RequestFactory(), method)("/", headers={"user-agent": PHONE}))
