import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consultations import options, queries
from consultations.models import Booking, OutgoingEmail
from tests.factories import make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Amara Whitfield", "email": "amara@example.com"}


@pytest.fixture
def consultation_type():
    return make_consultation_type(make_nutritionist(name="Priya Raman"), name="Free consultation", slug="free")


def first_slot(consultation_type):
    return queries.soonest_times(consultation_type, 1, now=timezone.now() + timedelta(days=1))[0]


def book_url(consultation_type, starts_at=None):
    starts_at = starts_at or first_slot(consultation_type).start
    return reverse("consultations:book", args=[options.sign_slot(consultation_type, starts_at)])


def key_in(response):
    return parse(response).find(".//input[@name='key']").get("value")


def post(client, url, **overrides):
    return client.post(url, {**FIELDS, "key": key_in(client.get(url)), **overrides})


def test_index_shows_people_soonest_times_and_where_to_turn_when_ill(client, consultation_type):
    page = client.get(reverse("consultations:index"))
    words = text_of(page)
    assert "Priya Raman" in words
    assert "NHS 111" in words
    assert "999" in words
    assert options.slot_option(consultation_type, page.context["soonest"][0].starts_at).url in page.text


def test_index_with_nothing_to_book_says_so(client):
    assert "not taking bookings" in text_of(client.get(reverse("consultations:index")))


def test_times_link_to_the_form_under_a_name_that_says_day_time_and_zone(client, consultation_type):
    page = client.get(reverse("consultations:times", args=["free"]))
    [link, *_] = parse(page).findall(".//a[@class='button button-secondary slot']")
    assert link.get("aria-label").endswith(", London time (GMT)") or link.get("aria-label").endswith("(BST)")
    assert client.get(link.get("href")).status_code == 200


@pytest.mark.parametrize("query", ["start=rubbish", "start=0001-01-01", "start=9999-12-31", "day=2027-02-30", "start="])
def test_times_asked_for_impossible_dates_show_dates_that_can_be_booked(client, consultation_type, query):
    page = client.get(f"{reverse('consultations:times', args=['free'])}?{query}")
    assert page.status_code == 200
    today = timezone.now().date()
    assert today - timedelta(days=7) < page.context["range_start"] <= today + consultation_type.booking_horizon


def test_times_of_a_day_without_any_name_the_next_day_that_has_some(client):
    consultation_type = make_consultation_type(make_nutritionist(weekdays=[2]))
    url = reverse("consultations:times", args=[consultation_type.slug])
    day = options.monday_of(timezone.now().date()) + timedelta(days=8)
    page = client.get(f"{url}?start={day}&day={day}")
    assert page.context["next_day"].date == day + timedelta(days=1)
    assert f"Wednesday {(day + timedelta(days=1)).day}" in text_of(page)


