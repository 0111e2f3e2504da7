"""Writes spellings.json: how Python's library and bash write some values, for the test that looks for them.

Run as `python3 spellings.py > spellings.json` in this folder. Each row has the value, a text in which it stands, both
in base64, and where in the text the value must be found: from the first byte that it alone decides to the last one.
"""

import base64
import html
import json
import shlex
import subprocess
import urllib.parse

PEM = "-----BEGIN EXAMPLE-----\nYmxhY2sgY2F0LCB3aGl0\nZSBkb2csIHJlZCBmb3gh\n-----END EXAMPLE-----"
VALUES = {
    "letters": "plumGarden42",
    "every sign": "p ~!@#$%^&*()_+-={}[]|\\:;\"'<>,.?/`q",
    "quotes": "it's \"plum\" 'n' `garden`",
    "slashes": "https://plum.example/a\\b/c?d=1&e=<f>",
    "blanks": "plum\tgarden with  blanks",
    "not ascii": "pflaume-Gärten-élan-µ",
    "beyond the first plane": "plum \U0001f511 garden \U0001f33f",
    "separators": "plum\u2028garden\u2029end",
    "lines": "first line of it\n  second 'line' of it\nthird",
    "carriage returns": "first line of it\r\nsecond line of it",
    "pem": PEM,
    "dsn": "postgres://app:p%40ss-w0rd%2F1@db.example:5432/main?sslmode=require",
    "json": '{"user": "plum", "password": "gard\\u00e9n/42!", "n": 1}',
    "bearer": "Bearer plum.garden-42_x/y+z==",
    "controls": "plum\u0008gar\u000cden\u001fend",
    "tilde and number": "~plum#garden:~x=~y",
}


def ascii_json(text):
    return json.dumps(text)[1:-1]


def upper_escapes(text):
    """The same with the digits of `\\uxxxx` in upper case."""
    out = at = 0
    parts = []
    while at < len(text):
        if text.startswith("\\u", at):
            parts.append("\\u" + text[at + 2 : at + 6].upper())
            at += 6
        elif text[at] == "\\":
            parts.append(text[at : at + 2])
            at += 2
        else:
            parts.append(text[at])
            at += 1
    return "".join(parts)


def json_forms(value):
    minimal = json.dumps(value, ensure_ascii=False)[1:-1]
    safe = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    yield "json", minimal
    yield "json with slashes", minimal.replace("/", "\\/")
    yield "json in ascii", ascii_json(value)
    yield "json in ascii, upper", upper_escapes(ascii_json(value))
    yield "json in ascii with slashes", ascii_json(value).replace("/", "\\/")
    yield "json for html", "".join(safe.get(character, character) for character in minimal)
    yield "json in json", json.dumps(minimal, ensure_ascii=False)[1:-1]
    yield "json in json in ascii", ascii_json(ascii_json(value))


def percent_forms(value):
    def lower(text):
        parts = text.split("%")
        return parts[0] + "".join("%" + part[:2].lower() + part[2:] for part in parts[1:])

    forms = {
        "percent": urllib.parse.quote(value, safe=""),
        "percent of a component": urllib.parse.quote(value, safe="!'()*"),
        "percent of a path": urllib.parse.quote(value, safe="/"),
        "percent of a form": urllib.parse.quote_plus(value, safe=""),
    }
    for name, text in forms.items():
        yield name, text
        yield name + ", lower", lower(text)


def shell_forms(value):
    yield "single quotes", "'" + value.replace("'", "'\\''") + "'"
    yield "shlex", shlex.quote(value)
    double = value
    for special in '\\"$`':
        double = double.replace(special, "\\" + special)
    yield "double quotes", '"' + double + '"'
    if value.isascii() and value.isprintable():
        quoted = subprocess.run(["bash", "-c", 'printf %q "$1"', "x", value], stdout=subprocess.PIPE, check=True)
        yield "printf %q", quoted.stdout.decode()


def html_forms(value):
    yield "html", html.escape(value)
    yield "html without quotes", html.escape(value, quote=False)
    yield "html of jinja", html.escape(value).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    yield "xml", html.escape(value).replace("&#x27;", "&apos;")


def literal_forms(value):
    if value.isascii() and all(character.isprintable() or character in "\n\r\t" for character in value):
        yield "repr", repr(value)
        yield "repr in double quotes", repr(value + "'")[1:-2] if '"' not in value else repr(value)
    yield "sql", value.replace("'", "''")


def text_forms(value):
    yield "raw", value
    yield from json_forms(value)
    yield from percent_forms(value)
    yield from shell_forms(value)
    yield from html_forms(value)
    yield from literal_forms(value)
    yield "flat", " ".join(line.strip(" \t") for line in value.splitlines()) if "\n" in value else value
    if len(value.encode()) >= 12:
        yield "upper", value.upper()
        yield "lower", value.lower()


def rows(name, value):
    data = value.encode()

    def row(form, text, start, end):
        return {
            "name": name,
            "form": form,
            "value": base64.b64encode(data).decode(),
            "text": base64.b64encode(text).decode(),
            "start": start,
            "end": end,
        }

    for form, text in text_forms(value):
        # The outer quotes are not the value's.
        inner = text[1:-1] if form not in ("raw", "sql", "flat") and text[:1] in "'\"" and text[:1] == text[-1:] else text
        start = text.index(inner)
        head, body = text[:start].encode(), inner.encode()
        yield row(form, text.encode(), len(head), len(head) + len(body))
    for form, text in (("hex", data.hex()), ("hex, upper", data.hex().upper())):
        yield row(form, text.encode(), 0, len(text))
    for form, codec in (("utf-16, little", "utf-16-le"), ("utf-16, big", "utf-16-be")):
        text = value.encode(codec)
        yield row(form, text, 0, len(text))
    for form, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
        whole = encode(data)
        yield row(form, whole, 0, len(whole))
        yield row(form + " without padding", whole.rstrip(b"="), 0, len(whole.rstrip(b"=")))
        for before in range(3):
            text = encode(b"?" * before + data + b"?" * 5)
            yield row(f"{form} behind {before}", text, -(-before * 8 // 6), (before + len(data)) * 8 // 6)


print(json.dumps([row for name, value in VALUES.items() for row in rows(name, value)], indent=0))
