"""What the article editor offers: django-prose-editor's own nodes and ours (static/js/articles/nodes.js).

Imported by settings.py, so it must not touch them; paths are therefore lazy.
"""

from django_prose_editor.config import html_tags
from js_asset import static_lazy

from articles.vocabulary import VOCABULARY


def _writes(*tags):
    """Return what the library asks of an extension: the elements it writes, with the attributes they may carry."""
    return html_tags(tags, {tag: sorted(VOCABULARY[tag]) for tag in tags})


# Our nodes, and which elements each writes.
EXTENSIONS = [
    {
        "js": [static_lazy("js/articles/nodes.js")],
        "extensions": {
            "Citation": _writes("cite"),
            "GlossaryTerm": _writes("dfn"),
            "FigureByKey": _writes("figure"),
            "Box": _writes("section"),
            "Invitation": _writes("section"),
            "CaptionedTable": _writes("table", "caption", "thead", "tbody", "tr"),
            "HeaderCell": _writes("th"),
            "Cell": _writes("td"),
        },
    },
    {"js": [static_lazy("js/articles/pasting.js")], "extensions": {"Pasting": _writes()}},
]

BODY = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},  # a start or a style of numbers would be lost
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["https", "http", "mailto"]},
    "Citation": True,
    "GlossaryTerm": True,
    "FigureByKey": True,
    "Box": True,
    "Invitation": True,
    "CaptionedTable": True,
    "TableRow": True,
    "HeaderCell": True,
    "Cell": True,
    "Pasting": True,
}
