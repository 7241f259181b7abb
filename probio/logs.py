"""What log lines leave out, and how they are written when a machine reads them (LOG_FORMAT=json)."""

import json
import logging
import re
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message, and the traceback if there is one."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


_TOKEN = re.compile(r"(/consultations/(?:manage|address|waitlist|feedback|diary)/|/articles/preview/)[^/\s?]{40,}")


def hide_secret_links(text: str) -> str:
    """Cut the token out of every address in a text that opens a booking, a diary or an unpublished article."""
    return _TOKEN.sub(r"\1…", text)


class HideSecretLinks(logging.Filter):
    """Cut the tokens out of log lines: Django logs the path of a refused request."""

    def filter(self, record):
        message = record.getMessage()
        hidden = hide_secret_links(message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True
