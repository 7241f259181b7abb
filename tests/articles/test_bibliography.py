import pytest

from articles.bibliography import RecordError, format_harvard, format_reference, short_label
from tests.articles.factories import make_csl


def formatted(**overrides):
    return format_reference(make_csl(**overrides))


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        ({}, "Harper A, Day R. Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706."),
        ({"issue": None}, "Harper A, Day R. Mucus and microbes. <i>Gut</i>. 2021;70:698-706."),
        (
            {"author": [{"family": "Hill", "given": "C."}, {"literal": "et al."}]},
            "Hill C, et al. Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706.",
        ),
        (
            {"author": [{"family": name, "given": "A."} for name in ("Aa", "Bb", "Cc", "Dd", "Ee", "Ff", "Gg")]},
            "Aa A, Bb A, Cc A, et al. Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706.",
        ),
        (
            {"author": [{"literal": "World Health Organization"}]},
            "World Health Organization. Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706.",
        ),
        (
            {"type": "book", "container-title": None, "volume": None, "page": None, "publisher": "Wiley"},
            "Harper A, Day R. <i>Mucus and Microbes</i>. Wiley; 2021.",
        ),
        ({"author": None}, "Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706."),
        (
            {"type": "book", "author": None, "editor": [{"family": "Hill"}], "volume": None, "page": None},
            "<i>Mucus and Microbes</i>. (Hill, ed.). 2021.",
        ),
        ({"volume": 70, "issue": 4}, "Harper A, Day R. Mucus and microbes. <i>Gut</i>. 2021;70(4):698-706."),
        ({"title": "Köttsås – 腸"}, "Harper A, Day R. Köttsås – 腸. <i>Gut</i>. 2021;70(4):698-706."),
    ],
)
def test_format_reference_follows_the_style_of_the_american_medical_association(overrides, text):
    assert formatted(**overrides) == text


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        ({}, "Harper, A. and Day, R. (2021) ‘Mucus and microbes’, <i>Gut</i>, 70(4), pp. 698–706."),
        (
            {"author": [{"family": name, "given": "A."} for name in ("Aa", "Bb", "Cc", "Dd")]},
            "Aa, A. <i>et al.</i> (2021) ‘Mucus and microbes’, <i>Gut</i>, 70(4), pp. 698–706.",
        ),
        ({"issued": None}, "Harper, A. and Day, R. (no date) ‘Mucus and microbes’, <i>Gut</i>, 70(4), pp. 698–706."),
        ({"type": "book", "author": None, "publisher": "Wiley"}, "<i>Mucus and microbes</i> (2021), <i>Gut</i>. Wiley"),
        (
            {"title": "<script>alert(1)</script> & <i>L. casei</i>"},
            "Harper, A. and Day, R. (2021) ‘&lt;script&gt;alert(1)&lt;/script&gt; &amp; <i>L. casei</i>’, <i>Gut</i>, ",
        ),
    ],
)
def test_format_harvard_puts_author_and_date_first(overrides, text):
    assert format_harvard(make_csl(**overrides)).startswith(text)


@pytest.mark.parametrize(
    ("overrides", "doi", "end"),
    [
        ({"URL": "https://a.example/?a=1&b=2"}, "", ". Available at: https://a.example/?a=1&amp;b=2."),
        ({"URL": "https://a.example"}, "10.1000/x", ". Available at: https://doi.org/10.1000/x."),
        ({"DOI": "10.1000/elsewhere"}, "", ", pp. 698–706."),
    ],
)
def test_format_harvard_ends_with_where_it_can_be_read(overrides, doi, end):
    assert format_harvard(make_csl(**overrides), doi=doi).endswith(end)


def test_format_reference_leaves_address_and_doi_to_the_caller():
    assert formatted(DOI="10.1000/x", URL="https://a.example") == formatted()


