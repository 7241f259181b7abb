"""Bring the stored pages of articles up to date with the renderer and the library."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from articles.document import DocumentError
from articles.models import Article
from articles.publishing import rerender


class Command(BaseCommand):
    help = (
        "Render every article anew whose stored page is out of date: after a deployment that changed the renderer, or "
        "a correction in the library. Readers get it at once, as a minor change; drafts stay drafts. Safe beside a "
        "running site; stopped half-way, run it again."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Only say which articles are out of date.")

    def handle(self, *args, dry_run, **options):
        now, renewed, failed = timezone.now(), 0, []
        for article in tqdm(Article.objects.order_by("pk"), unit="article", disable=None):
            try:
                revisions = rerender(article, now=now, is_dry_run=dry_run)
            except DocumentError as error:
                failed.append(f"{article.slug}: {error}")
                continue
            renewed += len(revisions)
            if dry_run and revisions:
                self.stdout.write(f"{article.slug}: revision {', '.join(str(row.number) for row in revisions)}")
        self.stdout.write(f"{renewed} revision(s) {'to render' if dry_run else 'rendered'} anew")
        if failed:
            raise CommandError(f"{len(failed)} article(s) cannot be rendered: {'; '.join(failed)}")
