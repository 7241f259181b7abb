"""Learn from Crossref which sources were corrected or retracted."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from articles import retractions
from articles.crossref import CrossrefError, NotKnown, Unavailable
from articles.models import Reference

GIVES_UP_AFTER = 3  # sources in a row for which Crossref did not answer


class Command(BaseCommand):
    help = "Ask Crossref about every reference that has a DOI. Says which are newly corrected, doubted or retracted."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Ask and say, but keep nothing.")

    def handle(self, *args, dry_run, **options):
        references = list(Reference.objects.exclude(doi="").order_by("key"))
        news = failures = in_a_row = 0
        for reference in tqdm(references, desc="references", unit="source", disable=None):
            try:
                found = retractions.check(reference, now=timezone.now(), is_dry_run=dry_run)
            except CrossrefError as error:
                failures += not isinstance(error, NotKnown)
                in_a_row = in_a_row + 1 if isinstance(error, Unavailable) else 0
                self._tell(self.stderr, f"{reference.key}: {error}")
                if in_a_row == GIVES_UP_AFTER:
                    raise CommandError("Crossref does not answer. Run this again later.") from error
                continue
            in_a_row = 0
            if found.is_news:
                news += 1
                self._tell(self.stdout, f"{reference.key}: {found.state.label.lower()}")
        self.stdout.write(f"Asked about {len(references)}; news of {news}{' (nothing kept)' if dry_run else ''}")
        if failures:
            raise CommandError(f"{failures} could not be checked.")

    def _tell(self, stream, line):
        with tqdm.external_write_mode():  # above the bar
            stream.write(line)
