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


class HideSecretLinks(logging.Filter):
    """Cut the token out of every address that opens somebody's booking: Django logs the path of a refused request."""

    _token = re.compile(r"(/consultations/(?:manage|address|waitlist|feedback)/)[^/\s?]{40,}")

    def filter(self, record):
        message = record.getMessage()
        hidden = self._token.sub(r"\1…", message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True
