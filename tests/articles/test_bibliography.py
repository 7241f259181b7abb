import pytest

from articles.bibliography import format_reference, short_label
from tests.articles.factories import make_csl


def formatted(**overrides):
    return format_reference({"id": "harper2021", **make_csl(**overrides)})


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
        ({"title": "Köttsås – 腸"}, "Harper A, Day R. Köttsås – 腸. <i>Gut</i>. 2021;70(4):698-706."),
    ],
)
def test_format_reference_follows_the_style_of_the_american_medical_association(overrides, text):
    assert formatted(**overrides) == text


def test_format_reference_leaves_address_and_doi_to_the_caller():
    assert formatted(DOI="10.1000/x", URL="https://evil.example") == formatted()


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("Hosts & guests", "Hosts &amp; guests"),
        ("&lt;script&gt;", "&amp;lt;script&amp;gt;"),
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
        ({"issued": {"raw": "May 2021"}}, "Harper"),
    ],
)
def test_short_label_names_first_author_and_year_or_what_there_is(overrides, label):
    assert short_label(make_csl(**overrides)) == label
