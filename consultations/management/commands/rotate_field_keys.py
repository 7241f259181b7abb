"""Encrypt everything with the first of FIELD_KEYS, so that the others can be taken away."""

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from consultations.services.keys import count_values, rotate_keys
from probio.staff.secrets import renew_all


class Command(BaseCommand):
    help = (
        "Encrypt anew with the first of FIELD_KEYS what an older key encrypted. Put the new key first, restart every "
        "process, run this, then take the old key away. Safe beside a running site; stopped half-way, run it again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say how many values an older key encrypted.")

    def handle(self, *args, dry_run, **options):
        renewed, unreadable = 0, []
        with tqdm(total=count_values(), unit="value", disable=None) as bar:
            for seen, newly, failed in rotate_keys(is_dry_run=dry_run):
                renewed += newly
                unreadable += failed
                bar.update(seen)
        if not dry_run:
            renew_all()  # a few rows: the second factors of staff
        self.stdout.write(f"{renewed} {'to encrypt' if dry_run else 'encrypted'} with the first key")
        if unreadable:
            raise CommandError(f"no key opens {len(unreadable)}; keep every old key: {'; '.join(unreadable[:20])}")
