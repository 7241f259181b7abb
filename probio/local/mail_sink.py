"""An SMTP server that keeps every message as a file and sends none on: `python -m probio.local.mail_sink PORT DIR`."""

import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from aiosmtpd.controller import Controller


class KeepInFolder:
    """Write each accepted message as <UTC time>-<id>.eml, whole or not at all."""

    def __init__(self, folder: Path):
        self.folder = folder

    async def handle_DATA(self, server, session, envelope):
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:6]}.eml"
        recipients = ", ".join(envelope.rcpt_tos).encode()
        scratch = self.folder / f".{name}"
        try:
            scratch.write_bytes(b"X-Envelope-To: " + recipients + b"\r\n" + envelope.original_content)
            scratch.rename(self.folder / name)
        except OSError as error:
            scratch.unlink(missing_ok=True)
            return f"452 cannot keep the message: {error.strerror}"
        return "250 kept"


def main():
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(KeepInFolder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