@pytest.mark.parametrize("tag", ["i", "b", "sub", "sup"])
def test_format_reference_keeps_the_markup_that_records_may_have(tag):
    title = f"On <{tag}>L. casei</{tag}> and <{tag}>others</{tag}>"
    assert formatted(title=title) == formatted().replace("Mucus and microbes", title)


def test_format_reference_passes_over_what_it_does_not_print():
    more = {"ISSN": ["0017-5749"], "reference": [{"key": "1"}], "language": None, "issued-online": 5}
    author = {"family": "Harper", "given": "A.", "ORCID": "x", "affiliation": [], "sequence": "first", "literal": "H"}
    assert formatted(author=[author], **more) == formatted(author=[{"family": "Harper", "given": "A."}])


NAMES = "a list of names, each with “family” or “literal”"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        *(({"title": title}, "A record needs at least “type” and “title”") for title in ("", " ", 5, ["Mucus"])),
        ({"type": 5}, "A record needs at least “type” and “title”"),
        *(({"volume": volume}, "“volume” must be text or a number") for volume in (["70"], {}, True)),
        ({"container-title": ["Gut"]}, "“container-title” must be text or a number"),
        *(
            ({"author": author}, f"“author” must be {NAMES}")
            for author in ("Harper", {}, ["Harper"], [None], [{"given": "A."}], [{"family": 5}], [{"family": " "}])
        ),
        ({"editor": [{"family": "Hill", "given": 5}]}, f"“editor” must be {NAMES}"),
        *(
            ({"issued": issued}, "“issued” must be a date, such as")
            for issued in (
                *("2021", 2021, [[2021]], {"literal": 5}),
                *({"date-parts": parts} for parts in ("2021", [], [[]], [2021], [[None]], [["May"]], [[1], [2], [3]])),
            )
        ),
        *(
            ({"URL": url}, "“URL” must be an address that begins with https:// or http://")
            for url in ("javascript:alert(1)", "//a.example", "www.nhs.uk", 5)
        ),
    ],
)
def test_record_of_another_shape_is_refused_with_words(overrides, message):
    for use in (format_reference, format_harvard, short_label):
        with pytest.raises(RecordError) as refused:
            use(make_csl(**overrides))
        assert str(refused.value).startswith(message)


@pytest.mark.parametrize("name", ["title", "volume", "author", "issued"])
def test_record_with_a_field_of_nothing_is_refused(name):
    with pytest.raises(RecordError):
        format_reference({**make_csl(), name: None})


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("Hosts & guests", "Hosts &amp; guests"),
        ("&lt;script&gt;", "&amp;lt;script&amp;gt;"),
        ("&lt;i&gt;", "&amp;lt;i&amp;gt;"),
        ("<i onclick=x>a</i>", "&lt;i onclick=x&gt;a&lt;/i&gt;"),
        ("An <i> unclosed", "An &lt;i&gt; unclosed"),
    ],
)
def test_format_reference_shows_hostile_fields_as_text(title, shown):
    assert formatted(title=title) == formatted(title="Mucus and microbes").replace("Mucus and microbes", shown)
    assert f"<i>{shown}</i>" in formatted(**{"container-title": title})
    assert shown in formatted(author=[{"literal": title}])


@pytest.mark.parametrize(
    ("overrides", "label"),
    [
        ({}, "Harper 2021"),
        ({"author": [{"literal": "NHS"}]}, "NHS 2021"),
        ({"author": []}, "Mucus and microbes 2021"),
        ({"author": None, "issued": None}, "Mucus and microbes"),
        ({"issued": {"date-parts": [[2021, 5, 3]]}}, "Harper 2021"),
        ({"author": None, "title": "On <i>L. casei</i>"}, "On L. casei 2021"),
        ({"issued": {"raw": "May 2021"}}, "Harper"),
    ],
)
def test_short_label_names_first_author_and_year_or_what_there_is(overrides, label):
    assert short_label(make_csl(**overrides)) == label
