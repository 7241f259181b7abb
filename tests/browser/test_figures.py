import pytest
from django.utils import timezone
from playwright.sync_api import expect

from articles.figure_images import make_files
from articles.models import FigureKind
from articles.publishing import publish
from tests.articles.factories import make_article, make_draft, make_image, make_photo
from tests.articles.pictures import make_picture
from tests.conftest import wait_for

WORDS = f"<p>{'The lining of the gut is folded. ' * 120}</p>"
BODY = f'{WORDS}<figure data-figure="villi"></figure>{WORDS}{WORDS}{WORDS}<figure data-figure="steps"></figure>'


@pytest.fixture
def article(site):
    """The address of a live article with a photograph at its head and an uploaded diagram at its foot."""
    photo, drawn = (
        make_picture(size=(1600, 900)),
        make_picture("PNG", size=(700, 900), mode="RGBA", colour=(0, 0, 0, 0)),
    )
    make_photo("villi", image=make_image(photo), alt="Folds of the lining")
    make_photo("steps", image=make_image(drawn), kind=FigureKind.DIAGRAM, description="Four circles in a row.")
    revision = make_draft(make_article(slug="folds"), body=BODY)
    for use in revision.figure_uses.all():
        make_files(use.image_id)
    publish(revision=revision, now=timezone.now())
    return f"{site}/articles/folds/"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_article_with_photo_and_diagram_has_no_barriers_and_fits(article, watched, no_barriers, width, scheme):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(article)
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width


def test_article_loads_its_first_image_at_once_in_avif_and_the_next_when_it_comes_near(article, watched):
    asked = []
    watched.on(
        "request", lambda request: asked.append(request.url.split("/")[-1]) if "/media/" in request.url else None
    )
    watched.set_viewport_size({"width": 390, "height": 600})
    watched.goto(article, wait_until="networkidle")
    assert asked == ["480.avif"]
    diagram = watched.get_by_role("img", name="A cell")
    diagram.scroll_into_view_if_needed()
    wait_for(lambda: diagram.evaluate("image => image.naturalWidth"), seconds=20, what="the second image")
    assert asked == ["480.avif", "480.avif"]


def test_article_does_not_move_when_its_images_arrive(article, watched):
    watched.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value }))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    watched.goto(article, wait_until="networkidle")
    watched.get_by_role("img", name="A cell").scroll_into_view_if_needed()
    watched.wait_for_load_state("networkidle")
    assert watched.evaluate("window.shift") == 0


def test_article_gives_the_long_description_of_a_diagram_by_keyboard(article, watched):
    watched.goto(article)
    watched.get_by_text("Figure 2 in words").focus()
    watched.keyboard.press("Enter")
    expect(watched.get_by_text("Four circles in a row.")).to_be_visible()
