"""Write out which rows were erased, and erase them again after a restore (docs/operations.md)."""

import json
import sys
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from consultations.models import Erasure
from consultations.services.privacy import replay


class Command(BaseCommand):
    help = (
        "Without a file: write every erasure, a JSON line each, to keep beside the backups. With one: erase again what "
        "a restored backup has brought back. Running it twice is harmless."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", nargs="?", help="What this command wrote earlier; - for standard input.")
        parser.add_argument("--dry-run", action="store_true", help="Read the file and change nothing.")

    def handle(self, *args, file, dry_run, **options):
        if file is None:
            for erasure in Erasure.objects.order_by("at"):
                line = {"at": erasure.at, "bookings": erasure.bookings, "entries": erasure.entries}
                self.stdout.write(json.dumps(line, default=str))
            return
        erasures = self._read(file)
        if dry_run:
            self.stdout.write(f"{len(erasures)} erasures to replay")
            return
        self.stdout.write(f"{replay(erasures, now=timezone.now())} rows erased again")

    def _read(self, file):
        try:
            with sys.stdin if file == "-" else open(file) as lines:
                rows = [json.loads(line) for line in lines if line.strip()]
            return [([UUID(one) for one in row["bookings"]], [UUID(one) for one in row["entries"]]) for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{file} cannot be read as erasures: {type(error).__name__}") from None
