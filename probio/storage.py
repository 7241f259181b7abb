"""How static files are stored in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Content-hashed names, gzip and brotli beside each file, imports inside ES modules rewritten too."""

    support_js_module_import_aggregation = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name, force=False):
        """Return a file's address, worked out once: a page asks for some twenty, and they change with a release."""
        if name not in self._urls:
            self._urls[name] = super().url(name, force)
        return self._urls[name]
