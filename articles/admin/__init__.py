"""The editors' back office. Importing the modules registers them."""

from articles.admin import (  # noqa: F401
    articles,
    figures,
    glossary,
    library,
    reading,
    references,
    revisions,
)
