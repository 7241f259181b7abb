"""What a revision keeps for search."""

import pytest

from articles.models import Revision, Word
from tests.articles.factories import make_draft

pytestmark = pytest.mark.django_db
BODY = "<h2>What they burn</h2><p>The <em>colon</em>.</p><ul><li><p>Kéfir too</p></li></ul><h3>Why</h3><p>So.</p>"


def test_draft_keeps_its_words_a_line_for_each_block_and_its_headings():
    revision = make_draft(body=BODY)
    assert revision.text == "What they burn\nThe colon.\nKéfir too\nWhy\nSo."
    assert revision.headings == "What they burn\nWhy"


def test_draft_is_found_by_its_words_and_those_of_title_standfirst_and_headings_weigh_more():
    pk = make_draft(title="Fuels", standfirst="Warm mucus.", body=BODY).pk
    revision = Revision.objects.get(pk=pk)
    assert revision.head_vector == "'burn':6C 'fuel':1A 'mucus':3B 'warm':2B"
    assert revision.search_vector == "'burn':6C,9 'colon':11 'fuel':1A 'kefir':12 'mucus':3B 'warm':2B"


def test_words_of_a_draft_are_remembered_once_and_folded():
    for _ in range(2):
        make_draft(title="Kéfir", standfirst="Kefir!", body="<p>KEFIR or the 3 colons.</p>")
    assert list(Word.objects.order_by("text").values_list("text", flat=True)) == ["colons", "kefir"]
