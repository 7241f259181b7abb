import threading
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.models import Article
from articles.moving import move_article
from consultations import options
from consultations.models import (
    Booking,
    EmailKind,
    OutgoingEmail,
    SlotClaim,
)
from tests.articles.factories import make_live_article
from tests.consultations.views.flow import (
    FIELDS,
    HOLD,
    TIMES,
    book,
    form_for,
    hidden_in,
    press,
    slot_buttons,
    tomorrow_on,
)
from tests.factories import make_booking, make_hold
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


def test_booking_leads_to_you_are_booked_in(client, consultation_type):
    response = book(client, consultation_type)
    booking = Booking.objects.get()
    words = text_of(client.get(response["Location"]))
    for expected in (
        "You are booked in, Amara",
        booking.reference,
        "amara@example.com",
        "Priya Raman",
        "London time (",
    ):
        assert expected in words
    assert (booking.client_name, booking.client_email) == ("Amara Whitfield", "amara@example.com")


def test_booking_keeps_all_that_was_said(client, consultation_type):
    topic = make_live_article(slug="oats").topic
    url, hidden = form_for(client, consultation_type, **{"tz": "America/New_York", "from": "oats"})
    said = {"channel": "phone", "phone": "020 7946 0018", "topic": topic.slug, "notes": "After four, if you can."}
    client.post(url, {**hidden, **FIELDS, **said, "consent_marketing": "on"})
    booking = Booking.objects.get()
    assert (booking.channel, booking.phone, booking.topic, booking.notes) == (
        "phone",
        "+442079460018",
        topic,
        "After four, if you can.",
    )
    assert (booking.client_time_zone, booking.article.slug) == ("America/New_York", "oats")
    assert [consent.purpose for consent in booking.consents.all()] == ["service", "marketing"]


def test_booking_remembers_an_article_that_has_moved_since_its_page_was_opened(client, consultation_type):
    move_article(article=make_live_article(slug="oats"), slug="oat-fibre", now=timezone.now())
    url, hidden = form_for(client, consultation_type, **{"from": "oats"})
    client.post(url, {**hidden, **FIELDS})
    assert Booking.objects.get().article.slug == "oat-fibre"


@pytest.mark.parametrize("source", ["unknown", "draft", "<script>", "x" * 200, "../oats", "\x00"])
def test_booking_ignores_a_source_that_is_no_live_article(client, consultation_type, source):
    Article.objects.create(slug="draft", topic=make_live_article(slug="oats").topic, cover="fibre")
    url, hidden = form_for(client, consultation_type, **{"from": source})
    client.post(url, {**hidden, **FIELDS})
    assert Booking.objects.get().article is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": ""}, "Enter your full name"),
        ({"name": "\u200b \u00a0"}, "Enter your full name"),
        ({"name": "Amara\r\nBcc: x@example.com"}, "Enter your name without line breaks"),
        ({"name": "A" * 101}, "Full name must be 100 characters or fewer"),
        ({"email": "amara.whitfield@example"}, "Enter an email address in the right format"),
        ({"email": "a@example.com, b@example.com"}, "Enter an email address in the right format"),
        ({"email": "amara@gmial.com"}, "Did you mean amara@gmail.com?"),
        ({"name": "win at http://evil.example"}, "Enter your name without addresses"),
        ({"phone": "020 7946 0018 ext 123"}, "Leave the extension out"),
        ({"email": "a@" + ("\u0130" * 15 + ".") * 14 + "com"}, "Enter an email address in the right format"),
        ({"phone": "12"}, "Enter a phone number that can be called"),
        ({"channel": "phone"}, "Enter a phone number, or choose a video call"),
        ({"channel": "letter"}, "Choose a video call or a phone call"),
        ({"topic": "nothing"}, "Choose a topic from the list"),
        ({"notes": "n" * 501}, "Your note must be 500 characters or fewer"),
        ({"consent_service": ""}, "Tick the box to agree"),
        ({"website": "https://spam.example"}, "Leave this field empty"),
    ],
)
def test_bad_details_are_said_in_words_and_everything_typed_is_kept(client, consultation_type, wrong, message):
    response = book(client, consultation_type, **wrong)
    page = parse(response)
    assert response.status_code == 422
    assert page.find(".//title").text.strip().startswith("Error: ")
    assert message in text_of(response)
    kept = {**FIELDS, **wrong}
    for field in ("name", "email"):
        assert page.find(f".//input[@name='{field}']").get("value", "") == kept[field].replace("\r\n", "\n")
    assert Booking.objects.count() == 0


