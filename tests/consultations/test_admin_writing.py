import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from consultations.models import AnswersLook, BookingStatus, EmailState
from consultations.services.booking import Visit
from tests.articles.factories import make_live_article
from tests.consultations.test_admin_acting import act, booking, over, page, send_unasked  # noqa: F401
from tests.factories import NOW, make_booking
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(over):  # noqa: F811
    """A booking that took place, all of whose mail has left."""
    type(over).objects.filter(pk=over.pk).update(status=BookingStatus.COMPLETED)
    over.emails.update(state=EmailState.SENT, sent_at=NOW)
    over.refresh_from_db()
    return over


def test_team_sends_the_confirmation_again(admin_client, booking):  # noqa: F811
    booking.emails.update(state=EmailState.SENT, sent_at=NOW, created_at=booking.starts_at.replace(year=2020))
    assert "Send a message again" in text_of(admin_client.get(page(booking, "change/")))
    response = act(admin_client, page(booking, "send-again/"), {"kind": "booked"}, follow=True)
    assert "on its way again" in response.text
    assert booking.emails.filter(kind="booked", state=EmailState.OWED).count() == 1
    response = act(admin_client, page(booking, "send-again/"), {"kind": "booked"}, follow=True)
    assert "Nothing was sent: it is on its way already." in response.text


def test_second_of_two_who_send_again_is_told(admin_client, booking):  # noqa: F811
    booking.emails.update(state=EmailState.SENT, sent_at=NOW, created_at=booking.starts_at.replace(year=2020))
    url = page(booking, "send-again/")
    stale = {"seen": f"{booking.status}.{booking.calendar_sequence}.{booking.events.count()}", "kind": "booked"}
    act(admin_client, url, {"kind": "booked"})
    assert "has changed since you opened that page" in admin_client.post(url, stale, follow=True).text


def test_message_that_is_not_offered_is_not_sent(admin_client, booking):  # noqa: F811
    response = act(admin_client, page(booking, "send-again/"), {"kind": "cancelled"})
    assert response.status_code == 422
    assert not booking.emails.filter(kind="cancelled").exists()


def test_team_suggests_articles_and_is_asked_before_it_does_so_again(admin_client, held):
    article = make_live_article(slug="oats")
    assert "Suggest articles" in text_of(admin_client.get(page(held, "change/")))
    fields = {"articles": [article.pk], "words": "As promised."}
    assert "on their way" in act(admin_client, page(held, "suggest/"), fields, follow=True).text
    held.emails.filter(kind="reading").update(state=EmailState.SENT, sent_at=NOW, created_at=NOW.replace(year=2020))
    response = act(admin_client, page(held, "suggest/"), fields)
    assert response.status_code == 422
    assert "Articles were sent before" in response.text
    assert "As promised." in response.text
    assert "on their way" in act(admin_client, page(held, "suggest/"), {**fields, "again": "on"}, follow=True).text
    assert held.emails.filter(kind="reading").count() == 2


def test_articles_are_not_suggested_without_choosing_any(admin_client, held):
    assert "Choose at least one article." in act(admin_client, page(held, "suggest/"), {}).text


def test_articles_are_suggested_only_after_it_took_place(admin_client, booking):  # noqa: F811
    article = make_live_article(slug="oats")
    assert "Suggest articles" not in text_of(admin_client.get(page(booking, "change/")))
    response = send_unasked(admin_client, booking, "suggest/", {"articles": [article.pk]})
    assert "Nothing was changed" in response.text
    assert not booking.emails.filter(kind="reading").exists()


@pytest.mark.parametrize("name", ["send-again/", "suggest/"])
def test_staff_who_may_only_look_write_to_nobody(client, held, name):
    client.force_login(get_user_model().objects.create_user("temp", is_staff=True))
    assert client.get(page(held, name)).status_code == 403
    assert client.post(page(held, name), {"kind": "follow_up"}).status_code == 403


def test_booking_page_says_what_to_look_at_first_and_that_reading_is_not_recorded(admin_client):
    article = make_live_article(slug="oats")
    words = text_of(admin_client.get(page(make_booking(visit=Visit(article=article)), "change/")))
    assert f"{article.live_revision.title} (the client booked from here)" in " ".join(words.split())
    assert "We keep no record of what clients read." in words


def test_looks_at_answers_are_told_to_those_who_may_see_them(client, admin_user, booking):  # noqa: F811
    AnswersLook.objects.create(booking=booking, by=admin_user, at=NOW, why="To prepare")
    temp = get_user_model().objects.create_user("temp", is_staff=True)
    temp.user_permissions.add(Permission.objects.get(codename="view_booking"))
    client.force_login(temp)
    assert "Answers read" not in text_of(client.get(page(booking, "change/")))
    temp.user_permissions.add(Permission.objects.get(codename="view_answerslook"))
    assert "Answers read by admin" in text_of(client.get(page(booking, "change/")))


@pytest.mark.parametrize("looks", [1, 4])
def test_booking_page_takes_the_same_queries_however_long_its_story(
    admin_client,
    admin_user,
    booking,  # noqa: F811
    looks,
    django_assert_num_queries,
):
    for number in range(looks):
        AnswersLook.objects.create(booking=booking, by=admin_user, at=NOW, why=f"Reason {number}")
        booking.events.create(kind="moved", at=NOW, actor=admin_user)
    with django_assert_num_queries(14):
        admin_client.get(page(booking, "change/"))
