from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone
from icalendar import Calendar

from articles.models import Topic
from consultations.links import feed_url
from consultations.models import CalendarFeed, FeedShows
from consultations.services.changes import cancel_booking
from consultations.services.feeds import close_feed, open_feed, renew_feed
from probio.logs import hide_secret_links
from probio.staff.accounts import close_account
from tests.factories import make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nutritionist():
    return make_nutritionist(name="Priya Raman")


def book(nutritionist, days=3, **details):
    now = timezone.now()
    at = (now + timedelta(days=days)).replace(hour=12, minute=0, second=0, microsecond=0)
    return make_booking(
        make_consultation_type(nutritionist, name="Free consultation"), starts_at=at, now=now, **details
    )


def path_of(feed, settings):
    return feed_url(feed).removeprefix(settings.SITE_URL)


def events_in(response):
    return Calendar.from_ical(response.content).walk("VEVENT")


def test_feed_has_the_nutritionists_bookings_and_says_no_more_than_the_reference(client, nutritionist, settings):
    booking = book(nutritionist, name="Amara Whitfield", email="amara@example.com", notes="Call me late.")
    book(make_nutritionist(), name="Sol Iyer")
    response = client.get(path_of(open_feed(nutritionist, FeedShows.BUSY), settings))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = events_in(response)
    assert event["SUMMARY"] == "Free consultation (video)"
    assert event["DESCRIPTION"] == f"Reference {booking.reference}"
    assert (event.start, event.end) == (booking.starts_at, booking.ends_at)
    for secret in ("Amara", "amara@example.com", "Call me late", "Sol"):
        assert secret not in response.text


def test_feed_that_may_say_more_says_first_name_and_topic(client, nutritionist, settings):
    topic = Topic.objects.create(name="Digestion", slug="digestion", shape="rod")
    book(nutritionist, name="Amara Whitfield", topic=topic)
    response = client.get(path_of(open_feed(nutritionist, FeedShows.FIRST_NAME), settings))
    [event] = events_in(response)
    assert event["SUMMARY"] == "Amara: Digestion (video)"
    assert "Whitfield" not in response.text


def test_feed_drops_what_was_cancelled(client, nutritionist, settings):
    booking = book(nutritionist)
    path = path_of(open_feed(nutritionist, FeedShows.BUSY), settings)
    assert len(events_in(client.get(path))) == 1
    cancel_booking(booking.pk, now=timezone.now())
    assert events_in(client.get(path)) == []


@pytest.mark.parametrize("end", [renew_feed, close_feed])
def test_feed_at_an_ended_address_shows_nothing(client, nutritionist, settings, end):
    path = path_of(open_feed(nutritionist, FeedShows.BUSY), settings)
    assert client.get(path).status_code == 200
    end(nutritionist)
    assert client.get(path).status_code == 404
    again = path_of(open_feed(nutritionist, FeedShows.BUSY), settings)
    assert again != path
    assert client.get(again).status_code == 200


def test_feed_keeps_out_of_caches_and_search_engines(client, nutritionist, settings):
    response = client.get(path_of(open_feed(nutritionist, FeedShows.BUSY), settings))
    assert "no-store" in response["Cache-Control"]
    assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")


@pytest.mark.parametrize("count", [1, 4])
def test_feed_takes_the_same_queries_however_many_bookings(
    client, nutritionist, settings, count, django_assert_num_queries
):
    for n in range(count):
        book(nutritionist, days=3 + n)
    path = path_of(open_feed(nutritionist, FeedShows.BUSY), settings)
    with django_assert_num_queries(3):
        assert len(events_in(client.get(path))) == count


def test_nutritionist_begins_changes_and_ends_their_own_feed(client, nutritionist):
    user = get_user_model().objects.create_user("priya", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_nutritionist"))
    nutritionist.user = user
    nutritionist.save()
    client.force_login(user)
    page = f"/admin/consultations/nutritionist/{nutritionist.pk}/feed/"
    assert "There is none yet." in text_of(client.get(page))
    client.post(page, {"shows": "first_name"})
    feed = CalendarFeed.objects.get()
    assert feed.shows == FeedShows.FIRST_NAME
    [address] = [one.get("value") for one in parse(client.get(page)).iter("input") if one.get("id") == "address"]
    assert address == feed_url(feed)
    client.post(page, {"renew": ""})
    assert address not in client.get(page).text
    client.post(page, {"close": ""})
    assert not CalendarFeed.objects.exists()


def test_feed_of_a_colleague_is_closed_to_a_nutritionist(client, nutritionist):
    user = get_user_model().objects.create_user("tomos", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_nutritionist"))
    client.force_login(user)
    page = f"/admin/consultations/nutritionist/{nutritionist.pk}/feed/"
    assert client.get(page).status_code == 403
    assert client.post(page, {"shows": "busy"}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_nutritionist"))
    assert client.get(page).status_code == 200


def test_feed_of_somebody_who_has_left_shows_nothing(client, nutritionist, settings):
    nutritionist.user = get_user_model().objects.create_user("priya", is_staff=True)
    nutritionist.save()
    path = path_of(open_feed(nutritionist, FeedShows.BUSY), settings)
    assert client.get(path).status_code == 200
    close_account(nutritionist.user)
    assert client.get(path).status_code == 404


def test_feed_of_nonsense_is_asked_for_again(admin_client, nutritionist):
    page = f"/admin/consultations/nutritionist/{nutritionist.pk}/feed/"
    response = admin_client.post(page, {"shows": "everything"})
    assert response.status_code == 422
    assert not CalendarFeed.objects.exists()


def test_address_of_a_feed_is_cut_out_of_log_lines(nutritionist):
    url = feed_url(open_feed(nutritionist, FeedShows.BUSY))
    hidden = hide_secret_links(f"GET {url} 200")
    assert url.rpartition("/")[2].removesuffix(".ics") not in hidden
    assert "/consultations/diary/…" in hidden
