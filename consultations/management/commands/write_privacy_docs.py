"""Write docs/privacy/ from the code, so that what is promised and what is done cannot drift apart."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string

from consultations import consents, retention

PAGES = ["record-of-processing", "retention", "consents"]


class Command(BaseCommand):
    help = "Write the record of processing, the retention schedule and the consent texts into docs/privacy/."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", "--check", action="store_true", help="Only fail if a page is out of date.")

    def handle(self, *args, dry_run, **options):
        folder, stale = Path(settings.BASE_DIR) / "docs" / "privacy", []
        days = 90  # the default: a page of its own for every setting would help nobody
        context = {
            "kept": retention.kept(days),
            "consents": [consents.SERVICE, consents.MARKETING, consents.health(days)],
        }
        for page in PAGES:
            path, text = folder / f"{page}.md", render_to_string(f"consultations/docs/{page}.md", context)
            if path.exists() and path.read_text() == text:
                continue
            stale.append(path.name)
            if not dry_run:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        if stale and dry_run:
            raise CommandError(f"docs/privacy/ is out of date ({', '.join(stale)}): run write_privacy_docs")
        self.stdout.write(f"{len(stale)} pages written" if stale else "docs/privacy/ is up to date")
