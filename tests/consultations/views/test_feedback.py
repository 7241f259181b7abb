from datetime import timedelta

import pytest
from django.utils import timezone

from consultations.links import manage_path
from consultations.models import FollowUp
from consultations.services.outcomes import record_outcome
from tests.consultations.views.flow import tomorrow_on
from tests.factories import make_booking
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(consultation_type):
    booking = make_booking(consultation_type, starts_at=tomorrow_on(consultation_type), now=timezone.now())
    record_outcome(booking.pk, "completed", by=None, now=booking.starts_at + timedelta(hours=1))
    return manage_path(booking) + "feedback/"


def test_client_answers_the_one_question_once(client, link):
    assert "Was the consultation useful to you?" in text_of(client.get(link))
    for answer in ("partly", "not"):
        response = client.post(link, {"was_useful": answer}, follow=True)
        assert "Thank you" in text_of(response)
    assert FollowUp.objects.get().was_useful == "partly"


def test_no_answer_or_a_made_up_one_is_asked_for_again(client, link):
    for fields in ({}, {"was_useful": "brilliant"}):
        response = client.post(link, fields)
        assert response.status_code == 422
        assert "Choose one of the three answers" in text_of(response)
    assert FollowUp.objects.get().was_useful == ""


def test_there_is_no_question_before_the_consultation(client, consultation_type):
    booking = make_booking(consultation_type, starts_at=tomorrow_on(consultation_type), now=timezone.now())
    assert client.get(manage_path(booking) + "feedback/").status_code == 404
