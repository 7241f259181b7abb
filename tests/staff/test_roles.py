"""Who may open and do what: every address of the admin, as every role."""

import pytest
from django.apps.registry import Apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command

from probio.staff.roles import ROLES, bring_back_roles
from tests.everything import addresses, make_everything
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db

# Roles by a letter: Nutritionist, Team lead, Editor, Reviewer, Compliance, Publisher, Owner.
LETTERS = {role.name: letter for role, letter in zip(ROLES, "NTERCPO", strict=True)}


def by_name(table):
    return {name: letters for letters, names in table.items() for name in names.split()}


# Who sees the rows of a model, one of them, and its history.
SEES = by_name(
    {
        "ERCPO": "article revision reference figure glossaryterm topic person previewlink feedback",
        "NTO": "booking nutritionist consultationtype timeoff waitlistentry followup outgoingemail",
        "TCO": "intakequestion questionnaireversion",
        "TO": "notimesuited",
        "CO": "answerslook erasure retentionrun logentry",
        "O": "user group",
        "NTERCPO": "export",  # their own
    }
)
ADDS = by_name(
    {
        "EO": "article reference figure glossaryterm topic person",
        "TO": "nutritionist consultationtype timeoff intakequestion",
        "O": "user",
    }
)
CHANGES = ADDS
DELETES = by_name({"EO": "reference figure glossaryterm", "TO": "timeoff"})
ACTS = by_name(
    {
        "PO": "article_publish article_schedule article_reschedule article_unschedule article_end article_withdraw "
        "article_bring-back article_move",
        "RO": "article_review",
        "ERPO": "revision_preview previewlink_revoke",
        "ERCPO": "revision_read revision_compare reference_export export_download",
        "EO": "revision_restore reference_paste reference_import reference_import_look",
        # nutritionist_feed: a nutritionist's own
        "NTO": "booking_for_client booking_for_client_times booking_for_client_details booking_note "
        "booking_send_again booking_suggest booking_move booking_accept booking_decline booking_outcome "
        "booking_cancel booking_correct booking_diary waitlistentry_take_off nutritionist_export nutritionist_feed "
        "outgoingemail_html",
        "N": "booking_answers",
        "CO": "logentry_export",
        "TO": "booking_export waitlistentry_export outgoingemail_export outgoingemail_send-again "
        "outgoingemail_give-up nutritionist_hours nutritionist_activate nutritionist_deactivate nutritionist_import "
        "nutritionist_import_look",
        "TCPO": "booking_reports booking_report_csv",
        "TCO": "intakequestion_preview",
        "O": "user_close user_second-factor user_password_change",
    }
)


def allowed(name):
    """Return (letters of the roles that may open an address, and of those whose form it takes)."""
    _, model, act = name.split("_", 2)
    if act in ("changelist", "history", "change"):
        return SEES[model], CHANGES.get(model, "") if act == "change" else SEES[model]
    if act in ("add", "delete"):
        may = (ADDS if act == "add" else DELETES).get(model, "")
        return may, may
    return ACTS[f"{model}_{act}"], ACTS[f"{model}_{act}"]


