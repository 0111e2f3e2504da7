"""ministack: Amazon's services in memory, over TLS, with requests that are authenticated and authorised."""

import http.client
import importlib.util
import ssl
import sys

from server import Server
from system import on_path, program

# Whom ministack takes for the account's owner, whatever the signature.
OWNER = "test"


class Ministack(Server):
    # Killed at the end: asked to end, it waits half a minute for connections that are kept open.
    name = "ministack"
    needs_certificates = True

    def prepare(self):
        self.context = ssl.create_default_context(cafile=str(self.certificates.ca))
        yield

    def command(self):
        if importlib.util.find_spec("ministack"):
            return [sys.executable, "-m", "ministack"]
        return [program(self.name, on_path("ministack"))]

    def environment(self):
        paths = self.certificates
        # Without BIND_HOST it listens on every interface.
        listen = {"GATEWAY_PORT": str(self.port), "BIND_HOST": "127.0.0.1", "SERVICES": "secretsmanager,kms,ssm,sts,iam"}
        secure = {"USE_SSL": "1", "MINISTACK_SSL_CERT": str(paths.server), "MINISTACK_SSL_KEY": str(paths.server_key)}
        return {"AUTH": "true"} | listen | secure

    def answers(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=self.context)
        try:
            connection.request("GET", "/_ministack/health")
            return connection.getresponse().status == 200
        except http.client.HTTPException:
            return False
        finally:
            connection.close()

    def facts(self):
        owner = {"access_key_id": OWNER, "secret_access_key": OWNER}
        return {"endpoint": f"https://127.0.0.1:{self.port}", "ca": str(self.certificates.ca)} | owner