def test_mistyped_looking_address_sent_again_is_booked_as_it_is(client, consultation_type):
    response = book(client, consultation_type, email="amara@gmial.com")
    url = f"/consultations/book/{SlotClaim.objects.get().public_id}/"
    client.post(url, {**FIELDS, "email": "amara@gmial.com", **hidden_in(response)})
    assert Booking.objects.get().client_email == "amara@gmial.com"


@pytest.mark.parametrize("name", ["O'Brien-Smith", "李小龙", "محمد", "Nguyễn Thị Ánh", "Zoë"])
def test_names_from_anywhere_are_accepted(client, consultation_type, name):
    book(client, consultation_type, name=name)
    assert Booking.objects.get().client_name == name


@pytest.mark.parametrize(
    "data",
    [
        {"key": "rubbish"},
        {"key": ""},
        {"name": "A\x00B"},
        {"name": ["A", "B"]},
        {"timezone": "../../etc"},
        {"rendered": "forged"},
        {"slot": "forged"},
        {"status": "completed", "nutritionist": "1", "ends_at": "2030-01-01"},
    ],
)
def test_tampered_form_is_refused_or_accepted_but_never_breaks(client, consultation_type, data):
    assert book(client, consultation_type, **data).status_code in (302, 404, 422)


def test_form_that_lost_its_key_is_shown_again_with_one(client, consultation_type):
    response = book(client, consultation_type, key="")
    url = f"/consultations/book/{SlotClaim.objects.get().public_id}/"
    assert client.post(url, {**FIELDS, **hidden_in(response)}).status_code == 302


def test_hold_that_ran_out_still_books(client, consultation_type):
    url, hidden = form_for(client, consultation_type)
    SlotClaim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "no longer kept for you" in text_of(client.get(url))
    assert client.post(url, {**hidden, **FIELDS}).status_code == 302


def test_time_lost_meanwhile_is_a_conflict_with_other_times_and_the_form_kept(client, consultation_type):
    url, hidden = form_for(client, consultation_type)
    hold = SlotClaim.objects.get()
    SlotClaim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    make_booking(consultation_type, starts_at=hold.starts_at, now=timezone.now())
    assert client.get(url).status_code == 409
    response = client.post(url, {**hidden, **FIELDS, "notes": "Mornings are best."})
    page = parse(response)
    assert response.status_code == 409
    assert page.find(".//title").text.strip().startswith("Error: ")
    assert page.find(".//input[@name='name']").get("value") == "Amara Whitfield"
    assert page.find(".//textarea[@name='notes']").text.strip() == "Mornings are best."
    buttons = slot_buttons(response)
    assert len(buttons) == 6
    again = client.post(url, {**hidden, **FIELDS, "slot": buttons[0].get("value")})
    assert again.status_code == 302
    assert Booking.objects.get(client_email=FIELDS["email"]).starts_at == options.read_slot(buttons[0].get("value"))[1]


def test_other_time_that_was_picked_stays_picked_while_the_form_is_put_right(client, consultation_type):
    url, hidden = form_for(client, consultation_type)
    hold = SlotClaim.objects.get()
    SlotClaim.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    make_booking(consultation_type, starts_at=hold.starts_at, now=timezone.now())
    picked = slot_buttons(client.get(url))[-1].get("value")
    response = client.post(url, {**hidden, **FIELDS, "name": "", "slot": picked})
    assert response.status_code == 422
    assert options.wording.time_label(options.read_slot(picked)[1]) in text_of(response)
    client.post(url, {**hidden_in(response), **FIELDS})
    assert Booking.objects.get(client_email=FIELDS["email"]).starts_at == options.read_slot(picked)[1]