def has(role):
    user = get_user_model().objects.create_user(role.lower(), password="x", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.mark.parametrize("role", LETTERS)
def test_each_role_opens_what_it_needs_and_nothing_else(client, role):
    user = has(role)
    make_everything(user, nutritionist=user if role == "Nutritionist" else None)
    client.force_login(user)
    pages = list(addresses())
    answers = {name: client.get(path).status_code for name, path in pages}
    assert {name: status for name, status in answers.items() if status not in (200, 403, 405)} == {}
    opened = {name for name, status in answers.items() if status == 200}
    taken = {name for name, path in pages if client.post(path).status_code not in (403, 405)}
    letter = LETTERS[role]
    only_posted = {"consultations_outgoingemail_send-again", "consultations_outgoingemail_give-up"}
    assert opened == {name for name, _ in pages if letter in allowed(name)[0]} - only_posted
    assert taken <= {name for name, _ in pages if letter in allowed(name)[1]}
    assert {name for name, _ in pages if name.endswith("_change") and letter in allowed(name)[1]} <= taken


def test_page_that_is_not_open_to_a_role_says_whom_to_ask_and_leads_back(client):
    client.force_login(has("Editor"))
    response = client.get("/admin/consultations/booking/")
    assert response.status_code == 403
    assert "ask whoever owns the site" in text_of(response)
    assert "/admin/" in {a.get("href") for a in parse(response).iter("a")}


@pytest.mark.parametrize("role", LETTERS)
def test_start_page_lists_what_a_role_may_open_and_no_more(client, role):
    client.force_login(has(role))
    page = parse(client.get("/admin/"))
    links = {a.get("href") for a in page.iter("a") if a.get("href", "").startswith("/admin/")}
    assert len(links) > 5
    assert [link for link in links if client.get(link).status_code != 200 and "logout" not in link] == []


def test_every_role_has_exactly_its_permissions_and_migrating_brings_them_back():
    editor, member = Group.objects.get(name="Editor"), has("Editor")
    editor.permissions.set(Permission.objects.filter(codename="delete_user"))
    Group.objects.get(name="Owner").delete()
    call_command("migrate", verbosity=0)
    for role in ROLES:
        permissions = Group.objects.get(name=role.name).permissions.values_list("content_type__app_label", "codename")
        assert {".".join(one) for one in permissions} == role.permissions
    assert list(editor.user_set.all()) == [member]


def test_account_is_given_roles_and_page_of_a_role_says_what_it_is_for(client, admin_client):
    lead = Group.objects.get(name="Team lead")
    user = has("Nutritionist")
    page = f"/admin/auth/user/{user.pk}/change/"
    values = {"username": "Nia", "is_active": "on", "groups": [lead.pk]}
    assert admin_client.post(page, values).status_code == 302
    assert list(user.groups.all()) == [lead]
    client.force_login(get_user_model().objects.get(pk=user.pk))
    assert client.get("/admin/consultations/timeoff/add/").status_code == 200
    words = text_of(admin_client.get(f"/admin/auth/group/{lead.pk}/change/"))
    assert "Runs the consultations" in words
    assert "Nia" in words
    assert "Can change nutritionist" in words


def test_new_account_is_one_of_the_team(client):
    client.force_login(has("Owner"))
    values = {"username": "new", "password1": "beans-and-lentils", "password2": ""}
    client.post("/admin/auth/user/add/", {**values, "password2": values["password1"]})
    assert get_user_model().objects.get(username="new").is_staff


def test_owner_makes_nobody_more_than_an_owner_and_leaves_those_alone_who_are(client, admin_user):
    owner, member = has("Owner"), has("Editor")
    client.force_login(owner)
    values = {"username": "editor", "is_active": "on", "is_superuser": "on"}
    assert client.post(f"/admin/auth/user/{member.pk}/change/", values).status_code == 302
    member.refresh_from_db()
    assert not member.is_superuser
    for act in ("change", "password", "close", "second-factor"):
        assert client.post(f"/admin/auth/user/{admin_user.pk}/{act}/", values).status_code == 403


def test_sample_staff_are_for_a_first_look_only(monkeypatch):
    monkeypatch.setenv("STAFF_PASSWORD", "printed-by-make-run")
    with pytest.raises(CommandError, match="DEBUG"):
        call_command("create_sample_staff", password_from_env="STAFF_PASSWORD")
    assert not get_user_model().objects.exists()


def test_sample_staff_have_every_role_once_and_a_row_of_their_own(monkeypatch, capsys, settings):
    settings.DEBUG = True
    monkeypatch.setenv("STAFF_PASSWORD", "printed-by-make-run")
    call_command("load_sample_content")
    call_command("create_sample_staff", password_from_env="STAFF_PASSWORD")
    capsys.readouterr()
    call_command("create_sample_staff", password_from_env="STAFF_PASSWORD")
    assert capsys.readouterr().out == ""
    users = get_user_model().objects
    assert {(user.username, user.groups.get().name) for user in users.all()} == {
        (role.name.lower().replace(" ", "-"), role.name) for role in ROLES
    }
    assert users.get(username="nutritionist").nutritionist.name == "Priya Raman"
    assert users.get(username="reviewer").check_password("printed-by-make-run")


def test_log_says_which_roles_were_given_and_taken(admin_client):
    user = has("Editor")
    owner = Group.objects.get(name="Owner")
    admin_client.post(f"/admin/auth/user/{user.pk}/change/", {"username": "x", "is_active": "on", "groups": [owner.pk]})
    said = LogEntry.objects.latest("pk").get_change_message()
    assert "Given: Owner. Taken: Editor." in said


def test_closed_account_that_is_opened_again_is_one_of_the_team(client, admin_client):
    user = has("Editor")
    page = f"/admin/auth/user/{user.pk}"
    admin_client.post(f"{page}/close/")
    values = {"username": "x", "is_active": "on", "groups": [Group.objects.get(name="Editor").pk]}
    admin_client.post(f"{page}/change/", values)
    client.force_login(get_user_model().objects.get(pk=user.pk))
    assert client.get("/admin/articles/article/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_emptying_the_database_brings_roles_back():
    call_command("flush", interactive=False, verbosity=0)
    assert {group.name for group in Group.objects.all()} == {role.name for role in ROLES}


def test_migrating_a_part_of_an_empty_database_needs_no_roles():
    Group.objects.all().delete()
    bring_back_roles(apps=Apps())
    assert not Group.objects.exists()
