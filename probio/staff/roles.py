"""The roles of the team: what each is for, and what whoever has it may do. Kept as Django's groups."""

from dataclasses import dataclass

from django.apps import apps
from django.db import transaction


@dataclass(frozen=True)
class Role:
    """permissions: as has_perm takes them, "app_label.codename"."""

    name: str
    purpose: str
    permissions: frozenset[str]


def _may(app_label: str, verbs: str, *models: str) -> set[str]:
    return {f"{app_label}.{verb}_{model}" for verb in verbs.split() for model in models}


SEES_BOOKINGS = _may(
    "consultations",
    "view",
    *("booking", "bookingnote", "consent", "consultationtype", "followup", "nutritionist", "timeoff"),
    *("availabilityrule", "extrahours", "outgoingemail", "waitlistentry", "waitlistoffer"),
)
WORKS_WITH_BOOKINGS = (
    SEES_BOOKINGS
    | _may("consultations", "add", "booking", "bookingnote")
    | _may("consultations", "change", "booking", "waitlistentry")
)
SEES_REPORTS = {"consultations.view_reports"}
SEES_ARTICLES = _may(
    "articles",
    "view",
    *("article", "feedback", "figure", "glossaryterm", "person", "previewlink", "readnext", "reference"),
    *("revision", "topic"),
)
SHARES_PREVIEWS = _may("articles", "add change", "previewlink")
LEADS = (
    WORKS_WITH_BOOKINGS
    | SEES_REPORTS
    | _may("consultations", "add change", "nutritionist", "consultationtype", "intakequestion")
    | _may("consultations", "add change delete", "availabilityrule", "extrahours", "timeoff")
    | _may("consultations", "view", "intakequestion", "notimesuited", "questionnaireversion")
    | {"consultations.add_questionnaireversion", "consultations.change_outgoingemail", "probio.export_client_data"}
)
EDITS = (
    SEES_ARTICLES
    | SHARES_PREVIEWS
    | _may("articles", "add change", "article", "person", "topic")
    | _may("articles", "add change delete", "figure", "glossaryterm", "readnext", "reference")
)
REVIEWS = SEES_ARTICLES | SHARES_PREVIEWS | {"articles.review_article"}
PUBLISHES = SEES_ARTICLES | SHARES_PREVIEWS | SEES_REPORTS | {"articles.publish_article"}
WATCHES = (
    SEES_ARTICLES
    | SEES_REPORTS
    | _may("consultations", "view", "answerslook", "erasure", "retentionrun", "intakequestion", "questionnaireversion")
    | {"admin.view_logentry"}
)
OWNS = LEADS | EDITS | REVIEWS | PUBLISHES | WATCHES | _may("auth", "add change view", "user") | {"auth.view_group"}

OWNER = "Owner"
ROLES = [
    Role(
        "Nutritionist",
        "Gives consultations: sees the diary and bookings, acts on them, books for clients who phone, writes internal "
        "notes, and reads the answers of clients who were told of them.",
        frozenset(WORKS_WITH_BOOKINGS | {"consultations.read_answers"}),
    ),
    Role(
        "Team lead",
        "Runs the consultations: also hours, nutritionists, consultation types, the questionnaire, outgoing mail, "
        "reports and exports of clients’ details. Does not read answers.",
        frozenset(LEADS),
    ),
    Role(
        "Editor",
        "Writes: drafts of articles, references, figures, the glossary, topics and people. Publishes no article; what "
        "the glossary, topics, people and read-next lists say is changed at once.",
        frozenset(EDITS),
    ),
    Role("Reviewer", "Reads what is to appear and records reviews. Changes no text.", frozenset(REVIEWS)),
    Role(
        "Compliance",
        "Looks and changes nothing: the log, looks at answers, erasures, what was cleared away, articles and reports.",
        frozenset(WATCHES),
    ),
    Role(
        "Publisher",
        "Decides what readers see: publishes, schedules, ends, withdraws and moves articles. Changes no text.",
        frozenset(PUBLISHES),
    ),
    Role(
        OWNER,
        "Everything above but reading answers, and who is on the team: opens and closes accounts and gives roles.",
        frozenset(OWNS),
    ),
]
PURPOSES = {role.name: role.purpose for role in ROLES}


@transaction.atomic
def bring_back_roles(**signal) -> None:
    """Make the groups that are missing and give each exactly its role's permissions; who has a role stays as it is.

    Called by post_migrate of the app that is installed last, when all permissions are there. A database migrated only
    in part may not have all of them yet: the next `migrate` adds the rest.
    """
    try:
        signal.get("apps", apps).get_model("auth", "Permission")  # `flush` gives none
    except LookupError:
        return
    Group, Permission = apps.get_model("auth.Group"), apps.get_model("auth.Permission")
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    groups = {group.name: group for group in Group.objects.prefetch_related("permissions")}
    for role in ROLES:
        group = groups.get(role.name) or Group.objects.create(name=role.name)
        wanted = {known[name] for name in role.permissions if name in known}
        if wanted != set(group.permissions.all()):
            group.permissions.set(wanted)
