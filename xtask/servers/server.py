"""What all servers have in common: they are started, waited for, paused, killed, started again and ended.

Waiting is written as generators that yield while there is nothing to do but wait, so that all servers come up side by
side in one thread; a second thread would be the parent that some of them die with.
"""

import os
import signal
import subprocess
import time

from system import Failure, die_with_parent, free_port, holds_port, signal_family

PATIENCE_SECONDS = 90
ATTEMPTS = 5
LINES_OF_LOG = 40


class Ended(Failure):
    """The server ended by itself."""


class Server:
    """One server: its folder, its port, its process and its log."""

    name = "server"
    stop_signal = signal.SIGKILL
    needs_certificates = False

    def __init__(self, folder, certificates):
        self.folder = folder / self.name
        self.folder.mkdir()
        self.log = folder / f"{self.name}.log"
        self.certificates = certificates
        self.port = None
        self.process = None
        self.is_paused = False
        self.is_killed = False

    # What each server says of itself.

    def prepare(self):
        """Makes ready, once, what every start needs; yields while it waits."""
        yield from ()

    def configure(self):
        """Writes what the program reads, for the port of this attempt."""

    def command(self):
        """Returns the program and its arguments."""
        raise NotImplementedError

    def environment(self):
        """Returns what the program's environment has besides the usual."""
        return {}

    def credentials(self):
        """Returns as whom the program runs, in the words of `subprocess`."""
        return {}

    def answers(self):
        """Asks once; whoever does not answer is asked again."""
        raise NotImplementedError

    def welcome(self):
        """Does what is to be done after the first start; yields while it waits."""
        yield from ()

    def welcome_back(self):
        """Does what is to be done after each further start."""
        yield from ()

    def facts(self):
        """Returns what a test must know in order to use the server."""
        raise NotImplementedError

    # What is done with it.

    def come_up(self):
        """Starts it, on another port when the first one is taken; yields while it waits."""
        yield from self.prepare()
        for attempt in range(ATTEMPTS):
            self.port = free_port()
            self.configure()
            self.start()
            try:
                yield from self.until("answer", self.is_up)
                break
            except Ended:
                if attempt + 1 == ATTEMPTS or "in use" not in self.tail().lower():
                    raise
        yield from self.welcome()

    def come_back(self):
        """Starts it again, on the same port and with the same data."""
        self.kill()
        self.start()
        yield from self.until("answer", self.is_up)
        yield from self.welcome_back()

    def start(self):
        # Nothing is inherited: no proxy, no account, no home, no settings of whoever runs the tests.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "LANG": "C.UTF-8"}
        environment |= {"TMPDIR": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"} | self.environment()
        with open(self.log, "ab") as log:
            try:
                self.process = subprocess.Popen(
                    [str(word) for word in self.command()], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env=environment, cwd=self.folder, preexec_fn=die_with_parent, **self.credentials(),
                )
            except OSError as error:
                raise Failure(f"{self.name} cannot be started: {error}") from error
        self.is_paused = self.is_killed = False

    def is_up(self):
        try:
            return self.answers() and holds_port(self.process.pid, self.port)
        except OSError:
            return False

    def until(self, what, probe):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not probe():
            if self.process.poll() is not None:
                raise Ended(f"{self.name} {self.how_it_ended()}")
            if time.monotonic() > deadline:
                raise Failure(f"{self.name} did not {what} within {PATIENCE_SECONDS} s; {self.end_of_log()}")
            yield

    def pause(self):
        """Stops its processes where they are: it accepts connections and never answers."""
        signal_family(self.running().pid, signal.SIGSTOP)
        self.is_paused = True

    def resume(self):
        signal_family(self.running().pid, signal.SIGCONT)
        self.is_paused = False

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            signal_family(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.is_killed = True

    def end(self):
        """Asks it to end, in the way in which it ends quickest and leaves nothing behind."""
        if self.process is None or self.process.poll() is not None:
            return
        if self.stop_signal != signal.SIGKILL:
            signal_family(self.process.pid, signal.SIGCONT)
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(timeout=3)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def running(self):
        if self.process is None or self.process.poll() is not None:
            raise Failure(f"{self.name} is not running")
        return self.process

    def state(self):
        """Says how it is, in a word or two."""
        if self.process is None or self.process.poll() is not None:
            return "ended"
        if self.is_paused:
            return "paused"
        return self.state_when_running()

    def state_when_running(self):
        return "answers" if self.is_up() else "does not answer"

    def casualty(self):
        """Says how it ended when nobody asked it to."""
        if self.process is None or self.is_killed or self.process.poll() is None:
            return None
        return f"{self.name} {self.how_it_ended()}"

    def how_it_ended(self):
        return f"ended by itself with {self.process.returncode}; {self.end_of_log()}"

    def end_of_log(self):
        return f"the end of its log:\n{self.tail()}"

    def tail(self):
        lines = self.log.read_text(errors="replace").splitlines()[-LINES_OF_LOG:]
        return "\n".join(f"  {line}" for line in lines) if lines else "  (it is empty)"