def test_form_of_a_type_that_was_closed_meanwhile_is_kept(client, consultation_type):
    url, hidden = form_for(client, consultation_type)
    type(consultation_type).objects.update(is_active=False)
    response = client.post(url, {**hidden, **FIELDS})
    assert response.status_code == 409
    assert parse(response).find(".//input[@name='name']").get("value") == "Amara Whitfield"


def test_client_with_a_booking_learns_nothing_on_screen_and_all_by_mail(client, consultation_type):
    make_booking(
        consultation_type,
        starts_at=tomorrow_on(consultation_type) + timedelta(hours=1),
        now=timezone.now(),
        email="amara@example.com",
    )
    response = book(client, consultation_type)
    assert response.status_code == 409
    assert "look at your email" in text_of(response)
    assert parse(response).find(".//input[@name='name']").get("value") == "Amara Whitfield"
    assert OutgoingEmail.objects.filter(kind=EmailKind.ALREADY_BOOKED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clients_pressing_at_once_are_one_hold_and_one_conflict(consultation_type):
    starts_at, barrier, answers = tomorrow_on(consultation_type), threading.Barrier(2), []

    def compete(client):
        barrier.wait()
        answers.append(press(client, consultation_type, starts_at).status_code)
        connection.close()

    threads = [threading.Thread(target=compete, args=[Client()]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]


def test_form_sent_twenty_times_is_one_booking_and_no_limit_counts_it(client, consultation_type, settings):
    settings.RATE_LIMIT_SCALE = 0.1  # three hurried forms an hour
    settings.SECRET_KEY = "a-key-of-its-own-so-that-this-test-counts-from-nothing-0123456789"
    url, hidden = form_for(client, consultation_type)
    answers = [client.post(url, {**hidden, **FIELDS}) for _ in range(20)]
    assert {answer["Location"] for answer in answers} == {f"/consultations/booked/{Booking.objects.get().reference}/"}
    assert OutgoingEmail.objects.count() == 1


def test_form_sent_twice_is_one_booking_and_the_same_page_that_says_so(client, consultation_type):
    url, hidden = form_for(client, consultation_type)
    answers = [client.post(url, {**hidden, **FIELDS})["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert Booking.objects.count() == 1
    assert "You sent the form more than once" in client.get(answers[1]).text


def test_forms_demand_a_csrf_token(consultation_type):
    client = Client(enforce_csrf_checks=True)
    hold = make_hold(consultation_type, starts_at=tomorrow_on(consultation_type), now=timezone.now())
    for url in (HOLD, f"/consultations/book/{hold.public_id}/"):
        assert client.post(url, FIELDS).status_code == 403
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("value", [uuid4(), "rubbish", "1"])
def test_form_of_no_hold_is_not_found(client, consultation_type, value):
    assert client.get(f"/consultations/book/{value}/").status_code == 404


def test_form_and_confirmation_are_not_stored_by_caches(client, consultation_type):
    url, _ = form_for(client, consultation_type)
    assert "no-store" in client.get(url)["Cache-Control"]
    assert "no-store" in client.get(book(client, consultation_type)["Location"])["Cache-Control"]


def test_summer_time_is_named_on_the_form(client, consultation_type):
    consultation_type.booking_horizon = timedelta(days=400)
    consultation_type.save()
    july = datetime(timezone.now().year + 1, 7, 6, 9, 0, tzinfo=UTC)
    url = press(client, consultation_type, july)["Location"]
    assert "London time (BST)" in text_of(client.get(url))


@pytest.mark.parametrize(("day", "zone"), [(date(2027, 3, 29), "BST"), (date(2027, 11, 1), "GMT")])
def test_zone_of_a_day_after_the_clock_change_is_that_days(client, consultation_type, day, zone):
    consultation_type.booking_horizon = timedelta(days=800)
    consultation_type.save()
    page = client.get(f"{TIMES}?start={day - timedelta(days=7)}&day={day}")
    assert f"Times are in London time ({zone})" in text_of(page)
