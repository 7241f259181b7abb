"""Wake a worker, within a second whatever the broker does. The sweep delivers what nobody was woken for."""

import logging
import threading
import time

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from consultations.models import OutgoingEmail

logger = logging.getLogger(__name__)

# A connection of the nudge's own, one a thread. With Celery's defaults a refused broker costs the visitor six
# seconds and a frozen one two minutes; with these, a few milliseconds and under half a second.
_NUDGE_TRANSPORT = {"max_retries": 0, "socket_connect_timeout": 0.4, "socket_timeout": 0.4}
# A connection that was cut while it stood idle says so at once. One that took longer to fail is not worth a second try.
_CUT_WITHIN = 0.1
_HELP_EXPIRES = 30  # seconds: by then the next sweep has begun
_nudging = threading.local()


def nudge_after_commit(email: OutgoingEmail) -> None:
    """Wake a worker once the caller's transaction is there to be read."""
    # A lambda, not a partial, which Django 5.2 cannot name when it logs a robust callback's failure.
    transaction.on_commit(lambda: nudge(email.pk), robust=True)


def nudge(email_id: int) -> None:
    """Ask a worker to deliver now. Best effort, within a second: if the broker is away, the sweep delivers."""
    if not _is_asked("consultations.tasks.deliver_email", email_id):
        logger.warning("broker away: outgoing e-mail %s waits for the sweep", email_id)


def call_for_help(sweeps: int) -> None:
    """Ask workers for some more sweeps beside the one under way. Best effort; the next sweep comes anyway.

    Help that nobody had time to give is not wanted any more: the next sweep calls for its own.
    """
    for _ in range(sweeps):
        if not _is_asked("consultations.tasks.help_sweep", expires=_HELP_EXPIRES):
            return


def _is_asked(task: str, *args, **options) -> bool:
    was_connected, started = hasattr(_nudging, "producer"), time.monotonic()
    if _is_published(task, args, options):
        return True
    is_cut = was_connected and time.monotonic() - started < _CUT_WITHIN
    return is_cut and _is_published(task, args, options)


def _is_published(task, args, options) -> bool:
    try:
        _publish(task, args, options)
    except (OperationalError, RedisError, OSError):  # kombu wraps most of what Redis says, but not everything
        _forget_producer()
        return False
    return True


def _publish(task, args, options) -> None:
    if not hasattr(_nudging, "producer"):
        connection = current_app.connection_for_write(transport_options=_NUDGE_TRANSPORT)
        _nudging.producer = current_app.amqp.Producer(connection)
    current_app.send_task(task, args=args, producer=_nudging.producer, retry=False, **options)


def _forget_producer() -> None:
    producer = _nudging.__dict__.pop("producer", None)
    if producer is not None:
        producer.connection.release()
