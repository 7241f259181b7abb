"""The reader's half: articles, their revisions, references and figures."""
