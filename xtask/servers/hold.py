"""Holds the servers that tests run against: starts them, says where they are, and ends them with itself.

    hold.py [--stay] [--given NAME=FILE]... NAME...

When all answer, one line of JSON says how to reach each. Then each line on standard input is an order (`pause NAME`,
`resume NAME`, `kill NAME`, `restart NAME`, `status`), answered by a line of JSON. All end when standard input is closed;
with --stay, orders come through the socket `orders` in the folder, and `end` ends all. A server that is given is one
that runs already: FILE has what its line would say. Whatever becomes of this program, the servers end with it.

Everything here is Python's own library; the program needs no wheel, the servers do.
"""

import fcntl
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from certificates import Certificates, write_private
from ministack import Ministack
from moto import Moto
from openbao import OpenBao
from postgres import Postgres
from system import Failure, is_listening
from valkey import Valkey

KNOWN = {server.name: server for server in (OpenBao, Postgres, Moto, Ministack, Valkey)}
FOLDERS = "xtask-servers-"


class Given:
    """A server that somebody else runs; it is neither harmed nor ended."""

    def __init__(self, name, file):
        self.name = name
        try:
            self.said = json.loads(Path(file).read_text())
            address = self.said.get("address") or self.said.get("endpoint") or f"//{self.said['host']}:{self.said['port']}"
            self.port = urlsplit(address).port
            self.host = urlsplit(address).hostname
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            # The file may hold a token: what is wrong with it is told by the kind of error alone.
            raise Failure(f"{file}, which is given for {name}, does not say where it is ({type(error).__name__})") from None

    def come_up(self):
        if self.state() != "answers":
            raise Failure(f"{self.name}, which is given, does not answer at {self.host}:{self.port}")
        yield from ()

    def state(self):
        try:
            socket.create_connection((self.host, self.port), timeout=5).close()
            return "answers"
        except OSError:
            return "does not answer"

    def facts(self):
        return self.said

    def casualty(self):
        return None

    def end(self):
        pass


