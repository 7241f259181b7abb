"""Count what people do without writing a row each time, and without keeping anything of who did it.

Each process keeps its counts and writes them twice a minute, once an answer has been sent, and when it ends. One that
is killed loses those of the last half minute.
"""

import atexit
import logging
import time
from collections import Counter
from collections.abc import Callable, Hashable
from threading import Lock

from django.core.signals import request_finished
from django.db import Error

logger = logging.getLogger(__name__)

WRITE_EVERY = 30  # seconds
KEPT_AT_MOST = 10_000  # different keys, while the database is away


class Tally:
    """Counts of this process, by key, until `write` has stored them. It lives as long as the process.

    write: takes a Counter; raises django.db.Error when the database is away, and is asked again half a minute later.
    """

    def __init__(self, write: Callable[[Counter], None]):
        self._write, self._lock = write, Lock()
        self._counts, self._due_at = Counter(), 0.0
        request_finished.connect(self._write_if_due)
        atexit.register(self.write)

    def add(self, key: Hashable) -> None:
        with self._lock:  # for as long as one addition takes
            if key in self._counts or len(self._counts) < KEPT_AT_MOST:
                self._counts[key] += 1

    def write(self) -> None:
        """Store what has been counted. Raises nothing: counts that cannot be stored now are kept."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            self._due_at = time.monotonic() + WRITE_EVERY
        if not counts:
            return
        try:
            self._write(counts)
        except Error as error:
            logger.warning("counts are kept until the database takes them: %s", type(error).__name__)
            with self._lock:
                self._counts.update(counts)

    def _write_if_due(self, **kwargs):
        if self._counts and time.monotonic() >= self._due_at:
            self.write()