def test_times_of_an_unknown_type_are_not_found(client):
    assert client.get(reverse("consultations:times", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_times_take_the_same_queries_however_many_nutritionists(client, count, django_assert_num_queries):
    consultation_type = make_consultation_type(*[make_nutritionist() for _ in range(count)])
    with django_assert_num_queries(7):
        client.get(reverse("consultations:times", args=[consultation_type.slug]))


def test_booking_leads_to_you_are_booked_in(client, consultation_type):
    url = book_url(consultation_type)
    response = post(client, url)
    booking = Booking.objects.get()
    assert response.status_code == 302
    page = client.get(response["Location"])
    words = text_of(page)
    assert "You are booked in, Amara" in words
    assert booking.reference in words
    assert "amara@example.com" in words
    assert (booking.client_name, booking.client_email) == ("Amara Whitfield", "amara@example.com")


def test_booked_page_reloaded_sends_nothing_more(client, consultation_type):
    location = post(client, book_url(consultation_type))["Location"]
    client.get(location)
    client.get(location)
    assert OutgoingEmail.objects.count() == 1


def test_booked_page_is_nobody_elses(client, consultation_type):
    location = post(client, book_url(consultation_type))["Location"]
    assert client.get(location).status_code == 200
    assert Client().get(location).status_code == 404
    assert Client().get(f"{location}calendar.ics").status_code == 404


def test_booked_page_gives_the_calendar_file(client, consultation_type):
    location = post(client, book_url(consultation_type))["Location"]
    response = client.get(f"{location}calendar.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{Booking.objects.get().public_id}@" in response.text.replace("\r\n ", "")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Enter your full name"),
        ({"name": "\u200b \u00a0"}, "Enter your full name"),
        ({"name": "Amara\r\nBcc: x@example.com"}, "Enter your name without line breaks"),
        ({"name": "A" * 101}, "Full name must be 100 characters or fewer"),
        ({"email": "amara.whitfield@example"}, "Enter an email address in the right format"),
        ({"email": "a@example.com, b@example.com"}, "Enter an email address in the right format"),
    ],
)
def test_bad_details_are_said_in_words_and_everything_typed_is_kept(client, consultation_type, wrong, message):
    response = post(client, book_url(consultation_type), **wrong)
    page = parse(response)
    assert response.status_code == 422
    assert page.find(".//title").text.strip().startswith("Error: ")
    assert message in text_of(response)
    kept = {**FIELDS, **wrong}
    field = next(iter(wrong))
    other = {"name": "email", "email": "name"}[field]
    assert page.find(f".//input[@name='{other}']").get("value") == kept[other]
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("name", ["O'Brien-Smith", "李小龙", "محمد", "Nguyễn Thị Ánh", "Zoë"])
def test_names_from_anywhere_are_accepted(client, consultation_type, name):
    post(client, book_url(consultation_type), name=name)
    assert Booking.objects.get().client_name == name


@pytest.mark.parametrize("data", [{"key": "rubbish"}, {"key": ""}, {"name": "A\x00B"}, {"name": ["A", "B"]}])
def test_tampered_form_is_refused_or_accepted_but_never_breaks(client, consultation_type, data):
    response = post(client, book_url(consultation_type), **data)
    assert response.status_code in (302, 422)


@pytest.mark.parametrize("value", ["rubbish", "free.20270105T1000Z:forged", "free.99999999T9999Z", "a:b:c"])
def test_slot_value_that_is_not_ours_is_not_found(client, consultation_type, value):
    assert client.get(f"/consultations/book/{value}/").status_code == 404


def test_slot_taken_meanwhile_is_a_conflict_with_other_times_and_the_form_kept(client, consultation_type):
    url = book_url(consultation_type)
    key = key_in(client.get(url))
    post(Client(), url)
    response = client.post(url, {**FIELDS, "key": key})
    page = parse(response)
    assert response.status_code == 409
    assert page.find(".//title").text.strip().startswith("Error: ")
    assert page.find(".//input[@name='name']").get("value") == "Amara Whitfield"
    assert page.find(".//input[@name='email']").get("value") == "amara@example.com"
    buttons = [button for button in page.findall(".//form//button") if button.get("formaction")]
    assert len(buttons) == 6
    again = client.post(buttons[0].get("formaction"), {**FIELDS, "key": key})
    assert again.status_code == 302


def test_slot_already_taken_when_opened_offers_other_times_at_once(client, consultation_type):
    url = book_url(consultation_type)
    post(Client(), url)
    assert client.get(url).status_code == 409


@pytest.mark.django_db(transaction=True)
def test_two_clients_pressing_at_once_are_one_booking_and_one_conflict(consultation_type):
    url = book_url(consultation_type)
    clients = [Client(), Client()]
    keys = [key_in(client.get(url)) for client in clients]
    barrier, answers = threading.Barrier(2), []

    def press(client, key):
        barrier.wait()
        answers.append(client.post(url, {**FIELDS, "key": key}).status_code)
        connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in zip(clients, keys, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    assert Booking.objects.count() == 1


def test_form_sent_twice_is_one_booking_and_the_same_page(client, consultation_type):
    url = book_url(consultation_type)
    key = key_in(client.get(url))
    answers = [client.post(url, {**FIELDS, "key": key})["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Booking.objects.count() == 1


def test_booking_form_demands_a_csrf_token(consultation_type):
    client = Client(enforce_csrf_checks=True)
    response = client.post(book_url(consultation_type), FIELDS)
    assert response.status_code == 403
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_form_books_nothing(client, consultation_type, method):
    getattr(client, method)(book_url(consultation_type))
    assert Booking.objects.count() == 0


def test_pages_before_the_form_set_no_cookie(client, consultation_type):
    for url in (reverse("consultations:index"), reverse("consultations:times", args=["free"])):
        assert client.get(url).cookies == {}


def test_form_and_confirmation_are_not_stored_by_caches(client, consultation_type):
    url = book_url(consultation_type)
    assert "no-store" in client.get(url)["Cache-Control"]
    assert "no-store" in client.get(post(client, url)["Location"])["Cache-Control"]


def test_summer_time_is_named_on_the_form(client):
    consultation_type = make_consultation_type(booking_horizon=timedelta(days=400))
    july = datetime(timezone.now().year + 1, 7, 6, 9, 0, tzinfo=UTC)
    assert "London time (BST)" in text_of(client.get(book_url(consultation_type, july)))
