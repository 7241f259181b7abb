"""What the article editor offers: django-prose-editor's own nodes and three of ours (static/js/articles/nodes.js).

Imported by settings.py, so it must not touch them; paths are therefore lazy.
"""

from django_prose_editor.config import html_tags
from js_asset import static_lazy

# Our nodes, and which elements and attributes each writes.
EXTENSIONS = [
    {
        "js": [static_lazy("js/articles/nodes.js")],
        "extensions": {
            "Citation": html_tags(["cite"], {"cite": ["data-cite"]}),
            "FigureByKey": html_tags(["figure"], {"figure": ["data-figure"]}),
            "Box": html_tags(["section"], {"section": ["data-box", "data-title", "data-certainty"]}),
        },
    }
]

BODY = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "HardBreak": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["https", "http", "mailto"]},
    "Citation": True,
    "FigureByKey": True,
    "Box": True,
}
