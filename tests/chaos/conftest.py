"""One site for all the faults. `make chaos` runs what is in this folder."""

import time

import pytest

from tests.chaos.site import Site
from tests.conftest import wait_for

SECONDS_TO_RECOVER = 60
EMAILS = """
SELECT b.id, b.client_email, b.starts_at, e.kind, e.message_id, e.state FROM consultations_booking b
JOIN consultations_outgoingemail e ON e.booking_id = b.id WHERE b.id > %s AND b.client_email LIKE %s
"""
LAST = "SELECT coalesce(max(id), 0) AS id FROM consultations_booking"


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/chaos/" in item.path.as_posix():
            item.add_marker(pytest.mark.chaos)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("chaos"))
    try:
        site.start()
        yield site
    finally:
        site.stop()


class Fault:
    """What has to hold of everything that was booked since the test began."""

    def __init__(self, site, name):
        self.site, self.name = site, name
        [last] = site.ask(LAST)
        self._last = last["id"]
        self._received_before = len(site.smtp.received)
        self.began = self.ended = time.monotonic()

    def is_over(self):
        self.ended = time.monotonic()

    def emails(self, kind=""):
        return self.site.ask(EMAILS, self._last, f"{kind}%")

    def copies(self):
        """The copies received of each message since the test began."""
        found = {}
        for copy in self.site.smtp.received[self._received_before :]:
            found.setdefault(copy.message_id, []).append(copy)
        return found

    def passes(self, booked, *, spoils_reading=False, kind="", fails=False):
        """Wait until the mail has left and the site is well, then look at every row, mail and article read.

        kind: only those clients. fails: their mail is expected to fail.
        """
        state = "failed" if fails else "sent"
        left = self.ended + SECONDS_TO_RECOVER - time.monotonic()
        wait_for(lambda: self._has_settled(state, kind), seconds=left, what=f"recovery from {self.name} {kind}")
        took = time.monotonic() - self.ended
        emails, copies = self.emails(kind), self.copies()
        arrived = [copies[email["message_id"]][0].at for email in emails if email["message_id"] in copies]
        mail = f"mail {max(max(arrived) - self.ended, 0):4.1f} s, " if arrived else ""
        print(f"\n  {self.name + ' ' + kind:<54} {len(booked):>3} booked, {mail}all well {took:4.1f} s after its end")
        rows = {email["id"]: email["client_email"] for email in emails}
        assert set(booked) <= set(rows.values()), "somebody was told of a booking that is none"
        assert len(rows) == len(set(rows.values())), "somebody was booked twice"
        for email in [] if fails else emails:
            mine = copies.get(email["message_id"], [])
            assert 1 <= len(mine) <= 2, f"{len(mine)} copies"
            assert email["kind"] != "booked" or {copy.starts_at for copy in mine} == {email["starts_at"]}, "an old time"
        failures = [at for at in self.site.reader.failures if self.began < at]
        late = [at for at in failures if at > self.ended + 5]
        assert (late if spoils_reading else failures) == [], "articles were away"

    def _has_settled(self, state, kind):
        emails = self.emails(kind)
        return (
            emails
            and {email["state"] for email in emails} == {state}
            and self.site.readiness().get("status") == "ok"
            and all(program.is_running() for program in self.site.supervisor.programs)
        )


@pytest.fixture
def fault(site, request):
    yield Fault(site, request.node.name.removeprefix("test_").replace("_", " "))
    site.smtp.faults = {}
