"""Asks OpenBao for one thing, with the root token: `ask.py METHOD PATH [JSON]`, and what tells of the servers on input."""

import http.client
import json
import ssl
import sys
from urllib.parse import urlsplit

told = json.load(sys.stdin)["openbao"]
context = ssl.create_default_context(cafile=told["ca"])
context.load_cert_chain(told["client_cert"], told["client_key"])
connection = http.client.HTTPSConnection(urlsplit(told["address"]).netloc, timeout=10, context=context)
body = sys.argv[3] if len(sys.argv) > 3 else None
connection.request(sys.argv[1], f"/v1/{sys.argv[2]}", body, {"X-Vault-Token": told["token"]})
answer = connection.getresponse()
print(answer.status, answer.read().decode())
