"""Make, once, the staff account that `make run` prints."""

import os

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Create a staff account that may do everything. Does nothing when the name exists."

    def add_arguments(self, parser):
        parser.add_argument("--username", required=True)
        parser.add_argument(
            "--password-from-env", metavar="NAME", required=True, help="Variable that holds the password."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be done.")

    def handle(self, *args, username, password_from_env, dry_run, **options):
        password = os.environ.get(password_from_env)
        if not password:
            raise CommandError(f"Set {password_from_env} to the password first.")
        users = get_user_model().objects
        if users.filter(username=username).exists():
            return
        if not dry_run:
            users.create_superuser(username=username, password=password)
        self.stdout.write(f"{'Would create' if dry_run else 'Created'} the staff account {username}")
