from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe

from consultations import emails
from consultations.preview import owe_one_of_each


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_every_message_has_no_barriers_and_is_pictured(page, tmp_path, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    found = {}
    for email in owe_one_of_each(now=datetime(2027, 1, 4, 8, tzinfo=UTC)):
        message = emails.compose(email)
        html = next(one.content for one in message.alternatives if one.mimetype == "text/html")
        page.set_content(html, wait_until="domcontentloaded")
        page.screenshot(path=tmp_path / f"{email.kind}-{width}-{scheme}.png", full_page=True)
        violations = Axe().run(page).response["violations"]
        is_wide = page.evaluate("document.documentElement.scrollWidth") > width
        if violations or is_wide:
            found[email.kind] = [(rule["id"], node["html"]) for rule in violations for node in rule["nodes"]]
    assert found == {}
    assert len(list(tmp_path.iterdir())) > 20
