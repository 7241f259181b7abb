"""How static files are stored in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Content-hashed names, gzip and brotli beside each file, imports inside ES modules rewritten too."""

    support_js_module_import_aggregation = True
