"""Deliver what the outbox owes, now: what beat does every 15 seconds, by hand."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from consultations import outbox
from consultations.models import OutgoingEmail


class Command(BaseCommand):
    help = "Try every message that is due. Safe at any time, also beside a running worker."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say how many are due.")

    def handle(self, *args, dry_run, **options):
        if dry_run:
            self.stdout.write(f"{OutgoingEmail.objects.due(timezone.now()).count()} due")
        else:
            self.stdout.write(f"{outbox.sweep()} tried")
