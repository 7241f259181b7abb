from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from consultations.models import OutgoingEmail
from probio.health import HEARTBEAT_KEY, record_heartbeat
from tests.conftest import wait_for
from tests.factories import make_booking, make_consultation_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def heartbeat():
    record_heartbeat()
    yield
    cache.delete(HEARTBEAT_KEY)


def owe_since(age):
    now = timezone.now()
    starts_at = (now + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    make_booking(make_consultation_type(), starts_at=starts_at, now=now)
    OutgoingEmail.objects.update(created_at=now - age, due_at=now - age)


def test_healthz_answers_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"


def test_readyz_with_everything_there_is_ok(client, heartbeat):
    response = client.get("/readyz")
    report = response.json()
    assert (response.status_code, report["status"], report["broker"]) == (200, "ok", "ok")
    assert (report["database"], report["pending_migrations"], report["oldest_owed_email_seconds"]) == ("ok", 0, None)
    assert report["reasons"] == []


def test_readyz_without_a_worker_is_degraded(client):
    cache.delete(HEARTBEAT_KEY)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["reasons"] == ["no worker has been heard of"]


def test_readyz_without_a_broker_is_degraded(client, settings, unused_tcp_port):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{unused_tcp_port}/0"}}
    report = client.get("/readyz").json()
    assert (report["status"], report["broker"]) == ("degraded", "away")


@pytest.mark.parametrize(("age", "status"), [(timedelta(minutes=4), 200), (timedelta(minutes=6), 503)])
def test_readyz_fails_once_mail_is_stuck(client, heartbeat, age, status):
    owe_since(age)
    response = client.get("/readyz")
    assert response.status_code == status
    assert response.json()["oldest_owed_email_seconds"] == pytest.approx(age.total_seconds(), abs=5)


def test_readyz_says_why_it_fails(client, heartbeat):
    owe_since(timedelta(minutes=6, seconds=5))
    assert client.get("/readyz").json()["reasons"] == ["mail is stuck: the oldest message has been due for 6 minutes"]


def test_readyz_does_not_count_what_is_owed_for_later(client, heartbeat):
    owe_since(timedelta(minutes=6))
    later = timezone.now() + timedelta(hours=1)
    OutgoingEmail.objects.update(due_at=later, next_attempt_at=later)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["oldest_owed_email_seconds"]) == (200, None)


@pytest.mark.broker
def test_readyz_is_ok_as_soon_as_a_worker_is_there(celery_worker, client):
    wait_for(lambda: client.get("/readyz").json()["status"] == "ok", seconds=5, what="the worker's first heartbeat")
    assert client.get("/readyz").json()["worker_heartbeat"] is not None
    cache.delete(HEARTBEAT_KEY)
