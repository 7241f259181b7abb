import pytest
from django.contrib.auth import get_user_model

from articles.models import Figure, Reference, Revision
from tests.articles.factories import NOW, SVG, make_csl, make_draft, make_figure, make_reference
from tests.articles.test_admin import HOSTILE, errors_in
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db


def test_revision_is_read_but_not_added_changed_or_deleted(admin_client):
    revision = make_draft(title="As it was", by=get_user_model().objects.get(username="admin"), now=NOW)
    base = "/admin/articles/revision/"
    page = admin_client.get(f"{base}{revision.pk}/change/")
    assert "As it was" in text_of(page)
    assert {field.get("name") for field in parse(page).find(".//main").iter("input")} == {"csrfmiddlewaretoken"}
    assert list(parse(page).iter("textarea")) == []
    for url in (f"{base}add/", f"{base}{revision.pk}/change/", f"{base}{revision.pk}/delete/"):
        assert admin_client.post(url, {"title": "Changed", "post": "yes"}).status_code == 403
    assert Revision.objects.get().title == "As it was"


def test_reference_typed_with_a_resolver_is_stored_without_it(admin_client):
    typed = {"key": "harper2021", "kind": "review", "doi": "https://doi.org/10.1000/ABC"}
    admin_client.post("/admin/articles/reference/add/", {**typed, "csl": '{"type": "book", "title": "Mucus"}'})
    assert Reference.objects.get().doi == "10.1000/abc"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"csl": "rubbish"}, "Enter a valid JSON."),
        ({"csl": "[]"}, "A record needs at least “type” and “title”."),
        (
            {"csl": '{"type": "book", "title": "a\\u0000b"}'},
            "This holds a character or a number that cannot be stored.",
        ),
        ({"csl": '{"type": "book", "title": "a", "volume": []}'}, "“volume” must be text or a number."),
        ({"doi": "hello"}, "A DOI looks like 10.1000/xyz123."),
        ({"csl": '{"type": "book"}'}, "A record needs at least “type” and “title”."),
        ({"doi": "https://doi.org/10.1000/TAKEN"}, "Another reference already has this DOI."),
        (
            {"key": "Harper 2021"},
            "Use lower-case letters, digits and hyphens only: the key is typed in article bodies.",
        ),
    ],
)
def test_reference_that_could_not_be_used_is_refused_with_words(admin_client, wrong, error):
    make_reference("taken", doi="10.1000/taken")
    typed = {"key": "harper2021", "kind": "review", "csl": '{"type": "book", "title": "Mucus"}', **wrong}
    assert error in errors_in(admin_client.post("/admin/articles/reference/add/", typed))
    assert Reference.objects.count() == 1


def test_reference_whose_record_went_past_the_check_is_listed_by_its_key(admin_client):
    make_reference("bad", csl={"author": "Harper"})
    page = parse(admin_client.get("/admin/articles/reference/"))
    assert [cell.text for cell in page.findall(".//td[@class='field-label']")] == ["bad"]


def test_reference_with_a_hostile_title_is_listed_as_text(admin_client):
    make_reference("hostile", csl=make_csl(author=[{"family": HOSTILE}], title=HOSTILE), sample=HOSTILE)
    page = admin_client.get("/admin/articles/reference/")
    assert (HOSTILE in page.text, HOSTILE in text_of(page)) == (False, True)


@pytest.mark.parametrize(
    ("drawing", "error"),
    [
        (SVG.replace("<circle", "<script>alert(1)</script><circle"), "<script> is not allowed in a drawing."),
        (SVG.replace("viewBox", 'onload="alert(1)" viewBox'), "The attribute “onload” is not allowed in a drawing."),
    ],
)
def test_figure_with_a_hostile_drawing_is_refused_and_kept_as_typed(admin_client, drawing, error):
    figure = make_figure()
    names = ("key", "kind", "alt", "description", "caption", "credit", "licence")
    typed = {**{name: getattr(figure, name) for name in names}, "legend": "[]", "drawing": drawing}
    response = admin_client.post(f"/admin/articles/figure/{figure.pk}/change/", typed)
    assert errors_in(response) == [error]
    assert parse(response).find(".//textarea[@name='drawing']").text.strip() == drawing
    assert Figure.objects.get().drawing == SVG
