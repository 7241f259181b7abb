"""Make, once, an account for every role, to try what each sees; `make run` calls it."""

import os

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.text import slugify

from articles.models import Person
from consultations.models import Nutritionist
from probio.staff.roles import ROLES

# Role -> which row of the sample content is the holder's own, so that there is a diary or a byline of theirs.
THEIRS = {"Nutritionist": (Nutritionist, "priya-raman"), "Reviewer": (Person, "tomos-bevan")}


class Command(BaseCommand):
    help = "Create an account for every role, named like it, such as team-lead. Leaves those alone that are there."

    def add_arguments(self, parser):
        parser.add_argument(
            "--password-from-env", metavar="NAME", required=True, help="Variable that holds the password of all."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")

    def handle(self, *args, password_from_env, dry_run, **options):
        if not settings.DEBUG:
            raise CommandError("These accounts are for a look at the site, with DEBUG on: one password opens them all.")
        password = os.environ.get(password_from_env)
        if not password:
            raise CommandError(f"Set {password_from_env} to the password first.")
        names = {slugify(role.name): role.name for role in ROLES}
        known = set(get_user_model().objects.filter(username__in=names).values_list("username", flat=True))
        missing = [name for name in names if name not in known]
        if not dry_run:
            for name in missing:
                _create(name, names[name], password)
        if missing:
            self.stdout.write(f"{'Would create' if dry_run else 'Created'} accounts for roles: {', '.join(missing)}")


@transaction.atomic
def _create(username, role, password):
    user = get_user_model().objects.create_user(username, password=password, first_name=role, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    if role in THEIRS:
        model, slug = THEIRS[role]
        model.objects.filter(slug=slug, user=None).update(user=user)
