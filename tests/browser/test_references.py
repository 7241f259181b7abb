import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import expect

from articles.models import Article, Reference
from articles.publishing import Content, publish, save_draft
from tests.articles.conftest import crossref  # noqa: F401
from tests.articles.crossref import make_message
from tests.browser.conftest import PASSWORD

DOI = "10.1000/abc"


@pytest.fixture
def retracted(site):
    """The sample article, published again after one of its sources was retracted."""
    Reference.objects.filter(key="yeoh2021").update(retraction_state="retracted", notice_doi="10.1000/n", pmid="5")
    article = Article.objects.get(slug="gut-microbiome-fighting-viruses")
    now = timezone.now()
    content = Content(**{name: getattr(article.live_revision, name) for name in Content.__dataclass_fields__})
    return publish(revision=save_draft(article=article, content=content, by=None, now=now), now=now)


def test_staff_add_a_reference_from_a_doi(site, staff, crossref, no_barriers):  # noqa: F811
    crossref.works[DOI] = make_message(**{"updated-by": [{"type": "retraction", "DOI": "10.1000/n"}]})
    staff.goto(f"{site}/admin/articles/reference/")
    staff.get_by_role("link", name="Add from a DOI or a record").click()
    expect(staff.get_by_label("DOI or record")).to_be_visible()
    no_barriers(staff)
    staff.get_by_label("DOI or record").fill("hello")
    staff.get_by_role("button", name="Find it").click()
    expect(staff.locator(".errorlist")).to_contain_text("This is neither a DOI")
    no_barriers(staff)
    staff.get_by_label("DOI or record").fill(DOI)
    staff.get_by_role("button", name="Find it").click()
    expect(staff.locator(".messagelist")).to_contain_text("Crossref says of this source: retracted.")
    expect(staff.get_by_label("Authors")).to_have_value("Harper, A.\nGut Board")
    no_barriers(staff)
    staff.get_by_label("Kind of study").select_option("review")
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.locator(".source-retracted")).to_have_text("Retracted")
    no_barriers(staff)
    staff.get_by_role("link", name="harper2021b", exact=True).click()
    expect(staff.get_by_text("No article cites it.")).to_be_visible()
    no_barriers(staff)


def test_staff_add_a_reference_from_a_record_without_a_script(site, browser):
    get_user_model().objects.create_superuser("nell", password=PASSWORD)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/admin/login/?next=/admin/articles/reference/paste/")
    page.get_by_label("Username").fill("nell")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("DOI or record").fill("TY  - BOOK\nTI  - Oats\nAU  - Mills, J.\nPY  - 2020\nER  - ")
    page.get_by_role("button", name="Find it").click()
    page.get_by_label("Kind of study").select_option("report")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="mills2020").first).to_be_visible()
    assert Reference.objects.get(key="mills2020").csl["title"] == "Oats"
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_a_retracted_source_is_told_of_on_its_card_and_in_the_list(
    site, retracted, watched, no_barriers, scheme, width
):
    watched.emulate_media(color_scheme=scheme)
    watched.set_viewport_size({"width": width, "height": 800})
    watched.goto(site + retracted.get_absolute_url())
    if width < 1200:
        watched.get_by_role("button", name="Show reference 3").first.click()
    expect(watched.locator(".reference-card .source-notice")).to_be_visible()
    expect(watched.locator(".references .source-notice")).to_contain_text("Retracted: this source has been withdrawn.")
    assert watched.evaluate("document.documentElement.scrollWidth") <= width
    no_barriers(watched)


def test_references_are_saved_as_files(site, watched):
    watched.goto(site + Article.objects.get(slug="gut-microbiome-fighting-viruses").get_absolute_url())
    for name, ending in (("References (BibTeX)", "-references.bib"), ("Article (RIS)", ".ris")):
        with watched.expect_download() as download:
            watched.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"gut-microbiome-fighting-viruses{ending}"
