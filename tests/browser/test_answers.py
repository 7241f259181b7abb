import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from playwright.sync_api import expect

from consultations import consents
from consultations.links import manage_path
from consultations.models import AnswersLook, ConsentChannel, IntakeAnswers, QuestionnaireVersion
from consultations.services.answers import give_answers
from tests.browser.conftest import PASSWORD
from tests.browser.test_manage import VIEWS

WORDS = "Bloating after meals"


@pytest.fixture
def given(booking):
    """Answers of the sample questionnaire's first question."""
    version = QuestionnaireVersion.objects.first()
    how = {"version": version, "agreed": consents.health(90), "channel": ConsentChannel.MANAGE_LINK}
    give_answers(booking, {version.asked[0].key: WORDS}, now=timezone.now(), **how)


@pytest.fixture
def nutritionist(site, given, booking, watched, django_user_model):
    """The booking's nutritionist, signed in to the admin."""
    user = django_user_model.objects.create_user("nia", password=PASSWORD, is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_booking", "read_answers", "view_intakequestion"])
    )
    booking.nutritionist.user = user
    booking.nutritionist.save()
    watched.goto(f"{site}/admin/")
    watched.get_by_label("Username").fill("nia")
    watched.get_by_label("Password").fill(PASSWORD)
    watched.get_by_role("button", name="Sign in", exact=True).click()
    return watched


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_answers_page_has_no_barriers(site, booking, given, watched, no_barriers, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(f"{site}{manage_path(booking)}answers/")
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


def test_answers_page_with_something_missing_has_no_barriers(site, booking, page, no_barriers):
    page.goto(f"{site}{manage_path(booking)}answers/")
    page.locator("textarea").first.fill(WORDS)
    page.get_by_role("button", name="Store my answers").click()
    expect(page).to_have_title("Error: Questions before we talk | Probio7")
    expect(page.locator("textarea").first).to_have_value(WORDS)
    page.get_by_role("link", name="Tick the box to agree").click()
    expect(page.get_by_role("checkbox")).to_be_focused()
    no_barriers(page)


def test_client_answers_and_takes_it_back_by_keyboard(site, booking, client_page):
    client_page.goto(site + manage_path(booking))
    client_page.get_by_role("link", name="See the questions").press("Enter")
    client_page.locator("textarea").first.fill(WORDS)
    client_page.get_by_role("checkbox").press("Space")
    client_page.get_by_role("button", name="Store my answers").press("Enter")
    expect(client_page.get_by_role("status")).to_contain_text("Your answers are stored.")
    assert IntakeAnswers.objects.count() == 1
    expect(client_page.get_by_role("checkbox")).not_to_be_checked()
    client_page.get_by_role("button", name="Withdraw my agreement").press("Enter")
    expect(client_page.get_by_role("status")).to_contain_text("Your answers are erased.")
    assert not IntakeAnswers.objects.exists()


def test_nutritionist_reads_the_answers(site, nutritionist, booking, no_barriers):
    nutritionist.goto(f"{site}/admin/consultations/booking/{booking.pk}/change/")
    nutritionist.get_by_role("link", name="Read the answers").click()
    no_barriers(nutritionist)
    nutritionist.get_by_label("Why do you need to read them?").fill("To prepare")
    nutritionist.get_by_role("button", name="Read the answers").click()
    expect(nutritionist.locator("#content")).to_contain_text(WORDS)
    no_barriers(nutritionist)
    assert AnswersLook.objects.get().why == "To prepare"


def test_preview_of_the_questions_has_no_barriers(site, nutritionist, no_barriers):
    nutritionist.goto(f"{site}/admin/consultations/intakequestion/")
    nutritionist.get_by_role("link", name="Preview and publish").click()
    expect(nutritionist.get_by_role("main")).to_contain_text("These are the questions clients are asked now.")
    no_barriers(nutritionist)
