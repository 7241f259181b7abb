"""Images in a bucket: set by the environment alone, over the protocol that S3 and its like speak."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.test_settings import GOOD, ROOT

SCRIPT = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
print(default_storage.exists("a/480.avif"))
default_storage.save("a/480.avif", ContentFile(b"first"))
default_storage.save("a/480.avif", ContentFile(b"second"))
storages["originals"].save("a.jpg", ContentFile(b"original"))
print(default_storage.exists("a/480.avif"), default_storage.size("a/480.avif"))
print(default_storage.open("a/480.avif").read(), storages["originals"].open("a.jpg").read())
try:
    default_storage.open("a.jpg")
except FileNotFoundError:
    print("not found")
"""


class Bucket(BaseHTTPRequestHandler):
    """The four requests that our storages make of an S3 server."""

    objects: dict[str, bytes]
    headers_seen: list

    def do_PUT(self):
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.headers_seen.append(self.headers)
        self._answer(200, b"")

    def do_GET(self):
        content = self.objects.get(self.path.partition("?")[0])
        self._answer(404 if content is None else 200, content or b"")

    do_HEAD = do_GET

    def _answer(self, status, content):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Wed, 25 Nov 2026 08:00:00 GMT")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture
def bucket():
    handler = type("Handler", (Bucket,), {"objects": {}, "headers_seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    handler.address = f"http://127.0.0.1:{server.server_port}"
    yield handler
    server.shutdown()


def test_images_are_kept_in_a_bucket_when_one_is_named(bucket):
    environment = {
        **GOOD,
        "MEDIA_BUCKET": "pictures",
        "AWS_ENDPOINT_URL_S3": bucket.address,
        "AWS_ACCESS_KEY_ID": "only-for-this-test",
        "AWS_SECRET_ACCESS_KEY": "only-for-this-test",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",  # the bucket above does not read chunks with trailers
    }
    command = [sys.executable, "manage.py", "shell", "--no-imports", "--command", SCRIPT]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["False", "True 6", "b'second' b'original'", "not found"], done.stderr
    assert bucket.objects == {"/pictures/shown/a/480.avif": b"second", "/pictures/originals/a.jpg": b"original"}
    assert not any("x-amz-acl" in headers for headers in bucket.headers_seen)  # private, unless the bucket says else
