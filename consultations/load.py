"""Visitors that book over HTTP as a browser does: times, hold, form, book, booked. For measuring; no models here."""

import http.client
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

TIMEOUT = 60
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
_SLOT = re.compile(r'name="slot" value="([^"]+)" class="button button-secondary slot"')
_DAY = re.compile(r'<a href="([^"]+&amp;day=[^"]+)"')


@dataclass
class Answer:
    """One HTTP answer: status, address it leads to, text, seconds it took."""

    status: int
    location: str
    text: str
    seconds: float


class Browser:
    """A keep-alive connection with cookies. address: the local address to come from, to be told apart by limits."""

    def __init__(self, base_url: str, *, address: str | None = None):
        parts = urlsplit(base_url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        source = (address, 0) if address else None
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT, source_address=source)
        self._origin = base_url.rstrip("/")
        self._cookies = SimpleCookie()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self._origin + path}
        return self._ask("POST", path, urlencode(fields), headers)

    def close(self):
        self._connection.close()

    def _ask(self, method, path, body=None, headers=None) -> Answer:
        cookies = "; ".join(f"{name}={morsel.coded_value}" for name, morsel in self._cookies.items())
        started = time.perf_counter()
        self._connection.request(method, path, body, {**(headers or {}), **({"Cookie": cookies} if cookies else {})})
        response = self._connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for value in response.headers.get_all("Set-Cookie") or []:
            self._cookies.load(value)
        return Answer(response.status, response.headers.get("Location", ""), text, time.perf_counter() - started)


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms, by name."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page)}


def slots_on(page: str) -> list[str]:
    """Return the slot values that a picker page offers for its day, in its order."""
    return list(dict.fromkeys(_SLOT.findall(page)))


def days_on(page: str) -> list[str]:
    """Return the addresses of a picker page's days that have times."""
    return [unescape(address) for address in dict.fromkeys(_DAY.findall(page))]


@dataclass
class Tally:
    """What came of many visits: outcomes by name, and the seconds each kind of request took."""

    outcomes: Counter = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def note(self, step: str, answer: Answer) -> Answer:
        self.seconds.setdefault(step, []).append(answer.seconds)
        if answer.status >= 500:
            self.outcomes["5xx"] += 1
        return answer


def visit(browser: Browser, times_path: str, email: str, tally: Tally, *, slot: str | None = None) -> str:
    """Book one time as one client, and return "booked", "refused" or "error". slot: a value, or the first offered."""
    page = tally.note("times", browser.get(times_path))
    fields = hidden_fields(page.text)
    offered = slots_on(page.text)
    if slot is None and not offered:
        return _count(tally, "refused")
    held = tally.note(
        "hold",
        browser.post(times_path.partition("?")[0].replace("/times/", "/hold/"), {**fields, "slot": slot or offered[0]}),
    )
    if held.status != 302:
        return _count(tally, "refused" if held.status in (409, 429) else "error")
    form = tally.note("form", browser.get(held.location))
    details = {"name": "Load Test", "email": email, "consent_service": "on"}
    booked = tally.note("book", browser.post(held.location, {**hidden_fields(form.text), **details}))
    if booked.status != 302:
        return _count(tally, "refused" if booked.status in (409, 429) else "error")
    page = tally.note("booked", browser.get(booked.location))
    return _count(tally, "booked" if page.status == 200 else "error")


def _count(tally: Tally, outcome: str) -> str:
    tally.outcomes[outcome] += 1
    return outcome
