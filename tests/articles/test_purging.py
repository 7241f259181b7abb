"""A CDN is told once for each change, whoever or whatever made it."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.cache import cache
from django.utils import timezone

from articles.purging import purge_if_changed
from tests.articles.factories import make_live_article

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cdn(settings):
    """A stand-in for a CDN: a real HTTP server that notes what it is told, and answers with `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.told.append((self.path, self.headers["Authorization"], body))
            self.send_response(server.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    cache.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.told, server.status = [], 200
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.CDN_PURGE_URL = f"http://127.0.0.1:{server.server_port}/purge"
    settings.CDN_PURGE_TOKEN = "only-the-cdn-knows"
    yield server
    server.shutdown()
    server.server_close()


def test_cdn_is_told_once_of_what_an_editor_published(cdn):
    now = timezone.now()
    make_live_article()
    assert purge_if_changed(now)
    assert cdn.told == [("/purge", "Bearer only-the-cdn-knows", {"purge_everything": True})]
    assert not purge_if_changed(now)
    make_live_article()
    assert purge_if_changed(now)
    assert len(cdn.told) == 2


def test_cdn_is_told_when_the_clock_shows_something_else(cdn):
    now = timezone.now()
    make_live_article(publish_at=now + timedelta(hours=1))
    assert purge_if_changed(now)
    assert not purge_if_changed(now)
    assert purge_if_changed(now + timedelta(hours=2))


def test_cdn_that_fails_is_told_again_and_its_token_is_in_no_log(cdn, caplog):
    make_live_article()
    cdn.status = 500
    assert not purge_if_changed(timezone.now())
    assert "was not told" in caplog.text
    assert "only-the-cdn-knows" not in caplog.text
    cdn.status = 200
    assert purge_if_changed(timezone.now())
    assert len(cdn.told) == 2


def test_cdn_that_is_away_is_in_nobodys_way(settings, unused_tcp_port):
    cache.clear()
    settings.CDN_PURGE_URL = f"http://127.0.0.1:{unused_tcp_port}/purge"
    assert not purge_if_changed(timezone.now())
