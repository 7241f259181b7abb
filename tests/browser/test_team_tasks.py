"""The tasks of docs/team.md, each done by reading the screen alone. `make pictures` keeps what is seen on the way."""

import io
import os
import re
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from PIL import Image
from playwright.sync_api import expect

from consultations.models import (
    AnswersLook,
    Booking,
    BookingNote,
    BookingStatus,
    ConsultationType,
    EmailState,
    IntakeQuestion,
    OutgoingEmail,
    QuestionnaireVersion,
    TimeOff,
)
from tests.browser.conftest import PASSWORD
from tests.browser.morning import NOW, at, make_morning

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots" / "team"
DESK, TALLEST = {"width": 1180, "height": 820}, 1500
COLOURS = 64  # as many as the admin's flat colours need


@pytest.fixture(autouse=True)
def morning(site, settings):
    """The clock of the site stands at a Tuesday morning and goes on from there."""
    settings.SITE_URL = site
    with time_machine.travel(NOW, tick=True):
        make_morning()
        yield


@pytest.fixture
def desk(morning, site, watched):
    """Priya's browser, signed in."""
    return sign_in(watched, site, "priya")


@pytest.fixture
def owners_desk(morning, site, watched):
    """The browser of whoever owns the site, signed in."""
    return sign_in(watched, site, "mara")


def sign_in(page, site, name):
    page.set_viewport_size(DESK)
    page.goto(f"{site}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    picture(page, "sign-in")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Start page")
    return page


def picture(page, name):
    """Keep what the page shows, when pictures were asked for."""
    if not os.environ.get("PICTURES"):
        return
    page.wait_for_load_state()
    page.evaluate("document.activeElement.blur()")
    # A window as high as the page: frames are painted only where somebody looks.
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**DESK, "height": min(height, TALLEST)})
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.set_viewport_size(DESK)
    FOLDER.mkdir(parents=True, exist_ok=True)
    shown.quantize(COLOURS).save(FOLDER / f"{name}.webp", lossless=True, method=6)


def booking_of(name):
    return Booking.objects.get(client_name=name)


def open_booking(page, name):
    """Find a client's booking as one does: by a part of the name."""
    page.get_by_role("link", name="Probio7 team").click()
    page.locator("#content").get_by_role("link", name="Bookings", exact=True).click()
    page.locator("#searchbar").fill(name)
    page.get_by_role("button", name="Search").click()
    page.locator("#result_list tbody").get_by_role("link").first.click()


def said(page):
    return page.locator(".messagelist")


def test_morning_glance(desk):
    today = desk.get_by_role("region", name="Today, Tuesday 12 January")
    expect(today).to_contain_text("Next in 1 hour")
    decide = desk.get_by_role("region", name="Needs a decision")
    for name in ("Fred Marsh", "Gwen Hart"):
        expect(decide).to_contain_text(name)
    expect(desk.get_by_role("region", name="New since yesterday")).to_contain_text("Elif Kaya")
    picture(desk, "start-page")


