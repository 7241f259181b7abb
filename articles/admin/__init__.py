"""The editors' back office. Importing the modules registers them."""

from articles.admin import articles, figures, glossary, library, references, revisions  # noqa: F401
