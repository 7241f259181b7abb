"""Messages in the queue that no worker can read, dropped before one tries.

Celery gives up on some of them in a way that puts them back: a body that cannot be decoded ends the worker at every
start, one without an id sends it round in circles, and nothing behind it is ever done. The queue holds no more than
wake-up calls (docs/architecture.md, "The outbox"), so a message nobody can read is a message nobody misses.
"""

import json
import logging

from celery import bootsteps
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class DropUnreadable(bootsteps.StartStopStep):
    """Look through the queue each time a worker has connected, at its start and after an error, and clean it."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, consumer):
        with consumer.app.connection_for_write() as connection:
            channel = connection.default_channel
            for queue in consumer.app.amqp.queues:
                dropped = sum(_drop(channel, queue, raw) for raw in channel.client.lrange(queue, 0, -1))
                if dropped:  # what is in them stays out of the log
                    logger.error("%s unreadable messages dropped from the queue %s", dropped, queue)


def _drop(channel, queue, raw) -> int:
    """Take a message out of the queue if it cannot be read; return how often it was there."""
    try:
        message = channel.Message(json.loads(raw), channel=channel)
        _args, _kwargs, _embed = message.payload
        is_readable = {"id", "task"} <= message.headers.keys()
    except RedisError:
        raise
    except (KombuError, ValueError, TypeError, LookupError, AttributeError):
        is_readable = False
    return 0 if is_readable else channel.client.lrem(queue, 0, raw)
