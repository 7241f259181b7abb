"""An article with every node of the vocabulary, as people meet it."""

import pytest
from playwright.sync_api import expect

from tests.articles.factories import make_csl, make_figure, make_live_article, make_reference, make_term

VIEWS = [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark"), (320, "light"), (320, "dark")]
BODY = """
<section data-box="in-short"><ul><li><p>Mucus keeps bacteria at a distance.</p></li><li><p>Most of what is known
comes from mice.</p></li></ul></section>
<p>The gut is lined with <dfn data-term="mucus">mucus</dfn>, which <em>Akkermansia</em> lives on.<cite
data-cite="harper2021" data-locator="p. 4"></cite><cite data-cite="yeoh2021 dang2019"></cite> Its water is
H<sub>2</sub>O with 10<sup>9</sup> cells in a gram, and <a href="https://www.nhs.uk/">the NHS</a> has more.</p>
<h2>How it is studied</h2>
<blockquote><p>A layer that is never still.</p></blockquote>
<h3>In numbers</h3>
<table><caption>Who was studied, and for how long</caption><tbody>
<tr><th></th><th>People</th><th>Weeks</th><th>Where</th><th>What was measured</th></tr>
<tr><th>Harper</th><td>100<cite data-cite="harper2021"></cite></td><td>12</td><td>Hong Kong</td><td>Bacteria
in stool</td></tr>
<tr><th>Hill</th><td>45<cite data-cite="hill2014"></cite></td><td>4</td><td>Leeds</td><td>Thickness of the
<dfn data-term="mucus">layer</dfn></td></tr>
</tbody></table>
<figure data-figure="lining"></figure>
<section data-box="study" data-title="Study in focus: a hundred people" data-certainty="early"><h3>Who</h3><p>A hundred
people.<cite data-cite="yeoh2021"></cite></p></section>
<h2>Where to turn</h2>
<ol><li><p>Ask.</p></li><li><p>Listen.</p></li></ol>
<section data-box="care" data-care="gp"><p>See your GP if your bowel habit has changed for three weeks.</p></section>
<section data-box="care" data-care="111"><p></p></section>
<section data-box="care" data-care="999"><ul><li><p>Blood that does not stop.</p></li></ul></section>
<section data-box="consultation"></section>
<h2>What it means</h2>
<p>Less than is often said.</p>
"""


@pytest.fixture
def address(live_server):
    """The address of a live article with every node."""
    for key, family in (("harper2021", "Harper"), ("yeoh2021", "Yeoh"), ("dang2019", "Dang"), ("hill2014", "Hill")):
        record = make_csl(author=[{"family": family, "given": "A."}])
        make_reference(key, csl=record, sample="100 people", funding="Paid by a maker of yoghurt.")
    make_figure("lining")
    make_term("mucus", definition="A slippery layer of water and long sugary proteins that lines the gut.")
    return f"{live_server.url}/articles/{make_live_article(slug='every-node', body=BODY).slug}/"


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_article_with_every_node_has_no_barriers_and_needs_no_sideways_scroll(
    address, watched, no_barriers, width, scheme
):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.emulate_media(color_scheme=scheme)
    watched.goto(address)
    no_barriers(watched)
    assert watched.evaluate("document.documentElement.scrollWidth") <= width
    watched.get_by_role("button", name="What mucus means").first.click()
    expect(watched.locator(".term-card")).to_be_visible()
    no_barriers(watched)


def test_term_is_explained_where_it_stands_and_escape_gives_the_focus_back(address, watched):
    watched.goto(address)
    button = watched.get_by_role("button", name="What mucus means").first
    button.focus()
    watched.keyboard.press("Enter")
    card = watched.locator(".term-card")
    expect(card).to_contain_text("A slippery layer")
    watched.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(button).to_be_focused()


def test_term_without_script_leads_to_its_entry(address, client_page):
    client_page.goto(address)
    client_page.get_by_role("link", name="mucus", exact=True).click()
    expect(client_page.locator(":target")).to_contain_text("A slippery layer")


def test_wide_table_scrolls_in_its_own_box_by_keyboard(address, watched):
    watched.set_viewport_size({"width": 320, "height": 800})
    watched.goto(address)
    table = watched.get_by_role("region", name="Who was studied, and for how long")
    table.focus()
    watched.keyboard.press("ArrowRight")
    expect(table).to_be_focused()
    watched.wait_for_function("document.querySelector('.table-scroll').scrollLeft > 0")


@pytest.mark.parametrize(("width", "role"), [(1280, "link"), (390, "button")])
def test_citations_are_notes_in_the_margin_or_cards_on_demand(address, watched, width, role):
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(address)
    names = {"link": "Reference 4: Hill 2021", "button": "Show reference 4: Hill 2021"}
    mark, card = watched.get_by_role(role, name=names[role], exact=True), watched.locator("#note-4")
    expect(mark).to_be_visible()
    if role == "button":
        expect(card).to_be_hidden()
        mark.click()
    expect(card).to_contain_text("Review, 100 people")
    expect(card).to_contain_text("Paid by a maker of yoghurt.")


def test_printed_article_has_the_marks_the_table_and_the_list_and_no_cards(address, watched):
    watched.goto(address)
    watched.emulate_media(media="print")
    for hidden in (".reference-card", ".term-card", ".term button", ".citation button", ".consultation"):
        assert [one.is_visible() for one in watched.locator(hidden).all() if one.is_visible()] == []
    for shown in (".citation a", ".table-scroll td", ".references li", ".care", ".term a"):
        assert watched.locator(shown).first.is_visible()
