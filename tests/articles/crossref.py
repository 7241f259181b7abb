"""A stand-in for Crossref: a real HTTP server on this machine that answers as it is told."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


def make_message(**overrides):
    """A work as Crossref describes one; a field given as None is left out."""
    values = {
        "type": "journal-article",
        "title": ["Mucus and <i>L. casei</i>"],
        "container-title": ["Gut"],
        "author": [
            {"family": "Harper", "given": "A.", "sequence": "first", "affiliation": []},
            {"name": "Gut Board", "sequence": "additional"},
        ],
        "issued": {"date-parts": [[2021, 4, 9]]},
        "volume": "70",
        "issue": "4",
        "page": "698-706",
        "URL": "https://doi.org/10.1000/abc",
        "reference": [{"key": "1", "unstructured": "Long."}],
        **overrides,
    }
    return {name: value for name, value in values.items() if value is not None}


class Crossref:
    """Answers by DOI, in `works`, with a message; or with a status, bytes or a pause for any. Counts what was asked."""

    def __init__(self):
        self.works = {}
        self.status, self.body, self.encoding, self.pause = 200, None, None, 0
        self.asked, self.agents = [], []

    def answer(self, handler):
        doi = unquote(handler.path.removeprefix("/works/"))
        self.asked.append(doi)
        self.agents.append(handler.headers["User-Agent"])
        message, body = self.works.get(doi), self.body
        status = self.status if self.status != 200 or message or body is not None else 404
        if body is None:
            body = json.dumps({"status": "ok", "message": message}).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        if self.encoding:
            handler.send_header("Content-Encoding", self.encoding)
        handler.end_headers()
        step = 10 if self.pause else 100_000
        for start in range(0, len(body), step):
            time.sleep(self.pause)
            handler.wfile.write(body[start : start + step])


def serve(crossref):
    """Start the stand-in on a free port, and return the server: its caller shuts it down."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has heard enough
                crossref.answer(self)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server
