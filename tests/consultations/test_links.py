import string
from uuid import uuid4

import pytest

from consultations.links import row_of, token_of
from consultations.models import Booking, WaitlistEntry
from tests.factories import make_booking

pytestmark = pytest.mark.django_db


def find(token):
    return row_of(token, Booking.objects.all())


def test_token_opens_its_booking_and_no_other():
    booking, other = make_booking(), make_booking()
    assert (find(token_of(booking)), find(token_of(other))) == (booking, other)


def test_token_with_any_character_changed_cut_or_added_opens_nothing():
    token = token_of(make_booking())
    alphabet = string.ascii_letters + string.digits + "-_"
    changed = [token[:n] + alphabet[(alphabet.index(token[n]) + 1) % 64] + token[n + 1 :] for n in range(len(token))]
    others = ["", token[:-1], token + "A", token + "=", token.swapcase(), token[:22], token[22:], "é" * 65, "A" * 65]
    assert [find(one) for one in (*changed, *others)] == [None] * (len(changed) + len(others))


def test_token_opens_nothing_after_the_nonce_has_changed():
    booking = make_booking()
    token = token_of(booking)
    Booking.objects.update(link_nonce=uuid4())
    assert find(token) is None


def test_token_for_one_purpose_does_not_serve_another():
    booking = make_booking()
    assert find(token_of(booking, "amara@example.org")) is None
    assert row_of(token_of(booking), WaitlistEntry.objects.all()) is None


def test_looking_a_token_up_takes_one_query_whether_or_not_there_is_a_booking(django_assert_num_queries):
    booking = make_booking()
    for token in (token_of(booking), token_of(Booking(public_id=uuid4(), link_nonce=uuid4())), "nonsense"):
        with django_assert_num_queries(1):
            find(token)
