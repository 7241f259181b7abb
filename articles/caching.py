"""Public pages, answered from memory while nothing that readers are shown has changed.

A page is kept under a key made of all that it depends on: the release, the content version, the clock's last change,
the address. A key is never wrong, so nothing is ever purged; see docs/architecture.md, "Serving a page".
"""

import gzip
import hashlib
import logging
import os
import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache, wraps
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import brotli
import django
from cachetools import FIFOCache
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from redis.exceptions import RedisError

from articles.models import Article, ContentVersion

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5  # seconds; readers see an editor's change within a second
SHARED_CACHE_RESTS = 30  # seconds after it failed
PATIENCE = 5  # seconds a request waits for another one that is making the same page
FRESH, FRESH_BY_THE_WAY, FRESH_IN_NEED = 300, 60, 86_400  # seconds for browsers and caches in front of us
_OURS_TO_SET = ("Cache-Control", "Content-Length", "ETag", "Expires", "Last-Modified", "Vary")
_PRECONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}
_CONDITIONS = {*_PRECONDITIONS, "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"}
_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


def public_page(*, has_pages: bool = False):
    """Mark a view whose answer is the same for everybody and changes with the content version or the clock only.

    has_pages: ?page=2 and so on lead to further pages. Nothing else of a query reaches the view: what newsletters and
    social networks add to an address makes no other page.
    """

    def mark(view):
        @wraps(view)
        def marked(*args, **kwargs):
            return view(*args, **kwargs)

        marked.has_pages = has_pages
        return marked

    return mark


@dataclass(frozen=True)
class Showing:
    """What readers are shown at present, as a key; since when; and when the clock will change it (None: it won't)."""

    key: str
    since: datetime
    next_change_at: datetime | None

    @cached_property
    def last_modified(self) -> str:
        return http_date(self.since.timestamp())

    def is_over(self, now):
        return self.next_change_at is not None and self.next_change_at <= now


@cache
def release() -> tuple[str, datetime]:
    """Return a hash of what turns content into pages, and when the newest part of it was written."""
    paths = [settings.BASE_DIR / "requirements.txt", settings.STATIC_ROOT / "staticfiles.json"]
    for folder in ("articles", "consultations", "probio", "templates"):
        paths += (path for path in (settings.BASE_DIR / folder).rglob("*.*") if path.suffix != ".pyc")
    paths = sorted(path for path in paths if path.is_file())
    made_with = hashlib.sha256(repr((django.VERSION, settings.SITE_URL, settings.TEAM_EMAIL)).encode())
    for path in paths:
        made_with.update(f"{os.path.relpath(path, settings.BASE_DIR)}\0".encode())
        made_with.update(path.read_bytes())
    return made_with.hexdigest(), datetime.fromtimestamp(max(path.stat().st_mtime for path in paths), UTC)


class Look:
    """What is shown now, asked of the database at most once in LOOK_EVERY seconds, and when the clock changes it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._showing, self._row, self._good_until = None, None, 0.0

    def showing(self, now: datetime) -> Showing:
        """Return what is shown. One query if it is time to look, and one more if something has changed."""
        if self._is_due(now):
            with self._lock:
                if self._is_due(now):
                    self._look(now)
        return self._showing

    def _is_due(self, now):
        return time.monotonic() >= self._good_until or self._showing.is_over(now)

    def _look(self, now):
        good_until = time.monotonic() + LOOK_EVERY  # from before the question: the answer may be that old
        row = ContentVersion.objects.shown_at(now).values_list("token", "shown_since").first()
        row = (*(row or (None, None)), timezone.localdate(now))  # some pages say the year
        if row != self._row or self._showing.is_over(now):
            made_with, released_at = release()
            next_change_at = Article.objects.next_change(now)
            self._showing = Showing(
                # The next change stands in the key as well: it is another one once the clock has passed it.
                key=f"{made_with} {row} {next_change_at}",
                since=max(row[1] or released_at, released_at),
                next_change_at=next_change_at,
            )
            self._row = row
        self._good_until = good_until


class Page(NamedTuple):
    """A page as it is sent, in one content coding."""

    headers: dict
    body: bytes


# In the process itself rather than in Django's cache in memory, which packs and unpacks what it keeps: a tenth of the
# time that answering takes. Reading changes nothing in a FIFOCache, so nobody waits for the lock to do that.
_own_pages, _own_lock = FIFOCache(maxsize=300), threading.Lock()


def forget_own_pages() -> None:
    """Be as a process that has just begun."""
    with _own_lock:
        _own_pages.clear()


class Pages:
    """Pages kept by this process and, while Redis answers, by all of them."""

    def __init__(self):
        self._rests_until, self._has_failed = 0.0, False

    def find(self, key: str) -> Page | None:
        """Return the page kept under a key, or None."""
        page = _own_pages.get(key)
        if page is None and (page := self._ask(lambda shared: shared.get(key))) is not None:
            self._keep_here(key, page)
        return page

    def keep(self, key: str, page: Page):
        self._keep_here(key, page)
        self._ask(lambda shared: shared.set(key, page))

    def _keep_here(self, key, page):
        with _own_lock:
            _own_pages[key] = page

    def _ask(self, question):
        """Return Redis's answer; None while it is away. It is tried again now and then, by one request."""
        if (now := time.monotonic()) < self._rests_until:
            return None
        if self._has_failed:
            self._rests_until = now + SHARED_CACHE_RESTS
        try:
            answer = question(caches["pages"])
        except (RedisError, OSError):
            self._rests_until, self._has_failed = time.monotonic() + SHARED_CACHE_RESTS, True
            logger.warning("cache away: each process keeps its own pages")
            return None
        self._rests_until, self._has_failed = 0.0, False
        return answer


