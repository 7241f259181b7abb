import io

import pytest
from PIL import Image, ImageChops

from articles import cards
from articles.models import Cover
from tests.articles.factories import make_draft, make_live_article
from tests.pages import parse

WORDS = {"title": "Mucus", "topic": "Immunity", "cover": "defence"}
TITLES = [
    "Mucus",
    "What your gut microbiome has to do with fighting viruses",
    "word " * 40,
    "w" * 200,
    "μ 腸 🦠 ﷽",
    " ",
]


def picture(png):
    return Image.open(io.BytesIO(png))


def address_in(response):
    return parse(response).find(".//meta[@property='og:image']").get("content")


def is_blank(image, box):
    """Whether a part of a picture holds the ground alone."""
    part = image.convert("RGB").crop(box)
    return ImageChops.difference(part, Image.new("RGB", part.size, cards.GROUND)).getbbox() is None


@pytest.mark.parametrize("title", TITLES)
def test_card_of_any_title_is_a_png_of_the_size_told_whose_words_stay_inside(title):
    card = picture(cards.draw(**{**WORDS, "title": title}))
    assert (card.format, card.size) == ("PNG", (1200, 630))
    assert is_blank(card, (1200 - cards.MARGIN + 12, 0, 1200, 600))


@pytest.mark.parametrize("cover", Cover.values)
def test_every_cover_can_be_drawn(cover):
    assert not is_blank(picture(cards.draw(**{**WORDS, "cover": cover})), (0, 0, cards.COVER_WIDTH, 630))


@pytest.mark.parametrize("changed", [{"title": "Slime"}, {"topic": "Digestion"}, {"cover": "fibre"}])
def test_address_and_picture_change_with_what_is_on_it(changed):
    other = {**WORDS, **changed}
    assert cards.fingerprint(**other) != cards.fingerprint(**WORDS)
    assert cards.draw(**other) != cards.draw(**WORDS)


@pytest.mark.django_db
def test_card_is_found_where_the_page_says_and_may_be_kept(client, settings, django_assert_num_queries):
    article = make_live_article(title="Mucus")
    address = address_in(client.get(article.get_absolute_url())).removeprefix(settings.SITE_URL)
    with django_assert_num_queries(1):
        response = client.get(address)
    assert (response["Content-Type"], picture(response.content).size) == ("image/png", (1200, 630))
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.cookies == {}


@pytest.mark.django_db
def test_older_address_of_a_card_leads_to_the_one_there_is(client, settings):
    article = make_live_article(slug="mucus")
    response = client.get("/articles/mucus/card-0123456789abcdef.png")
    assert response.status_code == 302
    assert settings.SITE_URL + response["Location"] == address_in(client.get(article.get_absolute_url()))


@pytest.mark.django_db
def test_card_of_a_draft_is_not_found(client):
    revision = make_draft(title="Leak")
    fingerprint = cards.fingerprint(title="Leak", topic="Immunity", cover="defence")
    assert client.get(f"/articles/{revision.article.slug}/card-{fingerprint}.png").status_code == 404
