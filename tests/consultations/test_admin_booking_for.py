from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from consultations import consents
from consultations.models import Booking, ConsentChannel, ConsultationType, OutgoingEmail
from consultations.options import sign_slot
from tests.factories import TUESDAY_TEN, make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

BASE = "/admin/consultations/booking/for-client/"
TYPED = {
    "name": "Amara Whitfield",
    "email": "amara@example.com",
    "channel": "phone",
    "phone": "020 7946 0018",
    "notes": "Rings from work.",
    "timezone": "Europe/Paris",
    "consent_service": "on",
}
ELEVEN = TUESDAY_TEN + timedelta(hours=1)


@pytest.fixture
def people():
    return make_nutritionist(name="Priya Raman", slug="priya"), make_nutritionist(name="Tomos Bevan", slug="tomos")


@pytest.fixture
def free(people):
    """A type whose horizon reaches the tests' day from any clock they run by."""
    return make_consultation_type(*people, slug="free", name="Free chat", booking_horizon=timedelta(days=900))


def details_url(free, starts_at=TUESDAY_TEN, nutritionist=None):
    return f"{BASE}free/details/?slot={sign_slot(free, starts_at, nutritionist)}"


def send(client, url, fields=TYPED, **kwargs):
    """Open a page, then send its form as a browser would: with what the page itself put there."""
    inputs = parse(client.get(url)).iter("input")
    hidden = {one.get("name"): one.get("value") or "" for one in inputs if one.get("type") == "hidden"}
    return client.post(url, {**hidden, **fields}, **kwargs)


def test_team_goes_from_the_type_to_a_time_of_anyone(admin_client, free):
    make_consultation_type(slug="other")
    types = admin_client.get(BASE)
    assert f"{BASE}free/" in [link.get("href") for link in parse(types).iter("a")]
    times = admin_client.get(f"{BASE}free/?day=2027-01-05")
    [url] = [link.get("href") for link in parse(times).iter("a") if "".join(link.itertext()) == "10:00"]
    assert "Tuesday 5 January 2027 at 10:00" in text_of(admin_client.get(url))


def test_one_type_needs_no_choosing(admin_client, free):
    assert admin_client.get(BASE).url == f"{BASE}free/"


def test_without_a_type_the_page_says_what_to_do(admin_client, free):
    ConsultationType.objects.update(is_active=False)
    assert "Nothing can be booked" in text_of(admin_client.get(BASE))


def test_booking_by_phone_is_recorded_as_such_and_confirmed(admin_client, free, admin_user):
    response = send(admin_client, details_url(free, nutritionist="tomos"), follow=True)
    booking = Booking.objects.get()
    assert response.redirect_chain == [(f"/admin/consultations/booking/{booking.pk}/change/", 302)]
    assert f"{booking.reference} is booked: Tuesday 5 January 2027 at 10:00" in text_of(response)
    assert "by phone" in text_of(response)
    assert (booking.source, booking.starts_at, booking.nutritionist.slug) == ("phone", TUESDAY_TEN, "tomos")
    assert (booking.client_name, booking.phone, booking.client_time_zone) == (
        "Amara Whitfield",
        "+442079460018",
        "Europe/Paris",
    )
    assert booking.emails.get(kind="booked").to == "amara@example.com"
    event = booking.events.get()
    assert (event.kind, event.actor, event.detail) == ("booked", admin_user, "by phone")


def test_consents_said_on_the_phone_keep_their_words_and_who_heard_them(admin_client, free, admin_user):
    send(admin_client, details_url(free), {**TYPED, "consent_marketing": "on"})
    heard = Booking.objects.get().consents.select_related("text")
    assert [(one.text.wording, one.channel, one.recorded_by) for one in heard] == [
        (consents.SERVICE.wording, "spoken", admin_user),
        (consents.MARKETING.wording, "spoken", admin_user),
    ]


def test_booking_on_the_website_has_that_source_and_nobody_who_heard_its_consents():
    booking = make_booking()
    assert (booking.source, booking.consents.get().recorded_by) == ("website", None)


def test_database_knows_sources_and_who_hears_what_is_spoken(admin_user):
    booking = make_booking()
    for rows, change in (
        (Booking.objects.all(), {"source": "fax"}),
        (booking.consents.all(), {"channel": ConsentChannel.SPOKEN}),
        (booking.consents.all(), {"recorded_by": admin_user}),
    ):
        with (
            pytest.raises(IntegrityError, match=r"booking_source_known|consent_spoken_was_heard"),
            transaction.atomic(),
        ):
            rows.update(**change)


@pytest.mark.parametrize(
    ("left_out", "words"),
    [
        ("email", "Enter the client’s email address"),
        ("consent_service", "Read this out, and tick it once the client has agreed"),
        ("phone", "Enter a phone number"),
    ],
)
def test_form_that_lacks_something_says_what_and_keeps_the_rest(admin_client, free, left_out, words):
    fields = {name: value for name, value in TYPED.items() if name != left_out}
    response = send(admin_client, details_url(free), fields)
    assert response.status_code == 422
    assert words in text_of(response)
    assert "Rings from work." in response.text
    assert not Booking.objects.exists()


