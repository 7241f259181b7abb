import pytest

from articles.uses import uses_of
from tests.articles.factories import make_article, make_draft, make_live_article, make_reference

pytestmark = pytest.mark.django_db

CITES = '<p>A<cite data-cite="harper2021"></cite></p>'


def uses(reference):
    return [(use.article.slug, use.title, use.is_published, use.is_draft) for use in uses_of(reference)]


def test_uses_are_the_articles_whose_published_or_newest_revision_cites_the_reference(django_assert_num_queries):
    reference = make_reference()
    make_reference("other")
    make_live_article(slug="live", body=CITES)
    make_draft(make_article(slug="draft"), body=CITES, title="Unpublished")
    both = make_live_article(slug="both", body=CITES)
    make_draft(both, body=CITES + "<p>More.</p>", title="Better")
    dropped = make_live_article(slug="dropped", body=CITES)
    make_draft(dropped, body="<p>None.</p>", title="Without")
    long_gone = make_draft(make_article(slug="long-gone"), body=CITES)
    make_draft(long_gone.article, body="<p>None.</p>")
    make_live_article(slug="elsewhere", body='<p>A<cite data-cite="other"></cite></p>')
    with django_assert_num_queries(2):
        found = uses(reference)
    assert found == [
        ("both", "Better", True, True),
        ("draft", "Unpublished", False, True),
        ("dropped", "Without", True, False),
        ("live", "Mucus", True, False),
    ]


def test_a_reference_that_nothing_cites_has_no_uses():
    assert uses(make_reference()) == []
