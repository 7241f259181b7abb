import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import Permission

from consultations.models import AnswersLook, IntakeQuestion, QuestionnaireVersion
from consultations.services.answers import withdraw_answers
from tests.consultations.intake import give, make_question, publish, publish_every_kind
from tests.factories import NOW, make_booking
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
WORDS = "Bloating after meals"
EDITOR = "/admin/consultations/intakequestion/"


@pytest.fixture
def booking():
    booking = make_booking()
    give(booking, WORDS)
    return booking


@pytest.fixture
def nia(booking, django_user_model, client):
    """The booking's nutritionist, signed in, who may see bookings and read answers."""
    user = django_user_model.objects.create_user("nia", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", "read_answers"]))
    booking.nutritionist.user = user
    booking.nutritionist.save()
    client.force_login(user)
    return user


def booking_page(booking):
    return f"/admin/consultations/booking/{booking.pk}/change/"


def answers_page(booking):
    return f"/admin/consultations/booking/{booking.pk}/answers/"


# Reading


def test_nutritionist_finds_the_button_gives_a_reason_and_reads(client, booking, nia):
    [link] = [a for a in parse(client.get(booking_page(booking))).iter("a") if a.text == "Read the answers"]
    assert WORDS not in client.get(link.get("href")).text
    response = client.post(link.get("href"), {"why": "To prepare"})
    assert WORDS in text_of(response)
    assert "What would you like to talk about?" in text_of(response)
    assert "no-store" in response["Cache-Control"]
    look = AnswersLook.objects.get()
    assert (look.booking, look.by, look.why) == (booking, nia, "To prepare")


@pytest.mark.parametrize("why", ["", "   ", "x" * 201])
def test_without_a_reason_that_can_be_kept_nothing_is_shown(client, booking, nia, why):
    response = client.post(answers_page(booking), {"why": why})
    assert WORDS not in response.text
    assert parse(response).find(".//input[@name='why']").get("aria-invalid") == "true"
    assert not AnswersLook.objects.exists()


def test_superuser_who_is_not_named_finds_no_button_and_reads_nothing(admin_client, booking):
    assert "Read the answers" not in admin_client.get(booking_page(booking)).text
    assert admin_client.get(answers_page(booking)).status_code == 403
    response = admin_client.post(answers_page(booking), {"why": "Curious"})
    assert response.status_code == 403
    assert WORDS not in response.text
    assert not AnswersLook.objects.exists()


def test_nutritionist_without_the_permission_reads_nothing(client, booking, nia):
    assert client.get(answers_page(booking)).status_code == 200
    nia.user_permissions.remove(Permission.objects.get(codename="read_answers"))
    assert "Read the answers" not in client.get(booking_page(booking)).text
    assert client.post(answers_page(booking), {"why": "To prepare"}).status_code == 403


def test_visitor_is_sent_to_the_login(client, booking):
    assert "/login/" in client.post(answers_page(booking), {"why": "Curious"})["Location"]


def test_answers_withdrawn_meanwhile_are_said_to_be_gone(client, booking, nia):
    withdraw_answers(booking, now=NOW)
    assert "Read the answers" not in client.get(booking_page(booking)).text
    page = client.post(answers_page(booking), {"why": "To prepare"}, follow=True)
    assert "There are no answers to read" in page.text
    assert not AnswersLook.objects.exists()


def test_answers_no_key_opens_are_reported_and_not_shown(client, booking, nia, settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    response = client.post(answers_page(booking), {"why": "To prepare"})
    assert response.status_code == 503
    assert "No key of this site opens these answers" in text_of(response)
    assert not AnswersLook.objects.exists()


def test_looks_are_listed_and_cannot_be_edited(admin_client, admin_user, booking):
    look = AnswersLook.objects.create(booking=booking, by=admin_user, at=NOW, why="To prepare")
    page = admin_client.get("/admin/consultations/answerslook/", {"q": booking.reference})
    assert "To prepare" in text_of(page)
    url = f"/admin/consultations/answerslook/{look.pk}/"
    assert admin_client.get(f"{url}change/").status_code == 200
    assert admin_client.post(f"{url}change/", {"why": "Other"}).status_code == 403
    assert admin_client.post(f"{url}delete/", {"post": "yes"}).status_code == 403


# Asking


def test_team_edits_previews_and_publishes_the_questions(admin_client, admin_user):
    admin_client.post(
        f"{EDITOR}add/",
        {
            "question": "How do you eat?",
            "kind": "choice",
            "options": "Everything\nVegan",
            "position": 1,
            "is_active": "on",
        },
    )
    page = text_of(admin_client.get(f"{EDITOR}preview/"))
    assert "How do you eat?" in page
    assert "Vegan" in page
    assert "I agree that Probio7 stores the answers" in page
    assert not QuestionnaireVersion.objects.exists()
    response = admin_client.post(f"{EDITOR}preview/", follow=True)
    assert "Published version 1" in response.text
    assert QuestionnaireVersion.objects.get().published_by == admin_user
    assert "There is nothing to publish" in text_of(admin_client.get(f"{EDITOR}preview/"))
    assert "nothing was published" in admin_client.post(f"{EDITOR}preview/", follow=True).text


def test_choice_without_options_is_refused_with_the_reason_and_what_was_typed(admin_client):
    response = admin_client.post(f"{EDITOR}add/", {"question": "How do you eat?", "kind": "choice", "position": 1})
    assert response.status_code == 200
    assert "Give at least two options, one a line, each once." in response.text
    assert "How do you eat?" in response.text
    assert not IntakeQuestion.objects.exists()


def test_who_may_only_look_publishes_nothing(client, django_user_model):
    make_question()
    user = django_user_model.objects.create_user("vera", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_intakequestion"))
    client.force_login(user)
    assert "Publish version" not in text_of(client.get(f"{EDITOR}preview/"))
    assert client.post(f"{EDITOR}preview/").status_code == 403
    assert not QuestionnaireVersion.objects.exists()


def test_published_versions_are_shown_and_cannot_be_edited(admin_client):
    publish_every_kind()
    version = publish({"question": "And lately?"})
    page = "/admin/consultations/questionnaireversion/"
    assert "2" in text_of(admin_client.get(page))
    words = text_of(admin_client.get(f"{page}{version.pk}/change/"))
    assert "Everything / Vegan" in words
    assert "And lately?" in words
    assert admin_client.get(f"{page}add/").status_code == 403
    assert admin_client.post(f"{page}{version.pk}/delete/", {"post": "yes"}).status_code == 403
