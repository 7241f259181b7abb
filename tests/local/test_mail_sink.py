import re
import shutil
import smtplib
import socket
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from probio.local.processes import wait_until
from probio.local.servers import mail_sink
from tests.conftest import wait_for


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "my site" / "mail"


@pytest.fixture
def sink(folder, unused_tcp_port):
    """The real sink, in a process of its own; the port it listens on."""
    program = mail_sink(unused_tcp_port, folder)
    program.is_quiet = True
    program.start()
    assert wait_until(lambda: listens(unused_tcp_port), program, seconds=10), program.last_lines
    yield unused_tcp_port
    program.ask_to_stop()
    program.end(seconds=2)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def send(port, subject="Your consultation", to=("amara@example.com",)):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "hello@example.com", to[0]
    message.set_content("Grüße\n.a line that begins with a dot\n")
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.send_message(message, to_addrs=list(to))


def test_message_is_kept_as_sent_with_its_envelope(sink, folder):
    send(sink, to=("amara@example.com", "hidden@example.com"))
    [file] = folder.iterdir()
    kept = message_from_bytes(file.read_bytes(), policy=default)
    assert kept["X-Envelope-To"] == "amara@example.com, hidden@example.com"
    assert (kept["Subject"], kept["To"]) == ("Your consultation", "amara@example.com")
    assert kept.get_content().splitlines() == ["Grüße", ".a line that begins with a dot"]


def test_file_names_sort_by_time_and_hold_no_word_of_the_message(sink, folder):
    for subject in ("first", "../../second", "third"):
        send(sink, subject)
    files = sorted(folder.iterdir())
    subjects = [message_from_bytes(file.read_bytes(), policy=default)["Subject"] for file in files]
    assert subjects == ["first", "../../second", "third"]
    assert all(re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{6}\.eml", file.name) for file in files)


def test_message_that_cannot_be_kept_is_refused_for_now(sink, folder):
    shutil.rmtree(folder)
    with pytest.raises(smtplib.SMTPDataError, match="cannot keep the message: No such file") as caught:
        send(sink)
    assert caught.value.smtp_code == 452
    folder.mkdir()
    send(sink)
    assert len(list(folder.iterdir())) == 1


def test_sink_asked_to_stop_is_gone_within_a_second(folder, unused_tcp_port):
    program = mail_sink(unused_tcp_port, folder)
    program.start()
    assert wait_until(lambda: listens(unused_tcp_port), program, seconds=10)
    program.ask_to_stop()
    wait_for(lambda: not program.is_running(), seconds=1, what="the sink to end")
    assert program.last_lines == []
