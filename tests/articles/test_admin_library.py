import pytest
from django.contrib.auth import get_user_model

from articles.models import Figure, Revision
from tests.articles.factories import NOW, SVG, make_draft, make_figure
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
