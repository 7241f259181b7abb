"""Reading an article over HTTP against a view that returns the same bytes as a constant: `make bench`."""

import socket
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from articles.caching import forget_own_pages
from articles.models import Article, Revision
from bench.server import serving

CLIENTS = 4
# Rounds, and requests a round: many short ones, each beside the constant, since the machine is shared.
KEPT, MADE = (25, 400), (5, 120)
LIST = "/articles/"
CODING = "br"


def run():
    call_command("load_sample_articles")
    article = Article.objects.get(slug="gut-microbiome-fighting-viruses")
    path = article.get_absolute_url()
    copies = _copy(article, MADE[0] * MADE[1])
    with tempfile.NamedTemporaryFile() as file, serving("probio.wsgi", LOG_FORMAT="json") as port:
        head, body = Reader(port).get(path)
        Path(file.name).write_bytes(body)
        etag = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("etag: "))
        with serving("bench.constant", BENCH_CONSTANT=file.name) as yardstick:
            ask = _Beside(port, yardstick, path)
            rates = {
                "hit": ask(KEPT, lambda count: [path] * count),
                "304": ask(KEPT, lambda count: [(path, etag)] * count),
                "miss": ask(MADE, lambda count: [copies.pop() for _ in range(count)]),
            }
    print(f"  reading, a page of {len(body) / 1000:.1f} kB with brotli, {CLIENTS} connections")
    for kind, (rate, ratio) in rates.items():
        print(f"    {kind:<21} {rate:5.0f}/s = {ratio:.2f} x constant")
    print(f"    queries               {_queries(path)}")


def _copy(article, count):
    """Return the addresses of so many live copies of an article: pages that nobody has asked for yet."""
    articles = Article.objects.bulk_create(
        Article(slug=f"copy-{n}", topic=article.topic, cover=article.cover) for n in range(count)
    )
    columns = [field.attname for field in Revision._meta.concrete_fields if not field.generated]
    shown = {name: getattr(article.live_revision, name) for name in columns}
    del shown["id"], shown["article_id"]
    revisions = Revision.objects.bulk_create(Revision(article=copy, **shown) for copy in articles)
    for copy, revision in zip(articles, revisions, strict=True):
        copy.live_revision, copy.publish_at, copy.changed_at = revision, article.publish_at, article.changed_at
    Article.objects.bulk_update(articles, ["live_revision", "publish_at", "changed_at"], batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return [copy.get_absolute_url() for copy in articles]


class _Beside:
    """Measures requests to the site, each round beside as many to the constant."""

    def __init__(self, port, yardstick, path):
        self.port, self.yardstick, self.path = port, yardstick, path
        for each in (port, yardstick):
            _rate(each, [path] * KEPT[1])  # warm

    def __call__(self, how_many, make):
        """Return how many a second, and the ratio to the constant: medians of the rounds."""
        rounds, count = how_many
        rates, ratios = [], []
        for _ in range(rounds):
            constant = _rate(self.yardstick, [self.path] * count)
            rates.append(_rate(self.port, make(count)))
            ratios.append(rates[-1] / constant)
        return statistics.median(rates), statistics.median(ratios)


class Reader:
    """One connection that is kept open, with as little work at this end as can be: the machine is shared."""

    def __init__(self, port):
        self.port, self.socket = port, None

    def get(self, path, etag=""):
        known = f"If-None-Match: {etag}\r\n" if etag else ""
        request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: {CODING}\r\n{known}\r\n".encode()
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        head = head.decode()
        assert head.startswith(("HTTP/1.1 200", "HTTP/1.1 304")), head
        length = 0 if " 304 " in head[:15] else int(head.lower().partition("content-length: ")[2].partition("\r")[0])
        while len(body) < length:
            body += self._receive()
        if "connection: close" in head.lower():
            self.socket.close()
            self.socket = None
        return head, body

    def _receive(self):
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionError("the server hung up")
        return received


def _rate(port, requests):
    """Return how many of the requests a second the connections manage between them."""
    shares = [requests[n::CLIENTS] for n in range(CLIENTS)]

    def read(share):
        reader = Reader(port)
        for request in share:
            reader.get(*([request] if isinstance(request, str) else request))

    with ThreadPoolExecutor(CLIENTS) as pool:
        started = time.perf_counter()
        list(pool.map(read, shares))
        return len(requests) / (time.perf_counter() - started)


def _queries(path):
    """Return in words how many queries each kind of answer takes once the process has looked."""
    client, counts = Client(), {}
    etag = client.get(path)["ETag"]
    caches["pages"].clear()
    forget_own_pages()
    for kind, url, headers in [
        ("304", path, {"if-none-match": etag}),
        ("miss", path, {}),
        ("hit", path, {}),
        ("list", LIST, {}),
    ]:
        with CaptureQueriesContext(connection) as queries:
            client.get(url, headers=headers)
        counts[kind] = len(queries)
    return ", ".join(f"{kind} {count}" for kind, count in counts.items())
