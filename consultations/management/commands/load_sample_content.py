"""Fill an empty site with sample articles, people and hours."""

from io import StringIO

from django.core.management import call_command
from django.core.management.base import BaseCommand

from consultations import sample
from consultations.models import ConsultationType


class Command(BaseCommand):
    help = "Load the sample content that is missing. Never overwrites what somebody has changed."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be loaded.")

    def handle(self, *args, dry_run, **options):
        call_command("load_sample_articles", dry_run=dry_run, stdout=self.stdout)
        if dry_run:
            if not ConsultationType.objects.exists():
                self.stdout.write("Would load the sample consultation type and nutritionists")
        elif sample.load():
            call_command("import_bank_holidays", stdout=StringIO())
            self.stdout.write("Loaded the sample consultation type, nutritionists and bank holidays")
