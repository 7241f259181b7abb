from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article
from consultations.models import Booking, EmailState, OutgoingEmail
from consultations.services.outcomes import record_outcome
from tests.browser.conftest import PASSWORD, body_of
from tests.browser.test_booking import choose_a_time, give_details


def test_staff_see_a_booking_with_its_mail_and_history(site, staff, no_barriers):
    choose_a_time(staff, site)
    give_details(staff)
    reference = Booking.objects.get().reference
    staff.goto(f"{site}/admin/consultations/booking/")
    staff.get_by_role("link", name=reference).click()
    content = staff.locator("#content")
    expect(content).to_contain_text("amara@example.com")
    story = content.get_by_role("region", name="What happened")
    expect(story).to_contain_text("Booked")
    expect(story).to_contain_text("Booking confirmation")
    expect(content.get_by_role("region", name="To prepare")).to_contain_text("We keep no record of what clients read")
    no_barriers(staff)
    staff.set_viewport_size({"width": 390, "height": 800})
    no_barriers(staff)
    assert staff.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    staff.get_by_role("link", name="Send a message again").click()
    expect(staff.get_by_role("radio", name="Booking confirmation")).to_be_checked()
    no_barriers(staff)
    staff.get_by_role("button", name="Send").click()
    expect(staff.locator(".messagelist")).to_contain_text("on its way already")


def test_staff_suggest_articles_after_a_consultation(site, staff, no_barriers):
    choose_a_time(staff, site)
    give_details(staff)
    began = timezone.now() - timedelta(hours=1)
    booking = Booking.objects.select_related("claim").get()
    with transaction.atomic():  # the key over booking and claim is looked at when both have changed
        type(booking.claim).objects.filter(pk=booking.claim_id).update(
            starts_at=began, blocked_until=began + timedelta(minutes=45)
        )
        Booking.objects.update(created_at=began, starts_at=began, ends_at=began + timedelta(minutes=30))
    record_outcome(booking.pk, "completed", by=get_user_model().objects.get(username="nell"), now=timezone.now())
    staff.goto(f"{site}/admin/consultations/booking/{booking.pk}/change/")
    staff.get_by_role("link", name="Suggest articles").click()
    no_barriers(staff)
    staff.get_by_role("checkbox").first.check()
    staff.get_by_label("A few words beside them").fill("As promised.")
    staff.get_by_role("button", name="Send them").click()
    expect(staff.locator(".messagelist")).to_contain_text("on their way")
    expect(staff.get_by_role("region", name="What happened")).to_contain_text("Articles suggested by nell")
    no_barriers(staff)


def test_staff_see_what_failed_and_send_it_again(site, staff, no_barriers, settings):
    settings.SITE_URL = site
    choose_a_time(staff, site)
    give_details(staff)
    OutgoingEmail.objects.update(state=EmailState.FAILED, last_error="550 no such person")
    staff.goto(f"{site}/admin/")
    no_barriers(staff)
    staff.get_by_role("link", name="See which, and why").click()
    no_barriers(staff)
    staff.locator("#result_list").get_by_role("link", name="booking confirmation").click()
    mail = staff.frame_locator("iframe[title='The HTML part of the message']")
    expect(mail.get_by_role("heading", level=1)).to_contain_text("You are booked in")
    expect(staff.locator(".mail-preview")).to_contain_text("BEGIN:VCALENDAR")
    no_barriers(staff)
    staff.get_by_role("button", name="Send again").click()
    expect(staff.locator(".messagelist")).to_contain_text("It is on its way again.")
    assert OutgoingEmail.objects.get().state == EmailState.OWED


def test_staff_write_and_publish_an_article_in_the_editor(site, staff):
    staff.goto(f"{site}/admin/articles/article/add/")
    staff.get_by_label("Slug").fill("a-note-on-oats")
    staff.get_by_label("Topic:").select_option(label="Food and fibre")
    staff.get_by_label("Cover").select_option("fibre")
    staff.get_by_label("Title").fill("A note on oats")
    staff.get_by_label("Standfirst").fill("What a bowl of oats is to the bacteria that meet it.")
    body = body_of(staff)
    body.click()
    staff.keyboard.type("Oats have a fibre called beta-glucan.")
    staff.get_by_role("button", name="Cite a reference").click()
    staff.get_by_role("dialog").get_by_label("Reference").fill("valdes2018")
    staff.get_by_role("dialog").get_by_role("button", name="Cite").click()
    staff.get_by_label("Author").select_option(label="Nell Okafor")
    staff.get_by_label("Reviewer").select_option(label="Priya Raman, RNutr")
    staff.get_by_label("Reviewed on").fill("25/11/2026")
    staff.get_by_role("button", name="Save and publish").click()
    expect(staff.locator(".messagelist")).to_contain_text("Published revision 1")
    staff.goto(site + Article.objects.get(slug="a-note-on-oats").get_absolute_url())
    expect(staff.locator(".prose")).to_contain_text("Oats have a fibre called beta-glucan.")
    expect(staff.locator(".references")).to_contain_text("Valdes")


def test_article_editor_has_no_barriers(site, staff, no_barriers):
    article = Article.objects.get(slug="gut-microbiome-fighting-viruses")
    staff.goto(f"{site}/admin/articles/article/{article.pk}/change/")
    expect(body_of(staff)).to_contain_text("Somewhere between your last breath")
    no_barriers(staff)


def test_staff_go_from_the_start_page_to_the_diary_and_a_booking(site, staff, no_barriers):
    choose_a_time(staff, site)
    give_details(staff)
    booking = Booking.objects.get()
    staff.goto(f"{site}/admin/")
    expect(staff.get_by_role("region", name="New since yesterday")).to_contain_text("Amara Whitfield")
    no_barriers(staff)
    staff.get_by_role("link", name="Diary", exact=True).click()
    staff.goto(f"{staff.url}?week={booking.starts_at.date()}")
    no_barriers(staff)
    staff.get_by_role("link", name="A. Whitfield").click()
    expect(staff.locator("#content")).to_contain_text(booking.reference)
    staff.set_viewport_size({"width": 390, "height": 800})
    staff.goto(f"{site}/admin/consultations/booking/diary/?day={booking.starts_at.date()}")
    no_barriers(staff)
    assert staff.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_staff_set_up_an_app_by_its_code(site, staff, no_barriers):
    staff.goto(f"{site}/admin/account/second-factor/")
    no_barriers(staff)
    staff.get_by_role("link", name="Set up an app").click()
    staff.get_by_label("Password").fill(PASSWORD)
    staff.get_by_role("button").first.click()
    code = staff.get_by_role("img", name="QR code of the key below")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    no_barriers(staff)
