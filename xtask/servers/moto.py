"""moto: Amazon's services in memory, over plain HTTP."""

import http.client
import importlib.util
import sys

from server import Server
from system import on_path, program


class Moto(Server):
    name = "moto"

    def command(self):
        if importlib.util.find_spec("moto"):
            start = [sys.executable, "-m", "moto.server"]
        else:
            start = [program(self.name, on_path("moto_server"))]
        return [*start, "-H", "127.0.0.1", "-p", self.port]

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/moto-api/data.json")
            return connection.getresponse().status == 200
        except http.client.HTTPException:
            return False
        finally:
            connection.close()

    def facts(self):
        return {"endpoint": f"http://127.0.0.1:{self.port}"}