class Hold:
    """The servers of one run and their folder."""

    def __init__(self, names, given):
        sweep()
        # Short, since paths of sockets are; and where another user may pass, since PostgreSQL is one.
        self.folder = Path(tempfile.mkdtemp(prefix=FOLDERS))
        self.servers = {}
        # Held for as long as this program runs, and let go by the system whatever ends it.
        self.lock = open(self.folder / "lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.folder.chmod(0o711)
        kinds = {name: KNOWN[name] for name in names if name not in given}
        needs_certificates = any(kind.needs_certificates for kind in kinds.values())
        certificates = Certificates(self.folder / "certificates") if needs_certificates else None
        for name in names:
            kind = kinds.get(name)
            self.servers[name] = kind(self.folder, certificates) if kind else Given(name, given[name])

    def facts(self):
        told = {"schema": 1, "folder": str(self.folder)}
        for name, server in self.servers.items():
            told[name] = server.facts()
            if not isinstance(server, Given):
                told[name]["pid"] = server.process.pid
        return told

    def obey(self, order, orders):
        verb, _, name = order.partition(" ")
        if verb == "status":
            return {name: server.state() for name, server in self.servers.items()}
        server = self.servers.get(name)
        if server is None or verb not in ("pause", "resume", "kill", "restart"):
            return {"error": f"cannot understand `{order}`"}
        if isinstance(server, Given):
            return {"error": f"{name} is given, and is left alone"}
        try:
            if verb == "restart":
                orders.wait_for([server.come_back()])
            else:
                getattr(server, verb)()
        except Failure as failure:
            return {"error": str(failure)}
        return {"done": order, "pid": server.process.pid}

    def casualties(self):
        return list(filter(None, (server.casualty() for server in self.servers.values())))

    def end(self):
        for server in self.servers.values():
            server.end()
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep():
    """Removes the folders of those that were killed: nobody holds their lock, and they are not just being made."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*"):
        try:
            if time.time() - folder.stat().st_mtime < 60:
                continue
            with open(folder / "lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        shutil.rmtree(folder, ignore_errors=True)


class Orders:
    """Where orders come from and answers go: the standard streams."""

    def __init__(self):
        self.buffer = b""
        self.is_open = True

    def wait_for(self, work):
        """Goes round the work until all of it is done; ends at once when there is nobody any more to do it for."""
        while work:
            work = [piece for piece in work if next(piece, self) is not self]
            self.look(0.02 if work else 0)
            if not self.is_open:
                raise SystemExit(0)

    def look(self, seconds):
        ready, _, _ = select.select([0], [], [], seconds)
        if ready:
            read = os.read(0, 4096)
            self.buffer += read
            self.is_open = bool(read)

    def next(self):
        """Returns the next order, with what takes its answer; `None` at the end."""
        while b"\n" not in self.buffer and self.is_open:
            self.look(None)
        order, newline, rest = self.buffer.partition(b"\n")
        if not newline:
            return None
        self.buffer = rest
        return order.decode(errors="replace").strip(), say


class OrdersBySocket:
    """The same for servers that stay: a socket in their folder, one order a connection."""

    def __init__(self, folder):
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self.socket.bind(str(folder / "orders"))
        except OSError as error:
            raise Failure(f"no orders can be taken in {folder}: {error}; a shorter TMPDIR may help") from None
        os.chmod(folder / "orders", 0o600)
        self.socket.listen()
        self.connection = None

    def wait_for(self, work):
        while work:
            work = [piece for piece in work if next(piece, self) is not self]
            time.sleep(0.02 if work else 0)

    def next(self):
        while True:
            self.connection, _ = self.socket.accept()
            self.connection.settimeout(5)
            try:
                order = self.connection.recv(4096).decode(errors="replace").strip()
            except OSError:
                continue
            # The connection of `end` stays open: that it closes says that all have ended.
            return None if order == "end" else (order, self.answer)

    def answer(self, said):
        try:
            with self.connection:
                self.connection.sendall(json.dumps(said).encode() + b"\n")
        except OSError:
            pass


def say(said):
    print(json.dumps(said), flush=True)


def main(arguments):
    """Returns the exit code; what has failed is said on standard output, where whoever started this reads."""
    try:
        return hold(arguments)
    except Failure as failure:
        print(f"error: {failure}", flush=True)
        return 1


def hold(arguments):
    does_stay = "--stay" in arguments
    given, names = {}, []
    rest = iter(word for word in arguments if word != "--stay")
    for word in rest:
        if word == "--given":
            name, _, file = next(rest, "").partition("=")
            given[name] = file
        else:
            names.append(word)
    unknown = [name for name in [*names, *given] if name not in KNOWN]
    if unknown or not names:
        raise Failure(f"cannot start {', '.join(unknown) or 'nothing'}; there are {', '.join(KNOWN)}")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        # A group of its own: a Ctrl-C on the terminal is for whoever started this, whose end is then noticed.
        os.setpgid(0, 0)
    except OSError:
        pass
    held = Hold(names, given)
    orders = None
    try:
        # Kept here until all have ended: that the last connection closes tells so.
        orders = OrdersBySocket(held.folder) if does_stay else Orders()
        return serve(held, orders)
    finally:
        held.end()


def serve(held, orders):
    orders.wait_for([server.come_up() for server in held.servers.values()])
    facts = held.facts()
    write_private(held.folder / "servers.json", json.dumps(facts).encode())
    say(facts)
    if isinstance(orders, OrdersBySocket):
        # Whoever waits for the end of our streams has all that will come.
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
    while (received := orders.next()) is not None:
        order, answer = received
        answer(held.obey(order, orders))
    casualties = held.casualties()
    for casualty in casualties:
        print(f"error: {casualty}", flush=True)
    return 1 if casualties else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
