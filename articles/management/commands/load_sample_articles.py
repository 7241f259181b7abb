"""Fill a site that has no articles of its own with the sample articles."""

from django.core.management.base import BaseCommand

from articles import sample


class Command(BaseCommand):
    help = "Load the sample articles into a site that has none of its own. Never overwrites what an editor has written."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be loaded.")

    def handle(self, *args, dry_run, **options):
        if dry_run:
            if folders := sample.missing():
                self.stdout.write(f"Would load {len(folders)} sample article(s)")
        elif count := sample.load():
            self.stdout.write(f"Loaded {count} sample article(s) with their references and figures")
