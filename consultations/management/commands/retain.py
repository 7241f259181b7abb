"""Clear what is kept no longer: beat runs it each night."""

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from consultations.services import retention


class Command(BaseCommand):
    help = "Delete or make anonymous what is kept no longer (docs/privacy/retention.md). Each run is on record."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say how much is due.")

    def handle(self, *args, dry_run, **options):
        now = timezone.now()
        for step in retention.STEPS:
            due = retention.count_due(step, now=now)
            if not dry_run:
                with tqdm(total=due, desc=step.name, unit="row", disable=None) as bar:
                    due = retention.run(step, now=now, progress=bar.update)
            self.stdout.write(f"{step.name}: {due}{' due' if dry_run else ''}")
