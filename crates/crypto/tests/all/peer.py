"""Answers one JSON request a line with one JSON answer a line, by the library `cryptography`."""

import json
import sys

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


def answer(request):
    kind = request["do"]
    if kind == "generate":
        return Fernet.generate_key().decode()
    try:
        keys = [Fernet(bytes.fromhex(key)) for key in request["keys"]]
    except ValueError:
        return "no key"
    fernet = keys[0] if request.get("single") else MultiFernet(keys)
    if kind == "encrypt":
        return keys[0].encrypt_at_time(bytes.fromhex(request["data"]), request["time"]).decode()
    token = bytes.fromhex(request["token"])
    try:
        if kind == "rotate":
            return fernet.rotate(token).decode()
        if kind == "timestamp":
            return keys[0].extract_timestamp(token)
        if request.get("ttl") is None:
            return fernet.decrypt(token).hex()
        return fernet.decrypt_at_time(token, request["ttl"], request["time"]).hex()
    except InvalidToken:
        return "invalid"


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
