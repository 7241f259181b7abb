"""Is the site well? /healthz for a process supervisor, /readyz for a monitor or a load balancer."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_LASTS = timedelta(seconds=90)  # three missed beats
MAIL_IS_STUCK_AFTER = timedelta(minutes=5)


@shared_task(ignore_result=True)
def record_heartbeat():
    """Note that beat, broker and a worker are all alive; beat calls this every 30 seconds."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), HEARTBEAT_LASTS.total_seconds())


@worker_ready.connect
def record_first_heartbeat(**kwargs):
    """Note a worker as soon as it is there, or half a minute after every start would look like a worker away."""
    with suppress(RedisError, OSError):
        record_heartbeat()


@never_cache
def healthz(request):
    """Answer 200 while the process can answer at all; asks nothing of anything else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
def readyz(request):
    """Say in JSON which part is away, since when mail waits, and in words what is wrong.

    200 "ok"; 200 "degraded" when broker or worker is away (pages and bookings still work);
    503 "failing" when bookings could not be stored or mail is stuck.
    """
    database, pending, oldest = _database_state()
    is_broker_up, heartbeat = _broker_state()
    failing, degraded = _failing(database, pending, oldest), _degraded(is_broker_up, heartbeat)
    report = {
        "status": "failing" if failing else "degraded" if degraded else "ok",
        "reasons": failing + degraded,
        "database": database,
        "pending_migrations": pending,
        "broker": "ok" if is_broker_up else "away",
        "worker_heartbeat": heartbeat,
        "oldest_owed_email_seconds": None if oldest is None else int(oldest.total_seconds()),
    }
    return JsonResponse(report, status=503 if failing else 200)


def _failing(database, pending, oldest) -> list[str]:
    """Return in words why bookings or mail are in danger."""
    reasons = []
    if database != "ok":
        reasons.append("the database is away")
    if pending:
        reasons.append("migrations are pending")
    if oldest is not None and oldest > MAIL_IS_STUCK_AFTER:
        reasons.append(f"mail is stuck: the oldest message has been due for {oldest // timedelta(minutes=1)} minutes")
    return reasons


def _degraded(is_broker_up, heartbeat) -> list[str]:
    """Return in words what is away that pages and bookings do without."""
    if not is_broker_up:
        return ["the broker is away"]
    return [] if heartbeat else ["no worker has been heard of"]


def _database_state():
    """Return ("ok" or "away", number of unapplied migrations or None, age of the oldest owed mail or None)."""
    try:
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if pending:
            return "ok", pending, None
        outgoing = apps.get_model("consultations", "OutgoingEmail")
        return "ok", 0, outgoing.objects.oldest_owed_age(timezone.now())
    except DatabaseError:
        return "away", None, None


def _broker_state():
    """Return (whether the broker answers, time of the last worker heartbeat or None)."""
    try:
        return True, cache.get(HEARTBEAT_KEY)
    except (RedisError, OSError):
        return False, None
