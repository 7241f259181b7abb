"""Write every message, with sample people, as files to look at: `make mail-preview`."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from tqdm import tqdm

from consultations import emails
from consultations.preview import owe_one_of_each


class Command(BaseCommand):
    help = "Render every message into a folder, on a database made for it and dropped afterwards."

    def add_arguments(self, parser):
        parser.add_argument("--folder", type=Path, default=settings.LOCAL_DIR / "mail-preview")

    def handle(self, *args, folder, **options):
        folder.mkdir(parents=True, exist_ok=True)
        name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            pages = self._write(folder)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)
        (folder / "index.html").write_text(render_to_string("consultations/emails/_index.html", {"pages": pages}))
        self.stdout.write(f"{len(pages)} messages: open {folder / 'index.html'}")

    def _write(self, folder):
        today = timezone.now().astimezone(UTC).date()
        monday = datetime.combine(today + timedelta(days=7 - today.weekday()), time(8), UTC)
        pages = []
        for email in tqdm(owe_one_of_each(now=monday), unit="message", disable=None):
            message = emails.compose(email)
            files = {f"{email.kind}.txt": message.body}
            for alternative in message.alternatives:
                files[f"{email.kind}.{'html' if alternative.mimetype == 'text/html' else 'ics'}"] = alternative.content
            for file, content in files.items():
                (folder / file).write_text(content)
            pages.append({"name": email.get_kind_display(), "subject": message.subject, "files": list(files)})
        return pages
