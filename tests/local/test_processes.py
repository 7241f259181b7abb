"""Programs that cannot outlive us. A script in a process of its own stands for a supervisor that dies."""

import os
import signal
import time

import pytest

from probio.local.processes import Program, Supervisor, run_in_front, run_once, somebody_ordinary, wait_until
from tests.conftest import wait_for
from tests.local.stack import children, is_living, start_python

SLEEP = ["sleep", "60"]


def shell(name, script, **options):
    return Program(name, ["sh", "-c", script], **options)


@pytest.fixture
def supervisor():
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def test_program_gets_its_input_and_its_last_words_are_kept():
    program = Program("cat", ["cat"], input="1\n2\n3\n4\n5\n6\n", is_quiet=True)
    program.start()
    wait_for(lambda: program.last_lines == ["2", "3", "4", "5", "6"], seconds=5, what="five lines")
    program.end(seconds=1)


def test_program_that_talks_is_heard_under_its_name(capsys):
    program = shell("parrot", "echo hello")
    program.start()
    wait_for(lambda: "parrot | hello\n" in capsys.readouterr().out, seconds=5, what="its word")
    program.end(seconds=1)


def test_supervisor_starts_a_killed_program_again_within_two_seconds(supervisor):
    program = Program("sleeper", SLEEP)
    supervisor.start(program)
    killed = program.process.pid
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: program.is_running() and program.process.pid != killed, seconds=2, what="another process")


def test_supervisor_goes_on_with_the_others_when_one_cannot_start(supervisor, tmp_path):
    command = tmp_path / "command"
    command.write_text("#!/bin/sh\nexec sleep 60\n")
    command.chmod(0o700)
    broken, sound = Program("broken", [str(command)]), Program("sound", SLEEP)
    supervisor.start(broken)
    supervisor.start(sound)
    killed = sound.process.pid
    command.unlink()
    for program in (broken, sound):
        program.process.kill()
    wait_for(lambda: sound.process.pid != killed, seconds=3, what="the sound one")
    assert (sound.is_running(), broken.is_running()) == (True, False)


def test_supervisor_stops_the_base_after_all_others(tmp_path):
    record, supervisor = tmp_path / "record", Supervisor()
    for name, is_base in (("server", True), ("site", False)):
        script = f"trap 'sleep 0.2; echo {name} >> {record}; exit' TERM; echo ready; while :; do sleep 0.05; done"
        program = shell(name, script, is_base=is_base, is_quiet=True)
        supervisor.start(program)
        wait_for(lambda lines=program: lines.last_lines, seconds=5, what="its trap")
    supervisor.stop()
    assert record.read_text().split() == ["site", "server"]


def test_supervisor_stops_a_program_it_started_again_as_it_would_the_first(tmp_path):
    record, supervisor = tmp_path / "record", Supervisor()
    traps = "".join(f"trap 'echo {name} >> {record}; exit' {name}; " for name in ("TERM", "INT"))
    program = shell("healed", f"{traps} echo $$; while :; do sleep 0.05; done", is_quiet=True)
    supervisor.start(program)
    wait_for(lambda: program.last_lines, seconds=5, what="the first one's trap")
    program.process.kill()
    wait_for(lambda: program.last_lines[1:], seconds=5, what="the second one's trap")
    supervisor.stop()
    assert record.read_text().split() == ["TERM"]


def test_supervisor_stop_kills_what_is_deaf_and_what_it_left_behind(tmp_path):
    supervisor = Supervisor()
    program = shell("deaf", "trap '' TERM INT; sleep 60 & echo $!; wait", is_quiet=True)
    supervisor.start(program)
    wait_for(lambda: program.last_lines, seconds=5, what="the grandchild's number")
    started = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - started < 5
    assert not is_living(program.process.pid)
    wait_for(lambda: not is_living(program.last_lines[0]), seconds=1, what="the grandchild to end")


def test_supervisor_stopped_starts_nothing_again():
    supervisor = Supervisor()
    program = Program("sleeper", SLEEP)
    supervisor.start(program)
    supervisor.stop()
    time.sleep(1)  # two looks of the watcher
    assert not program.is_running()


def test_wait_until_gives_up_at_once_on_a_program_that_ended():
    program = shell("brief", "exit 3")
    program.start()
    started = time.monotonic()
    assert not wait_until(lambda: False, program, seconds=30)
    assert time.monotonic() - started < 5


SUPERVISE_A_SLEEPER = """
from probio.local.processes import Program, Supervisor, somebody_ordinary
import time
supervisor = Supervisor()
program = Program("sleeper", ["sleep", "60"], runs_as=RUNS_AS)
supervisor.start(program)
print(program.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("runs_as", ["somebody_ordinary()", "Program.runs_as"])
def test_kill_9_of_the_supervisor_ends_its_programs(runs_as):
    script = start_python("-c", SUPERVISE_A_SLEEPER.replace("RUNS_AS", runs_as))
    sleeper = script.stdout.readline().strip()
    assert is_living(sleeper)
    script.kill()
    script.wait()
    wait_for(lambda: not is_living(sleeper), seconds=5, what="the sleeper to end")


def test_death_of_our_parent_is_a_request_to_stop():
    inner = "from probio.local.processes import stop_when_asked; import time; stop_when_asked(); "
    inner += "print('up', flush=True); time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.call([sys.executable, '-c', {inner!r}])"
    parent = start_python("-c", outer)
    assert parent.stdout.readline() == "up\n"
    [child] = children(parent.pid)
    parent.kill()
    wait_for(lambda: not is_living(child), seconds=5, what="the child to end")
    parent.wait()


def test_interrupt_that_python_lost_is_raised_at_the_next_wait():
    script = """
import os, signal
from probio.local.processes import Program, stop_when_asked, wait_until
stop_when_asked()
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("lost")
program = Program("sleeper", ["sleep", "60"])
program.start()
try:
    wait_until(lambda: True, program, seconds=5)
except KeyboardInterrupt:
    print("raised again")
"""
    assert start_python("-c", script).communicate()[0] == "lost\nraised again\n"


def test_supervisor_goes_on_when_nobody_can_hear_it(tmp_path):
    script = f"""
from probio.local.processes import Program, Supervisor
import time
Supervisor().start(Program("talker", ["sh", "-c", "echo run >> {tmp_path}/record; echo words"]))
time.sleep(60)
"""
    process = start_python("-c", script)
    process.stdout.close()
    try:
        wait_for(lambda: (tmp_path / "record").exists(), seconds=5, what="the first run")
        wait_for(lambda: (tmp_path / "record").read_text().count("run") >= 2, seconds=5, what="the second run")
    finally:
        process.kill()
        process.wait()


def test_run_in_front_returns_the_commands_exit_code():
    assert run_in_front(["sh", "-c", "exit $CODE"], {"CODE": "7"}) == 7


def test_run_in_front_does_not_outlive_us():
    script = start_python("-c", "from probio.local.processes import run_in_front; run_in_front(['sleep', '60'], {})")
    wait_for(lambda: "sleep 60 " in children(script.pid).values(), seconds=5, what="the command")
    [command] = children(script.pid)
    script.kill()
    script.wait()
    wait_for(lambda: not is_living(command), seconds=5, what="the command to end")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs to be somebody else")
def test_somebody_ordinary_is_not_root():
    assert run_once(["id", "-u"], runs_as=somebody_ordinary()).stdout.strip() not in ("", "0")
