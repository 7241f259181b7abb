"""Close the UK's bank holidays of this year and the next two."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from consultations.services.bank_holidays import import_bank_holidays

YEARS_AHEAD = 2


class Command(BaseCommand):
    help = "Write bank holidays into everybody's time off. Never changes what the team has edited."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be written.")

    def handle(self, *args, dry_run, **options):
        this_year = timezone.localtime().year
        written = import_bank_holidays(range(this_year, this_year + YEARS_AHEAD + 1), is_dry_run=dry_run)
        for day, name in written:
            self.stdout.write(f"{'Would close' if dry_run else 'Closed'} {day}: {name}")