def test_week_and_own_calendar(desk, site):
    desk.get_by_role("link", name="Diary", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Week of 11 January 2027")
    picture(desk, "diary")
    desk.get_by_role("link", name="Priya Raman", exact=True).click()
    desk.get_by_role("link", name="Day", exact=True).click()
    expect(desk.get_by_role("region", name="Diary")).to_contain_text("Lloyd")
    desk.get_by_role("link", name="Probio7 team").click()
    desk.locator("#content").get_by_role("link", name="Nutritionists").click()
    desk.get_by_role("link", name="Priya Raman").click()
    desk.get_by_role("link", name="Calendar feed").click()
    desk.get_by_role("radio").nth(1).check()
    desk.get_by_role("button", name="Begin the feed").click()
    expect(said(desk)).to_contain_text("Saved.")
    picture(desk, "calendar-feed")


def test_preparing_for_a_consultation(desk):
    open_booking(desk, "whitf")
    expect(desk.get_by_role("region", name="What happened")).to_contain_text("Booked")
    picture(desk, "booking")
    desk.get_by_role("link", name="Read the answers", exact=True).click()
    desk.get_by_label("Why do you need to read them?").fill("To prepare for this morning")
    desk.get_by_role("button", name="Read the answers").click()
    expect(desk.locator("#content")).to_contain_text("when everything disagrees with me")
    picture(desk, "answers")
    assert AnswersLook.objects.get().by.username == "priya"


def test_answering_a_request(desk):
    desk.get_by_role("region", name="Needs a decision").get_by_role("link", name="Fred Marsh").click()
    desk.get_by_role("link", name="Decline the request").click()
    desk.get_by_label("Why").fill("I am away that afternoon; mornings are free.")
    picture(desk, "decline")
    desk.get_by_role("button", name="Decline it").click()
    expect(said(desk)).to_contain_text("is declined; the client is told by email")
    assert booking_of("Fred Marsh").emails.filter(kind="declined").exists()


def test_moving_a_booking_to_a_colleague(desk):
    open_booking(desk, "elif")
    desk.get_by_role("link", name="Move or reassign").click()
    times = desk.get_by_role("radio", name=re.compile("with Priya Raman"))
    times.first.check()
    desk.get_by_label("Why").fill("Tomos is at a conference.")
    picture(desk, "move")
    desk.get_by_role("button", name="Move it").click()
    expect(said(desk)).to_contain_text("is moved to")
    assert booking_of("Elif Kaya").nutritionist.name == "Priya Raman"


def test_correcting_a_mistyped_address(desk):
    open_booking(desk, "carys")
    desk.get_by_role("link", name="Correct the details").click()
    desk.get_by_label("Email address").fill("carys.lloyd@example.com")
    picture(desk, "correct")
    desk.get_by_role("button", name="Correct them").click()
    expect(said(desk)).to_contain_text("are corrected; the client is told by email")
    assert booking_of("Carys Lloyd").emails.filter(to="carys.lloyd@example.com").exists()


def test_cancelling_with_a_reason(desk):
    open_booking(desk, "dev")
    desk.get_by_role("link", name="Cancel the booking").click()
    desk.get_by_label("Why").fill("Priya is ill. We are sorry; please choose another time.")
    picture(desk, "cancel")
    desk.get_by_role("button", name="Cancel it").click()
    expect(said(desk)).to_contain_text("is cancelled; the client is told by email")
    assert booking_of("Dev Patel").status == BookingStatus.CANCELLED_BY_TEAM


def test_recording_an_outcome_with_something_to_read(desk):
    desk.get_by_role("region", name="Needs a decision").get_by_role("link", name="Gwen Hart").click()
    desk.get_by_role("radio", name=re.compile("took place", re.IGNORECASE)).check()
    desk.get_by_role("checkbox").first.check()
    picture(desk, "outcome")
    desk.get_by_role("button", name="Record it").click()
    expect(said(desk)).to_contain_text("is recorded")
    assert booking_of("Gwen Hart").follow_up.articles.count() == 1


def test_sending_a_message_again_and_adding_a_note(desk):
    open_booking(desk, "carys")
    desk.get_by_role("link", name="Send a message again").click()
    picture(desk, "send-again")
    desk.get_by_role("button", name="Send").click()
    expect(said(desk)).to_contain_text("is on its way again")
    desk.get_by_role("link", name="Add a note").click()
    desk.get_by_label("Note").fill("Will have her sister beside her.")
    picture(desk, "note")
    desk.get_by_role("button", name="Add").click()
    expect(desk.get_by_role("region", name="Internal notes")).to_contain_text("her sister")
    assert BookingNote.objects.filter(booking=booking_of("Carys Lloyd")).count() == 1


def test_recording_several_outcomes_at_once(desk):
    desk.locator("#content").get_by_role("link", name="Bookings", exact=True).click()
    picture(desk, "bookings")
    desk.get_by_role("row", name=re.compile("Gwen Hart")).get_by_role("checkbox").check()
    desk.get_by_role("combobox", name="Action").select_option(value="did_not_come")
    desk.get_by_role("button", name="Go").click()
    expect(said(desk)).to_contain_text("is recorded as a no-show")


def test_booking_for_a_client_on_the_phone(desk):
    desk.get_by_role("link", name="Book for a client").click()
    desk.get_by_role("link", name="Free consultation").click()
    picture(desk, "phone-times")
    desk.locator(".picker-times").get_by_role("link").last.click()
    desk.get_by_label("Full name").fill("Kim Lowe")
    desk.get_by_label("Email address").fill("kim@example.com")
    desk.get_by_label(re.compile("I agree that Probio7 may use")).check()
    picture(desk, "phone-details")
    desk.get_by_role("button", name="Book this time").click()
    expect(said(desk)).to_contain_text("is booked")
    assert booking_of("Kim Lowe").source == "phone"


def test_changing_hours(desk):
    desk.locator("#content").get_by_role("link", name="Nutritionists").click()
    desk.get_by_role("link", name="Priya Raman").click()
    desk.get_by_role("link", name="Hours", exact=True).click()
    picture(desk, "hours")
    for field in desk.get_by_role("group", name="Wednesday", exact=True).locator("input[type=time]").all():
        field.fill("")
    desk.get_by_role("button", name="Look at what follows").last.click()
    expect(desk.get_by_role("heading", name="1 booking would fall outside")).to_be_visible()
    desk.get_by_role("group", name="Dev Patel").get_by_label(re.compile("Ask")).check()
    picture(desk, "hours-decide")
    desk.get_by_role("button", name="Save").click()
    expect(said(desk)).to_contain_text("are saved")
    assert booking_of("Dev Patel").emails.filter(kind="please_move").exists()


def test_closing_a_day_for_everybody(desk):
    desk.locator("#content").get_by_role("link", name="Time off", exact=True).click()
    desk.get_by_role("link", name="Add time off").click()
    desk.get_by_label("From:").fill("2027-02-01T00:00")
    desk.get_by_label("To:").fill("2027-02-02T00:00")
    desk.get_by_label("Reason").fill("Team day")
    picture(desk, "time-off")
    desk.get_by_role("button", name="Save", exact=True).click()
    expect(said(desk)).to_contain_text("The time off is saved.")
    assert TimeOff.objects.get(reason="Team day").starts_at == at(12, 0).replace(month=2, day=1)


def test_seeing_who_waits(desk):
    desk.get_by_role("region", name="This week").get_by_role("link", name="Waiting list").click()
    desk.locator("#result_list tbody").get_by_role("link").first.click()
    expect(desk.locator("#content")).to_contain_text("Tuesday, Thursday")
    picture(desk, "waiting-list")


def test_changing_a_type_of_consultation(desk):
    desk.locator("#content").get_by_role("link", name="Consultation types").click()
    desk.get_by_role("link", name="Second look").click()
    desk.get_by_label("Tomos Bevan").uncheck()
    desk.get_by_label("Minimum notice").fill("30 hours")
    desk.get_by_role("button", name="Try it out").click()
    example = desk.get_by_role("region", name="What clients could book")
    expect(example).to_contain_text("Nothing is saved yet.")
    expect(example.get_by_role("row", name="Wed 13 Jan")).to_contain_text("15:00 to 16:30 every 45 minutes")
    picture(desk, "consultation-type")
    desk.get_by_role("button", name="Save", exact=True).click()
    names = ConsultationType.objects.get(slug="second-look").nutritionists.values_list("name", flat=True)
    assert list(names) == ["Priya Raman"]


def test_changing_the_questions(desk):
    desk.locator("#content").get_by_role("link", name="Intake questions").click()
    desk.get_by_role("link", name="Add intake question").click()
    desk.get_by_label("Question:").fill("Which meal do you find hardest?")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.get_by_role("link", name="Preview and publish").click()
    picture(desk, "questionnaire")
    desk.get_by_role("button", name="Publish version 2").click()
    expect(said(desk)).to_contain_text("Published version 2.")
    assert QuestionnaireVersion.objects.count() == 2
    assert IntakeQuestion.objects.count() == 4


def test_seeing_to_mail_that_failed(desk):
    desk.get_by_role("link", name="See which, and why").click()
    desk.locator("#result_list tbody").get_by_role("link").first.click()
    expect(desk.locator("#content")).to_contain_text("no such mailbox here")
    mail = desk.frame_locator("iframe[title='The HTML part of the message']")
    expect(mail.get_by_role("heading", level=1)).to_contain_text("You are booked in")
    picture(desk, "mail")
    desk.get_by_role("button", name="Send again").click()
    expect(said(desk)).to_contain_text("It is on its way again.")
    assert not OutgoingEmail.objects.filter(state=EmailState.FAILED).exists()


def test_looking_at_reports(desk):
    desk.get_by_role("link", name="Reports").click()
    desk.get_by_role("region", name="What became of consultations").get_by_text("Show as a table").click()
    picture(desk, "reports")
    desk.get_by_role("textbox", name="From").fill("2027-01-04")
    desk.get_by_role("button", name="Show").click()
    expect(desk).to_have_url(re.compile("since=2027-01-04"))


def test_exporting_bookings_and_importing_hours(desk):
    desk.locator("#content").get_by_role("link", name="Bookings", exact=True).click()
    desk.get_by_role("link", name="Export", exact=True).click()
    picture(desk, "export")
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Export").click()
    assert download.value.suggested_filename == "bookings-2027-01-12.xlsx"
    desk.get_by_role("link", name="Probio7 team").click()
    desk.locator("#content").get_by_role("link", name="Nutritionists").click()
    desk.get_by_role("link", name="Import working hours").click()
    lines = ["nutritionist,weekday,from,to", "tomos-bevan,Saturday,14:00,16:00", "tomos-bevan,Sunday,16:00,14:00"]
    upload = {"name": "hours.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    desk.get_by_label("CSV file").set_input_files(upload)
    desk.get_by_role("button", name="Look at it").click()
    expect(desk.get_by_role("row", name="3 Error")).to_contain_text("Working hours end after they start.")
    picture(desk, "import")


def test_opening_an_account_with_a_role_and_closing_it(owners_desk):
    desk = owners_desk
    desk.locator("#content").get_by_role("link", name="Users").click()
    desk.get_by_role("link", name="Add user").click()
    desk.get_by_label("Username").fill("lena")
    desk.get_by_label("Password:", exact=True).fill("oats-beans-and-lentils")
    desk.get_by_label("Password confirmation").fill("oats-beans-and-lentils")
    desk.get_by_role("button", name="Save", exact=True).click()
    desk.get_by_label("Editor").check()
    picture(desk, "roles")
    desk.get_by_role("button", name="Save and continue editing").click()
    user = get_user_model().objects.get(username="lena")
    assert list(user.groups.all()) == [Group.objects.get(name="Editor")]
    desk.get_by_role("link", name="Close the account").click()
    picture(desk, "close-account")
    desk.get_by_role("button", name="Close the account").click()
    expect(said(desk)).to_contain_text("They can no longer sign in")
    user.refresh_from_db()
    assert not user.is_active


def test_reading_the_log(owners_desk):
    desk = owners_desk
    open_booking(desk, "dev")
    desk.get_by_role("link", name="Cancel the booking").click()
    desk.get_by_label("Why").fill("Priya is ill.")
    desk.get_by_role("button", name="Cancel it").click()
    desk.get_by_role("link", name="Probio7 team").click()
    desk.locator("#content").get_by_role("link", name="Log entries").click()
    expect(desk.get_by_role("row", name=re.compile(booking_of("Dev Patel").reference))).to_contain_text("is cancelled")
    picture(desk, "log")
