import pytest
from django.contrib.auth import get_user_model

from articles.models import Figure, Revision
from tests.articles.factories import NOW, SVG, make_draft, make_figure, make_person, make_reference, make_topic
from tests.articles.test_admin import errors_in
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


def names_typed_on(admin_client, url):
    return {field.get("name") for field in parse(admin_client.get(url)).find(".//main").iter("input")}


def test_key_stays_while_an_article_names_something_by_it(admin_client):
    used, unused = make_reference("used"), make_reference("unused")
    shown, hidden = make_figure("shown"), make_figure("hidden")
    make_draft(body='<p>a<cite data-cite="used"></cite></p><figure data-figure="shown"></figure>')
    for model, fixed, free in (("reference", used, unused), ("figure", shown, hidden)):
        base = f"/admin/articles/{model}/"
        assert "key" not in names_typed_on(admin_client, f"{base}{fixed.pk}/change/")
        assert "key" in names_typed_on(admin_client, f"{base}{free.pk}/change/")


def test_reference_whose_key_stays_is_still_corrected(admin_client):
    reference = make_reference("used")
    make_draft(body='<p>a<cite data-cite="used"></cite></p>')
    url = f"/admin/articles/reference/{reference.pk}/change/"
    form = admin_client.get(url).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields} | {"title": "Corrected", "key": "renamed"}
    assert admin_client.post(url, typed).status_code == 302
    reference.refresh_from_db()
    assert (reference.key, reference.csl["title"]) == ("used", "Corrected")


def test_address_of_a_topic_and_a_person_stays(admin_client):
    for row, model in ((make_topic(), "topic"), (make_person(), "person")):
        base = f"/admin/articles/{model}/"
        assert "slug" not in names_typed_on(admin_client, f"{base}{row.pk}/change/")
        assert "slug" in names_typed_on(admin_client, f"{base}add/")