class PageCache:
    """Middleware: answers for views marked `public_page` before sessions, tokens and messages are thought of."""

    def __init__(self, get_response):
        self.get_response = get_response
        self._look, self._pages = Look(), Pages()
        self._locks = [threading.Lock() for _ in range(64)]
        self._has_pages = lru_cache(maxsize=1024)(_has_pages)

    def __call__(self, request):
        query = self._query_of(request)
        if query is None:
            return self.get_response(request)
        now = timezone.now()
        showing = self._look.showing(now)
        # Read from META: to take all headers apart costs as much as to find the page.
        coding = _coding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        key = _key(showing.key, request.scheme, request.path_info, query, coding)
        headers = {
            "Cache-Control": _cache_control(now, showing.next_change_at),
            "ETag": f'"{key}"',
            "Last-Modified": showing.last_modified,
            "Vary": "Accept-Encoding",
        }
        known = request.META.get("HTTP_IF_NONE_MATCH", "")
        if known == headers["ETag"] and _PRECONDITIONS.isdisjoint(request.META):  # so we made it, and it is still right
            return HttpResponseNotModified(headers=headers)
        if headers["ETag"] in known:
            answer = _unless_known(request, HttpResponse(headers=headers), showing)
            if answer.status_code == 304:
                return answer
        page = self._pages.find(key) or self._make(request, query, key, coding)
        if not isinstance(page, Page):
            return page
        return _unless_known(request, HttpResponse(page.body, headers={**page.headers, **headers}), showing)

    def _query_of(self, request) -> str | None:
        """Return what of its query a public page depends on; None for whatever the view answers by itself."""
        if request.method not in ("GET", "HEAD"):
            return None
        try:
            request.get_host()
        except DisallowedHost:  # refused further on, as everywhere
            return None
        has_pages = self._has_pages(request.path_info)
        if has_pages is None:
            return None
        query = request.META.get("QUERY_STRING", "")
        return _page_in(query) if has_pages and query else ""

    def _make(self, request, query, key, coding):
        """Return the page, made by the view and kept from now on; or the view's response, if that must not be kept.

        Whoever asks for a page that is being made waits for it.
        """
        lock = self._locks[hash(key) % len(self._locks)]
        has_lock = lock.acquire(timeout=PATIENCE)
        try:
            if (page := self._pages.find(key)) is not None:
                return page
            # The page must not depend on how this visitor called us, or for what: others will be given it.
            request.META["HTTP_HOST"], request.META["QUERY_STRING"] = urlsplit(settings.SITE_URL).netloc, query
            response = self.get_response(request)
            if not _may_be_kept(response):
                return response
            page = _packed(response, coding)
            self._pages.keep(key, page)
            return page
        finally:
            if has_lock:
                lock.release()


def _has_pages(path) -> bool | None:
    """Return whether the public page at an address has further pages; None when it is no public page's."""
    try:
        return getattr(resolve(path).func, "has_pages", None)
    except Resolver404:
        return None


def _page_in(query: str) -> str | None:
    """Return the page number that a query asks for, as a query; "" for the first, None for one that is none."""
    number = parse_qs(query, keep_blank_values=True).get("page", ["1"])[-1]
    if number == "1":
        return ""
    return f"page={number}" if _PAGE_NUMBER.fullmatch(number) else None


@lru_cache(maxsize=1024)
def _key(shown: str, scheme: str, path: str, query: str, coding: str) -> str:
    return f"{hashlib.sha256(f'{shown} {scheme} {path}?{query}'.encode()).hexdigest()[:32]}-{coding}"


def _cache_control(now, next_change_at):
    """Let nobody keep a page past the clock's next change, however little time that leaves."""
    left = int((next_change_at - now).total_seconds()) if next_change_at else FRESH + FRESH_BY_THE_WAY
    fresh = min(FRESH, left)
    by_the_way = min(FRESH_BY_THE_WAY, left - fresh)
    return f"public, max-age={fresh}, stale-while-revalidate={by_the_way}, stale-if-error={FRESH_IN_NEED}"


@lru_cache(maxsize=256)
def _coding(accepted: str) -> str:
    """Return the best of our content codings that an Accept-Encoding allows."""
    names = set()
    for choice in accepted.lower().split(","):
        name, _, weight = choice.partition(";")
        if not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight):
            names.add(name.strip())
    return next((coding for coding in ("br", "gzip") if coding in names), "identity")


def _may_be_kept(response):
    control = response.headers.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not {name.strip().lower() for name in response.headers.get("Vary", "").split(",")} - {"", "accept-encoding"}
        and "Content-Encoding" not in response.headers
        and "no-store" not in control
        and "private" not in control
    )


def _packed(response, coding):
    headers = {name: value for name, value in response.headers.items() if name not in _OURS_TO_SET}
    body = response.content
    if coding == "br":
        body = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
    elif coding == "gzip":
        body = gzip.compress(body, compresslevel=6, mtime=0)
    if coding != "identity":
        headers["Content-Encoding"] = coding
    return Page({**headers, "Content-Length": str(len(body))}, body)


def _unless_known(request, response, showing):
    """Return the response, or 304 when the visitor has it already."""
    if _CONDITIONS.isdisjoint(request.META):
        return response
    etag, since = response.headers["ETag"], int(showing.since.timestamp())
    return get_conditional_response(request, etag=etag, last_modified=since, response=response)
