"""/dev/mail/, which a developer sees and a visitor of a production site never does."""

import importlib
from email.message import EmailMessage

import pytest
from django.urls import clear_url_caches, reverse

from tests.pages import parse, text_of

NAME = "20270104T080000_000000Z-abc123"


@pytest.fixture
def sink_folder(settings, tmp_path):
    settings.LOCAL_DIR = tmp_path
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


@pytest.fixture
def pages(settings, sink_folder):
    """The site's addresses as DEBUG makes them; tests run with DEBUG off."""
    settings.DEBUG = True
    reload_urls()
    yield
    settings.DEBUG = False
    reload_urls()


def reload_urls():
    importlib.reload(importlib.import_module("probio.urls"))
    clear_url_caches()


def keep(folder, *, name=NAME, subject="Your consultation", html="<p>Hello <b>Amara</b></p>", attachment=True):
    message = EmailMessage()
    message["Subject"], message["To"] = subject, "amara@example.com"
    message.set_content("Hello Amara\n")
    if html:
        message.add_alternative(html, subtype="html")
    if attachment:
        message.add_attachment(b"BEGIN:VCALENDAR", "text", "calendar", filename="../../evil.html")
    (folder / f"{name.replace('_', '.')}.eml").write_bytes(message.as_bytes())


def address(page, *arguments):
    return reverse(f"mail:{page}", args=[*arguments])


def directives(response):
    parts = (part.split() for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


def test_mail_list_shows_the_newest_first_and_leads_to_each(client, pages, sink_folder):
    keep(sink_folder, name="20270104T080000_000000Z-aaaaaa", subject="Older")
    keep(sink_folder, name="20270104T090000_000000Z-bbbbbb", subject="Newer <script>")
    page = client.get(address("list"))
    links = [link for link in parse(page).findall(".//main//a") if "dev/mail" in link.get("href")]
    assert ["".join(link.itertext()).strip() for link in links] == ["Newer <script>", "Older"]
    assert "Hello Amara" in text_of(client.get(links[1].get("href")))


def test_message_still_being_written_is_not_shown(client, pages, sink_folder):
    keep(sink_folder, subject="Whole")
    (sink_folder / f".{NAME.replace('_', '.')}.eml").write_bytes(b"Subject: Half\n\n")
    words = text_of(client.get(address("list")))
    assert ("Whole" in words, "Half" in words) == (True, False)
    assert client.get(address("detail", f"_{NAME}")).status_code == 404


def test_mail_list_without_mail_says_so(client, pages, sink_folder):
    sink_folder.rmdir()
    assert "No mail" in text_of(client.get(address("list")))


def test_mail_detail_shows_headers_text_and_a_frame_without_scripts(client, pages, sink_folder):
    keep(sink_folder)
    page = client.get(address("detail", NAME))
    assert "amara@example.com" in text_of(page)
    assert "Hello Amara" in text_of(page)
    frame = parse(page).find(".//iframe")
    assert frame.get("src") == address("html", NAME)
    assert "allow-scripts" not in frame.get("sandbox")
    assert directives(page)["frame-src"] == {"'self'"}


def test_mail_detail_of_plain_text_has_no_frame(client, pages, sink_folder):
    keep(sink_folder, html=None, attachment=False)
    assert parse(client.get(address("detail", NAME))).find(".//iframe") is None


def test_mail_html_is_given_unchanged_and_may_do_nothing(client, pages, sink_folder):
    keep(sink_folder, html="<p onclick='steal()'>Hi</p><script>steal()</script>")
    page = client.get(address("html", NAME))
    assert page.text.strip() == "<p onclick='steal()'>Hi</p><script>steal()</script>"
    policy = directives(page)
    assert (policy["default-src"], policy["script-src"]) == ({"'none'"}, {"'none'"})
    assert policy["frame-ancestors"] == {"'self'"}
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_mail_attachment_is_a_download_under_a_name_of_ours(client, pages, sink_folder):
    keep(sink_folder)
    response = client.get(address("attachment", NAME, 1))
    assert response.content == b"BEGIN:VCALENDAR"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == 'attachment; filename="attachment-1.ics"'


@pytest.mark.parametrize("number", [0, 2])
def test_mail_attachment_that_is_not_there_is_not_found(client, pages, sink_folder, number):
    keep(sink_folder)
    assert client.get(address("attachment", NAME, 1)).status_code == 200
    assert client.get(address("attachment", NAME, number)).status_code == 404


@pytest.mark.parametrize(
    "hostile", ["../state", "..%2Fstate", "%2e%2e%2fstate", "..", "state.json", f"{NAME}.eml", "*"]
)
def test_hostile_name_finds_nothing(client, pages, sink_folder, hostile):
    keep(sink_folder)
    (sink_folder.parent / "state.json").write_text('{"secret_key": "x"}')
    (sink_folder.parent / "state.eml").write_text("Subject: outside")
    assert client.get(f"/dev/mail/{NAME}/").status_code == 200
    for page in (f"/dev/mail/{hostile}/", f"/dev/mail/{hostile}/html/", f"/dev/mail/{hostile}/attachments/1/"):
        assert client.get(page).status_code == 404


def test_mail_pages_refuse_to_change_anything(client, pages, sink_folder):
    keep(sink_folder)
    assert client.post(address("detail", NAME)).status_code == 405
    assert len(list(sink_folder.iterdir())) == 1


@pytest.mark.django_db
def test_without_debug_there_is_no_such_address(client, settings, sink_folder):
    keep(sink_folder)
    settings.DEBUG = False
    reload_urls()
    paths = ("", f"{NAME}/", f"{NAME}/html/", f"{NAME}/attachments/1/")
    assert [client.get(f"/dev/mail/{path}").status_code for path in paths] == [404] * 4
