"""Ask a Celery worker for something, within a second whatever the broker does. The apps remember what is owed."""

import threading
import time

from celery import current_app
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

# A connection of its own, one a thread. With Celery's defaults a refused broker costs the visitor six seconds and a
# frozen one two minutes; with these, a few milliseconds and under half a second.
_TRANSPORT = {"max_retries": 0, "socket_connect_timeout": 0.4, "socket_timeout": 0.4}
# A connection that was cut while it stood idle says so at once. One that took longer to fail is not worth a second try.
_CUT_WITHIN = 0.1
_asking = threading.local()


def ask_worker(task: str, *args, **options) -> bool:
    """Put a task into its queue and return whether the broker took it. options: what Celery's send_task takes."""
    was_connected, started = hasattr(_asking, "producer"), time.monotonic()
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
    if not hasattr(_asking, "producer"):
        connection = current_app.connection_for_write(transport_options=_TRANSPORT)
        _asking.producer = current_app.amqp.Producer(connection)
    current_app.send_task(task, args=args, producer=_asking.producer, retry=False, **options)


def _forget_producer() -> None:
    producer = _asking.__dict__.pop("producer", None)
    if producer is not None:
        producer.connection.release()
