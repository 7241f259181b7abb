"""Booking over HTTP against the barest form there is, at one, eight and thirty-two clients: `make bench`."""

import itertools
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import time as wall_time
from datetime import timedelta

from django.db import connection

from bench.server import serving
from bench.yardstick import TABLE
from consultations.load import Browser, Tally, days_on, hidden_fields, slots_on, visit
from consultations.models import AvailabilityRule, ConsultationType, Nutritionist

TIMES = "/consultations/load/times/"
CLIENTS = (1, 8, 32)
ROUNDS, VISITS = 7, 24  # many short rounds, each beside the bare form: the machine is shared
RIVALS = 500
_numbers = itertools.count()


def run():
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    _people()
    with serving("bench.wsgi") as port:
        base = f"http://127.0.0.1:{port}"
        slots = _slots(base, (2 * len(CLIENTS) * ROUNDS + 2) * VISITS)
        # For each measurement what prepares a visit, and what is timed of it.
        bare_post = (lambda: _bare_form(base), _send_bare)
        held_post = (lambda: _held_form(base, slots.pop()), _send_held)
        bare_flow = (lambda: base, _bare_flow)
        whole_flow = (slots.pop, lambda slot: _flow(base, slot))
        # Every thread of the server makes its connections and reads its templates once; that is not what is measured.
        for _ in range(2):
            _rate(max(CLIENTS), *bare_flow)
            _rate(max(CLIENTS), *whole_flow)
        for clients in CLIENTS:
            post = _beside(clients, bare_post, held_post)
            flow = _beside(clients, bare_flow, whole_flow)
            print(f"  {clients:>2} at once   booking POST {post} x bare POST   whole flow {flow} x bare flow")
        _contend(base)


def _people():
    """Enough free time for every booking: five people, each day from morning to night."""
    consultation_type = ConsultationType.objects.create(
        name="Load", slug="load", description="Load.", buffer=timedelta(0), step=timedelta(minutes=30)
    )
    nutritionists = Nutritionist.objects.bulk_create(
        Nutritionist(name=f"Bo {n}", slug=f"bo-{n}", credentials="Registered Nutritionist") for n in range(5)
    )
    consultation_type.nutritionists.set(nutritionists)
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(nutritionist=one, weekday=weekday, starts_at=wall_time(6), ends_at=wall_time(23))
        for one in nutritionists
        for weekday in range(7)
    )


def _slots(base, count):
    browser = Browser(base)
    page, found = browser.get(TIMES), []
    days = days_on(page.text)
    for day in days[1:]:  # the first day's times come under the minimum notice while we measure
        found += slots_on(browser.get(day).text) * 5  # five people have each time
        if len(found) >= count:
            return found[:count]
    raise SystemExit(f"only {len(found)} times for {count} bookings")


def _beside(clients, yardstick, ours):
    """Return in words how many a second ours are, and how that compares to the yardstick: medians of the rounds."""
    rates, ratios = [], []
    for _ in range(ROUNDS):
        bare = _rate(clients, *yardstick)
        rates.append(_rate(clients, *ours))
        ratios.append(rates[-1] / bare)
    return f"{statistics.median(rates):5.0f}/s = {statistics.median(ratios):.2f}"


def _rate(clients, prepare, act):
    """Return how many `act(prepare())` a second a number of threads manage; preparing is not counted."""
    prepared = [prepare() for _ in range(VISITS)]
    with ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        list(pool.map(act, prepared))
        return VISITS / (time.perf_counter() - started)


def _browser(base):
    """A browser with a loopback address of its own, so that the ceilings on holds take it for a client of its own."""
    n = next(_numbers)
    return Browser(base, address=f"127.9.{n // 250 % 250}.{1 + n % 250}"), n


def _bare_form(base):
    browser, n = _browser(base)
    page = browser.get("/bare/")
    browser.close()  # the next request opens it again: the server would cut it while others are prepared
    return browser, {**hidden_fields(page.text), "n": str(n), "name": "Load Test", "email": f"bare-{n}@example.com"}


def _send_bare(prepared):
    browser, fields = prepared
    answer = browser.post("/bare/", fields)
    assert answer.status == 302, answer.text[:300]
    return browser


def _bare_flow(base):
    _send_bare(_bare_form(base)).get("/done/")


def _held_form(base, slot):
    browser, n = _browser(base)
    page = browser.get(TIMES)
    held = browser.post(TIMES.replace("/times/", "/hold/"), {**hidden_fields(page.text), "slot": slot})
    form = browser.get(held.location)
    browser.close()
    details = {"name": "Load Test", "email": f"load-{n}@example.com", "consent_service": "on"}
    return browser, held.location, {**hidden_fields(form.text), **details}


def _send_held(prepared):
    browser, path, fields = prepared
    assert browser.post(path, fields).status == 302


def _flow(base, slot):
    browser, n = _browser(base)
    tally = Tally()
    outcome = visit(browser, TIMES, f"flow-{n}@example.com", tally, slot=slot)
    assert outcome == "booked", tally
    browser.close()


def _contend(base):
    """Let five hundred clients press one time at the same moment, and print what they were told and how soon."""
    path, prepared = TIMES.replace("/times/", "/hold/"), []
    slot = slots_on(Browser(base).get(f"{TIMES}?with=bo-0").text)[0]
    for _ in range(RIVALS):
        browser, _ = _browser(base)
        prepared.append((browser, {**hidden_fields(browser.get(TIMES).text), "slot": slot}))
        browser.close()
    barrier = threading.Barrier(RIVALS)

    def press(client):
        browser, fields = client
        barrier.wait()
        return browser.post(path, fields)

    with ThreadPoolExecutor(RIVALS) as pool:
        answers = list(pool.map(press, prepared))
    seconds = statistics.quantiles([answer.seconds for answer in answers], n=20)[18]
    told = ", ".join(f"{count} x {status}" for status, count in sorted(Counter(a.status for a in answers).items()))
    print(f"  {RIVALS} clients press one time: {told}; p95 {seconds:.1f} s")
