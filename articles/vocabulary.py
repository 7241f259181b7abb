"""What an article's body may say: the elements, their attributes, and what may stand in what. Pure: tables only."""

# element -> the attributes it may carry
VOCABULARY: dict[str, set[str]] = {
    "p": set(),
    "h2": set(),
    "h3": set(),
    "ul": set(),
    "ol": set(),
    "li": set(),
    "strong": set(),
    "em": set(),
    "sub": set(),
    "sup": set(),
    "br": set(),
    "blockquote": set(),
    "a": {"href"},
    "cite": {"data-cite", "data-locator"},  # keys of references, separated by blanks; where in the only one
    "dfn": {"data-term"},  # key of a glossary term
    "figure": {"data-figure"},  # key of a figure
    "section": {"data-box", "data-title", "data-certainty", "data-care"},
    "table": set(),
    "caption": set(),
    "thead": set(),
    "tbody": set(),
    "tr": set(),
    "th": set(),
    "td": set(),
}
BOXES = ("in-short", "study", "care", "consultation")
CERTAINTIES = ("early", "mixed", "good", "strong", "settled")
CARE = ("gp", "111", "999")  # whom a care note sends people to
VOID = {"br"}
BLOCKS = {"p", "h2", "h3", "ul", "ol", "blockquote", "figure", "section", "table"}
INLINE = {"strong", "em", "sub", "sup", "br", "a", "cite", "dfn"}
TABLE_PARTS = {"caption", "thead", "tbody", "tr", "th", "td"}

# element -> the elements that may stand directly in it; "body" is the article itself. Any other holds INLINE.
CHILDREN: dict[str, set[str]] = {
    "body": BLOCKS,
    "section": BLOCKS - {"h2", "section"},
    "ul": {"li"},
    "ol": {"li"},
    "li": INLINE | {"p", "ul", "ol", "blockquote", "figure"},
    "blockquote": INLINE | {"p", "ul", "ol", "blockquote", "figure"},
    "figure": set(),
    "cite": set(),
    "table": {"caption", "thead", "tbody", "tr"},
    "caption": set(),
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"th", "td"},
    "th": INLINE | {"p"},
    "td": INLINE | {"p", "ul", "ol"},
}
# element -> what to do with words that stand directly in it, where they cannot
WORDLESS = {
    "body": "put this text into a paragraph",
    "section": "put this text into a paragraph",
    "ul": "put this text into an item of the list",
    "ol": "put this text into an item of the list",
    "figure": "put this text outside the figure, which shows no words of its own",
    "cite": "put this text outside the citation, which shows no words of its own",
    **dict.fromkeys(("table", "thead", "tbody", "tr"), "put this text into a cell of the table"),
}
# element -> what cannot stand in it at any depth, and why
_OUT_OF_HEADINGS = {
    "cite": "a citation cannot stand in a heading: put it into the text below",
    "dfn": "a glossary term cannot stand in a heading: mark it in the text below",
}
EXCLUDED: dict[str, dict[str, str]] = {
    "h2": _OUT_OF_HEADINGS,
    "h3": _OUT_OF_HEADINGS,
    "a": {
        "cite": "a citation cannot stand inside a link: it is one itself",
        "dfn": "a glossary term cannot stand inside a link: it is one itself",
    },
    "dfn": {
        "a": "a link cannot stand inside a glossary term: it is one itself",
        "cite": "a citation cannot stand inside a glossary term: put it behind the words",
        "dfn": "a glossary term cannot stand inside another",
    },
}