def test_lost_time_offers_the_nearest_and_keeps_what_was_typed(admin_client, free):
    url = details_url(free, nutritionist="priya")
    page = admin_client.get(url)
    make_booking(free, nutritionist="priya")
    hidden = {
        one.get("name"): one.get("value") or "" for one in parse(page).iter("input") if one.get("type") == "hidden"
    }
    response = admin_client.post(url, {**hidden, **TYPED})
    assert response.status_code == 409
    assert "Tuesday 5 January 2027 at 10:00" in text_of(response)
    assert "is not free any more" in text_of(response)
    inputs = {one.get("name"): one.get("value") for one in parse(response).iter("input")}
    assert (inputs["name"], inputs["email"], inputs["phone"]) == (TYPED["name"], TYPED["email"], TYPED["phone"])
    assert "Rings from work." in response.text
    buttons = {"".join(one.itertext()): one.get("value") for one in parse(response).iter("button") if one.get("value")}
    [other] = [value for words, value in buttons.items() if "at 10:30" in words]
    admin_client.post(url, {**hidden, **TYPED, "slot": other})
    booked = Booking.objects.get(client_email="amara@example.com")
    assert (booked.starts_at, booked.nutritionist.slug) == (TUESDAY_TEN + timedelta(minutes=30), "priya")


def test_time_that_is_gone_when_its_page_opens_is_said_at_once(admin_client, free):
    make_booking(free, nutritionist="priya")
    response = admin_client.get(details_url(free, nutritionist="priya"))
    assert response.status_code == 409
    assert "is not free any more" in text_of(response)


def test_client_who_has_a_booking_is_found_and_sent_nothing_more(admin_client, free):
    other = make_booking(free, starts_at=ELEVEN, email="amara@example.com")
    mails = OutgoingEmail.objects.count()
    response = send(admin_client, details_url(free))
    assert response.status_code == 409
    assert other.reference in text_of(response)
    assert "Rings from work." in response.text
    assert (Booking.objects.count(), OutgoingEmail.objects.count()) == (1, mails)


def test_minimum_notice_holds_for_the_team_as_for_clients(admin_client, free):
    ConsultationType.objects.update(minimum_notice=timedelta(days=899))
    assert send(admin_client, details_url(free)).status_code == 409
    assert not Booking.objects.exists()


def test_form_sent_twice_books_once(admin_client, free):
    url = details_url(free)
    hidden = {
        one.get("name"): one.get("value") or ""
        for one in parse(admin_client.get(url)).iter("input")
        if one.get("type") == "hidden"
    }
    first, second = (admin_client.post(url, {**hidden, **TYPED}) for _ in range(2))
    assert first.url == second.url
    assert "There is one booking" in text_of(admin_client.get(second.url))
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("slot", ["", "nonsense", "free.20270105T1000Z.priya:forged"])
def test_time_that_is_none_of_ours_is_not_found(admin_client, free, slot):
    assert admin_client.get(f"{BASE}free/details/", {"slot": slot}).status_code == 404


def test_time_of_another_type_is_not_found(admin_client, free):
    other = make_consultation_type(slug="other")
    assert admin_client.get(f"{BASE}free/details/", {"slot": sign_slot(other, TUESDAY_TEN)}).status_code == 404


def test_type_that_needs_approval_is_asked_for(admin_client, free):
    ConsultationType.objects.update(needs_approval=True)
    assert "Ask for this time" in admin_client.get(details_url(free)).text
    response = send(admin_client, details_url(free), follow=True)
    assert "is asked for" in text_of(response)
    assert Booking.objects.get().status == "requested"


def test_booking_for_clients_is_open_to_those_who_may_and_to_them_only(client, free):
    user = get_user_model().objects.create_user("nell", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_booking"))
    client.force_login(user)
    pages = ["/admin/", "/admin/consultations/booking/"]
    for url in (BASE, f"{BASE}free/", details_url(free)):
        assert client.get(url).status_code == 403
        assert client.post(url, TYPED).status_code == 403
    assert [BASE in client.get(url).text for url in pages] == [False, False]
    user.user_permissions.add(Permission.objects.get(codename="add_booking"))
    assert send(client, details_url(free)).status_code == 302
    assert [BASE in client.get(url).text for url in pages] == [True, True]


def test_list_leads_there_in_the_one_row_of_buttons(admin_client):
    [tools] = [
        one
        for one in parse(admin_client.get("/admin/consultations/booking/")).iter("ul")
        if one.get("class") == "object-tools"
    ]
    assert {"Book for a client", "Export"} <= {"".join(link.itertext()) for link in tools.iter("a")}


def test_list_is_filtered_by_source(admin_client, free):
    website = make_booking(free, starts_at=ELEVEN)
    send(admin_client, details_url(free))
    phone = Booking.objects.get(source="phone")
    words = text_of(admin_client.get("/admin/consultations/booking/", {"source__exact": "phone"}))
    assert phone.reference in words
    assert website.reference not in words


def test_picker_asks_as_often_for_one_nutritionist_as_for_three(admin_client, free, people, django_assert_num_queries):
    for few in (people[:1], (*people, make_nutritionist())):
        free.nutritionists.set(few)
        with django_assert_num_queries(6):
            admin_client.get(f"{BASE}free/?day=2027-01-05")
