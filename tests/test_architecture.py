"""Who may import whom (docs/architecture.md). A module imports only from rooms below its own."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From the ground up: a module may import from its own room or an earlier one. Names are modules or packages.
ARTICLES = [
    ["vocabulary"],
    [
        "document",
        "claims",
        "csl",
        "editor",
        "identifiers",
        "structured_data",
        "standalone",
        "search_terms",
        "search_snippets",
    ],
    ["bibliography", "drawing", "images", "reference_html"],
    ["figure_html"],
    ["rendering", "records"],
    ["importing"],
    ["models"],
    [
        "crossref",
        "exports",
        "figure_images",
        "uses",
        "queries",
        "limits",
        "cards",
        "search",
        "caching",
        "counting",
        "exporting",
        "waiting",
    ],
    ["publishing", "purging", "retractions", "feedback", "forms"],
    ["states", "moving", "previews", "comparing"],
    ["sample", "tasks", "templatetags", "views", "admin", "apps"],
    ["feeds", "sitemaps"],
    ["urls", "media_urls", "sitemap_urls", "management"],
]
CONSULTATIONS = [
    ["slots", "exceptions", "addresses", "consents", "retention", "encryption", "load", "plain_text", "sought"],
    ["models"],
    ["queries", "wording", "limits", "links", "counting"],
    ["hours"],
    ["invites", "diary", "briefing", "reports", "exporting", "story"],
    ["emails"],
    ["outbox"],
    ["services"],
    ["tasks", "options", "forms", "sample", "preview"],
    ["picking"],
    ["views", "admin", "templatetags", "apps"],
    ["urls", "webhook_urls", "management"],
]
FLOORS = {
    f"{app}.{room}": floor
    for app, floors in (("articles", ARTICLES), ("consultations", CONSULTATIONS))
    for floor, rooms in enumerate(floors)
    for room in rooms
}
PURE = {
    "consultations.slots": set(),
    "consultations.exceptions": set(),
    "consultations.addresses": set(),
    "consultations.load": set(),
    "consultations.plain_text": set(),
    "consultations.sought": set(),
    "consultations.retention": set(),
    "articles.vocabulary": set(),
    "articles.document": {"nh3"},
    "articles.identifiers": set(),
    "articles.importing": set(),
    "articles.records": {"bibtexparser", "rispy"},
    "articles.drawing": set(),
    "articles.reference_html": set(),
    "articles.images": {"PIL"},
    "articles.figure_html": set(),
    "articles.rendering": {"nh3"},
    "articles.bibliography": {"nh3", "citeproc"},
    "articles.structured_data": set(),
    "articles.standalone": {"lxml"},
    "articles.search_terms": set(),
    "articles.search_snippets": set(),
}
STANDARD_LIBRARY = __import__("sys").stdlib_module_names
OURS = ("articles", "consultations", "probio")


def room_of(module):
    return ".".join(module.split(".")[:2])


def sources():
    """Yield (module name, syntax tree) of every module of ours but migrations."""
    for app in OURS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield module, ast.parse(path.read_text())


def imports(tree):
    """Yield (module imported, line) for every import in a tree, `from a import b` as a.b."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def offences(module, tree):
    """Return what a module imports against the rules, in words."""
    found = []
    app, room = module.split(".")[0], room_of(module)
    for imported, line in imports(tree):
        target_app, target = imported.split(".")[0], room_of(imported)
        where = f"{module}:{line} imports {imported}"
        if room in PURE and target_app not in STANDARD_LIBRARY and target_app not in PURE[room] and target not in PURE:
            found.append(f"{where}: {room} is pure")
        if target_app not in OURS or target == room:
            continue
        if app == "probio" and target_app != "probio" and imported != "articles.editor.EXTENSIONS":
            found.append(f"{where}: probio knows the apps by name only")
        elif app == "articles" and target_app == "consultations":
            found.append(f"{where}: articles never imports consultations")
        elif app == "consultations" and target_app == "articles" and target != "articles.models":
            found.append(f"{where}: consultations may import articles.models only")
        elif app == target_app and target in FLOORS and FLOORS[target] >= FLOORS.get(room, 0):
            found.append(f"{where}: a room imports only from rooms below it")
    return found


def test_every_import_follows_the_direction_of_dependency():
    assert [offence for module, tree in sources() for offence in offences(module, tree)] == []


def test_every_module_of_the_apps_has_a_room():
    roomless = {
        room_of(module) for module, _ in sources() if not module.startswith("probio") and "." in module
    } - FLOORS.keys()
    assert roomless - {"articles.urls", "consultations.urls"} == set()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("articles.views", "from consultations.models import Booking"),
        ("consultations.models.bookings", "from consultations.services.booking import book_slot"),
        ("consultations.services.booking", "from articles.publishing import publish"),
        ("consultations.slots", "from django.utils import timezone"),
        ("probio.views", "from articles.models import Article"),
        ("consultations.queries", "def late():\n    from consultations import outbox"),
    ],
)
def test_an_import_against_the_direction_is_an_offence(module, source):
    assert len(offences(module, ast.parse(source))) == 1


def test_make_bench_runs_every_measurement():
    measuring = {path.stem for path in (ROOT / "bench").glob("*.py") if "\ndef run(" in path.read_text()}
    started = (ROOT / "bench" / "__main__.py").read_text()
    assert measuring >= {"booking", "reading"}
    assert [name for name in measuring if f"    {name}.run()\n" not in started] == []


def test_no_module_is_longer_than_400_lines():
    paths = [path for app in (*OURS, "tests") for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    assert [path.name for path in paths if len(path.read_text().splitlines()) > 400] == []
