"""Let many clients book at once over HTTP, and look at the ledger afterwards."""

import statistics
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from consultations.load import Browser, Tally, days_on, slots_on, visit

OVERLAPS = """
SELECT count(*) FROM consultations_slotclaim a JOIN consultations_slotclaim b
ON a.nutritionist_id = b.nutritionist_id AND a.id < b.id AND a.released_at IS NULL AND b.released_at IS NULL
AND tstzrange(a.starts_at, a.blocked_until) && tstzrange(b.starts_at, b.blocked_until)
"""
STRANDED = """
SELECT count(*) FROM consultations_booking booking JOIN consultations_slotclaim claim ON claim.id = booking.claim_id
WHERE booking.occupies AND claim.released_at IS NOT NULL
"""


class Command(BaseCommand):
    help = (
        "Book as many clients do, against any instance of this site. The bookings are real: use a site made for it, "
        "with RATE_LIMIT_SCALE=0 unless you come from 127.0.0.1. The ledger of DATABASE_URL is checked at the end."
    )

    def add_arguments(self, parser):
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="Where the site is.")
        parser.add_argument("--type", default="free-consultation", help="Slug of the consultation type.")
        parser.add_argument("--clients", type=int, default=50)
        parser.add_argument("--at-once", type=int, default=16, help="How many clients act at the same time.")
        parser.add_argument("--slots", type=int, default=0, help="Compete for so many times; 0: whatever is first.")
        parser.add_argument("--dry-run", action="store_true", help="Only look whether there are times to book.")

    def handle(self, *args, url, clients, at_once, slots, dry_run, **options):
        times_path = f"/consultations/{options['type']}/times/"
        wanted = self._slots(url, times_path, max(slots, 1))
        if dry_run:
            self.stdout.write(f"{len(wanted)} time(s) to compete for at {url}")
            return
        tally, is_local = Tally(), url.startswith(("http://127.", "http://localhost"))
        run = uuid4().hex[:8]

        def act(n):
            # From 127.0.0.1 every client has a loopback address of its own, as clients elsewhere have.
            address = f"127.{1 + n // 62_500}.{n // 250 % 250}.{1 + n % 250}" if is_local else None
            browser = Browser(url, address=address)
            try:
                slot = wanted[n % len(wanted)] if slots else None
                visit(browser, times_path, f"load-{run}-{n}@example.com", tally, slot=slot)
            except OSError:
                tally.outcomes["error"] += 1
            finally:
                browser.close()

        with ThreadPoolExecutor(at_once) as pool:
            list(tqdm(pool.map(act, range(clients)), total=clients, unit="client", disable=None))
        self._report(tally)

    def _slots(self, url, times_path, count):
        browser = Browser(url)
        page = browser.get(times_path)
        found = slots_on(page.text)
        for day in days_on(page.text):
            if len(found) >= count:
                break
            found = list(dict.fromkeys(found + slots_on(browser.get(day).text)))
        browser.close()
        if not found:
            raise CommandError(f"no times to book at {url}{times_path} (status {page.status})")
        return found[:count]

    def _report(self, tally):
        for outcome in ("booked", "refused", "error", "5xx"):
            self.stdout.write(f"{outcome:>8}  {tally.outcomes[outcome]}")
        for step, seconds in tally.seconds.items():
            cuts = statistics.quantiles(seconds, n=20) if len(seconds) > 1 else seconds * 19
            middle, high = statistics.median(seconds) * 1000, cuts[18] * 1000
            self.stdout.write(f"{step:>8}  median {middle:7.1f} ms   p95 {high:7.1f} ms   {len(seconds)} requests")
        with connection.cursor() as cursor:
            for name, sql in (("overlapping claims", OVERLAPS), ("bookings without their time", STRANDED)):
                cursor.execute(sql)
                self.stdout.write(f"ledger: {cursor.fetchone()[0]} {name}")
