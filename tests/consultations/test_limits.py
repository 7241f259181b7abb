from datetime import timedelta
from uuid import uuid4

import pytest

from consultations import limits
from consultations.services.booking import Visit
from tests.factories import NOW, TUESDAY_TEN, make_booking, make_consultation_type, make_hold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _limited(settings):
    settings.RATE_LIMIT_SCALE = 0.25


@pytest.fixture
def client_hash():
    return uuid4().hex


@pytest.fixture
def _no_cache(settings, unused_tcp_port):
    settings.REDIS_URL = f"redis://127.0.0.1:{unused_tcp_port}/0"


def test_holds_of_one_address_end_at_the_limit_and_another_address_is_free(client_hash):
    answers = [limits.may_hold(client_hash, now=NOW) for _ in range(21)]
    assert answers == [True] * 20 + [False]
    assert limits.may_hold(uuid4().hex, now=NOW)


def test_forms_sent_in_a_hurry_end_sooner(client_hash):
    answers = [limits.may_send_form(client_hash, is_hurried=True, now=NOW) for _ in range(9)]
    assert answers == [True] * 8 + [False]
    assert limits.may_send_form(client_hash, is_hurried=False, now=NOW)


def test_forms_of_one_mailbox_end_at_the_limit_however_it_is_written():
    name = uuid4().hex
    answers = [limits.may_book_for(f"{name}+{n}@example.com", now=NOW) for n in range(4)]
    assert answers == [True, True, True, False]


def test_scale_of_zero_switches_every_limit_off(settings, client_hash):
    settings.RATE_LIMIT_SCALE = 0
    assert all(limits.may_hold(client_hash, now=NOW) for _ in range(100))


@pytest.mark.usefixtures("_no_cache")
def test_holds_are_counted_in_the_database_when_the_cache_is_away(client_hash):
    consultation_type = make_consultation_type()
    own = None
    for n in range(20):
        assert limits.may_hold(client_hash, now=NOW)
        starts_at = TUESDAY_TEN + n % 2 * timedelta(minutes=30)
        own = make_hold(consultation_type, visit=Visit(client_hash=client_hash), starts_at=starts_at, own=own)
    assert not limits.may_hold(client_hash, now=NOW)
    assert limits.may_hold(client_hash, now=NOW + timedelta(hours=1, seconds=1))


@pytest.mark.usefixtures("_no_cache")
def test_mailboxes_are_counted_in_the_database_when_the_cache_is_away():
    for n in range(3):
        make_booking(email="amara@example.com", starts_at=TUESDAY_TEN + timedelta(hours=n))
    assert not limits.may_book_for("Amara@example.com", now=NOW)
