"""Plants a server in the program that holds servers, and runs it: `planted.py PROGRAM KIND NAME...`."""

import socket
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True

import hold  # noqa: E402
import server  # noqa: E402


class Broken(server.Server):
    """Says why, and ends."""

    name = "broken"

    def command(self):
        return ["sh", "-c", "echo the disk is full; exit 3"]

    def answers(self):
        return False


class Mute(server.Server):
    """Goes on and never answers."""

    name = "mute"

    def command(self):
        return ["sh", "-c", "echo still thinking; exec sleep 600"]

    def answers(self):
        return False


class Listening(server.Server):
    """Answers whoever connects."""

    name = "listening"

    def command(self):
        return [sys.executable, "-m", "http.server", self.port, "--bind", "127.0.0.1"]

    def answers(self):
        socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        return True

    def facts(self):
        return {"port": self.port}


class Beaten(Listening):
    """Finds its first port taken by somebody who answers too."""

    name = "beaten"

    def prepare(self):
        self.taken = socket.create_server(("127.0.0.1", 0))
        ports = [self.taken.getsockname()[1], server.free_port()]
        server.free_port = lambda: ports.pop(0)
        yield

    def facts(self):
        return {"port": self.port, "taken": self.taken.getsockname()[1]}


server.PATIENCE_SECONDS = 3
hold.KNOWN |= {kind.name: kind for kind in (Broken, Mute, Listening, Beaten)}
sys.exit(hold.main(sys.argv[2:]))
