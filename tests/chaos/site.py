"""A whole site of the tests' own, real processes all, to be broken and watched."""

import json
import os
import signal
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPException
from itertools import count

import psycopg2
import redis
from psycopg2.extras import RealDictCursor

from consultations.load import Browser, Tally, days_on, slots_on, visit
from probio.local import run
from probio.local.postgres import Postgres
from probio.local.processes import Program, Supervisor
from probio.local.state import State, free_port
from probio.local.valkey import Valkey
from tests.chaos.smtp import FaultySmtp
from tests.conftest import wait_for

TIMES = "/consultations/chaos/times/"
ARTICLES = "/articles/"
PEOPLE = """
from datetime import time, timedelta
from consultations.models import AvailabilityRule, ConsultationType, Nutritionist
kind = ConsultationType.objects.create(
    name="Chaos", slug="chaos", description="Chaos.", buffer=timedelta(0), step=timedelta(minutes=30),
    minimum_notice=timedelta(0))
for n in range(8):
    one = Nutritionist.objects.create(name=f"Bo {n}", slug=f"bo-{n}", credentials="Registered Nutritionist")
    kind.nutritionists.add(one)
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(nutritionist=one, weekday=day, starts_at=time(6), ends_at=time(23)) for day in range(7))
"""
_numbers = count()


class Site:
    """Servers that only the tests start and stop; web, two workers and beat, which a supervisor keeps alive."""

    def __init__(self, folder):
        self.state = State(folder, held_by="a test")
        self.postgres, self.valkey = Postgres(self.state), Valkey(self.state, is_for_tests=True)
        self.database, self.broker = self.postgres.program(), self.valkey.program()
        self.smtp = FaultySmtp(free_port())
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "DEBUG": "1",
            "SECRET_KEY": self.state.secret("secret_key"),
            "FIELD_KEYS": self.state.key("field_key"),
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "LOCAL_DIR": str(folder),
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp.port}",
            "EMAIL_TIMEOUT": "3",
            "RATE_LIMIT_SCALE": "0",
        }
        self.supervisor = Supervisor()
        self.web = run.web(self.environment, self.port)
        self.worker, self.beat = run.worker(self.environment), run.beat(self.environment, self.state)
        self.forking_worker = Program("forks", _forking(self.worker.command), self.environment)
        self.slots, self.reader = deque(), Reader(self.url)

    def start(self):
        for program in (self.database, self.broker):
            program.is_quiet = True
        self.start_database()
        self.start_broker()
        self.smtp.start()
        run.manage(self.environment, "migrate", "--verbosity", "0")
        run.manage(self.environment, "load_sample_content")
        run.manage(self.environment, "shell", "--verbosity", "0", "--command", PEOPLE)
        for program in (self.web, self.worker, self.forking_worker, self.beat):
            self.supervisor.start(program)
        wait_for(lambda: self.readiness().get("status") == "ok", seconds=60, what="the site")
        self._find_slots()
        self.reader.start()

    def stop(self):
        self.reader.stop()
        self.supervisor.stop()
        for program in (self.broker, self.database):
            with suppress(ProcessLookupError):
                os.kill(program.process.pid, signal.SIGCONT)
            program.ask_to_stop()
            program.end(5)
        self.smtp.stop()

    def start_database(self):
        self.database.start()
        wait_for(self.postgres.answers, seconds=20, what="PostgreSQL")

    def start_broker(self):
        self.broker.start()
        wait_for(self.valkey.answers, seconds=20, what="Valkey")

    def redis(self):
        return redis.Redis.from_url(self.valkey.url, socket_timeout=5)

    def ask(self, query, *arguments):
        """Return the rows of a query as dicts."""
        connection = psycopg2.connect(self.postgres.url, cursor_factory=RealDictCursor)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, arguments)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def readiness(self):
        try:
            return json.loads(Browser(self.url).get("/readyz").text)
        except (OSError, HTTPException, ValueError):
            return {}

    def book(self, kind="chaos"):
        """Book as a browser does; return the client's address if the page said "booked", else None."""
        email = f"{kind}-{next(_numbers)}@example.com"
        browser = Browser(self.url)
        try:
            outcome = visit(browser, TIMES, email, Tally(), slot=self.slots.popleft())
        except (OSError, HTTPException):
            return None
        finally:
            browser.close()
        return email if outcome == "booked" else None

    def book_many(self, number, kind="chaos"):
        """Return the addresses of so many bookings made four at a time, all of which succeeded."""
        with ThreadPoolExecutor(4) as pool:
            booked = list(pool.map(lambda _: self.book(kind), range(number)))
        assert None not in booked
        return booked

    @contextmanager
    def no_workers(self):
        """Stop the workers in their tracks, meanwhile."""
        for worker in (self.worker, self.forking_worker):
            os.killpg(worker.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for worker in (self.worker, self.forking_worker):
                os.killpg(worker.process.pid, signal.SIGCONT)

    @contextmanager
    def load(self):
        """Book one after another, meanwhile; yields the list of addresses told that they are booked."""
        booked, is_over = [], threading.Event()

        def keep_booking():
            while not is_over.is_set():
                booked.append(self.book())
                is_over.wait(0.15)

        threads = [threading.Thread(target=keep_booking) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield booked
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
            booked[:] = [email for email in booked if email]

    def _find_slots(self):
        browser = Browser(self.url)
        days = days_on(browser.get(TIMES).text)[1:]
        for day in days[:12]:
            self.slots.extend(slots_on(browser.get(day).text))
        self.slots.extend(list(self.slots) * 4)
        browser.close()


class Reader(threading.Thread):
    """Reads an article list again and again, and notes each time when it could not."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self._url, self._is_over = url, threading.Event()
        self.failures = []

    def run(self):
        while not self._is_over.wait(0.2):
            try:
                status = Browser(self._url).get(ARTICLES).status
            except (OSError, HTTPException):
                status = 0
            if status != 200:
                self.failures.append(time.monotonic())

    def stop(self):
        self._is_over.set()


def _forking(command):
    """A worker of the other kind, whose tasks run in child processes."""
    command = ["prefork" if part == "threads" else part for part in command]
    command[command.index("4")] = "2"
    return [*command, "--hostname", "forks@%h"]
