"""A certificate authority for one run, with a certificate for the servers and one for a client.

Made by the `cryptography` wheel; without it by the `openssl` program.
"""

import datetime
import ipaddress
import os
import subprocess

from system import Failure, on_path

DAYS = 7


class Certificates:
    """The paths of the files in PEM: authority, server, client."""

    def __init__(self, folder):
        folder.mkdir()
        self.ca = folder / "ca.pem"
        self.server, self.server_key = folder / "server.pem", folder / "server.key"
        self.client, self.client_key = folder / "client.pem", folder / "client.key"
        try:
            import cryptography  # noqa: F401, only whether it is there
        except ImportError:
            by_program(self, folder)
        else:
            by_library(self)


def by_library(paths):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID as usage
    from cryptography.x509.oid import NameOID

    def name(text):
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    def certificate(subject, key, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("servers for tests"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=DAYS))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False
            )
        )
        for extension, is_critical in extensions:
            builder = builder.add_extension(extension, critical=is_critical)
        return builder.sign(authority, hashes.SHA256())

    def leaf(subject, key, purpose, names):
        extensions = [(x509.BasicConstraints(ca=False, path_length=None), True)]
        extensions += [(x509.ExtendedKeyUsage([purpose]), False), (x509.SubjectAlternativeName(names), False)]
        return certificate(subject, key, extensions)

    authority, server, client = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    signs = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )
    root = [(x509.BasicConstraints(ca=True, path_length=0), True), (signs, True)]
    write(paths.ca, certificate("servers for tests", authority, root))
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    write(paths.server, leaf("localhost", server, usage.SERVER_AUTH, here))
    write(paths.client, leaf("client", client, usage.CLIENT_AUTH, [x509.DNSName("client")]))
    write_key(paths.server_key, server)
    write_key(paths.client_key, client)


def write(path, certificate):
    from cryptography.hazmat.primitives.serialization import Encoding

    path.write_bytes(certificate.public_bytes(Encoding.PEM))


def write_key(path, key):
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write_private(path, content):
    """Writes what its owner alone may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)


def by_program(paths, folder):
    openssl = on_path("openssl")
    if openssl is None:
        raise Failure("no certificates can be made: neither the wheel `cryptography` nor the program `openssl` is there")
    key, config = folder / "ca.key", folder / "openssl.cnf"
    config.write_text("[req]\ndistinguished_name = name\n[name]\n")

    def run(*arguments):
        said = subprocess.run([openssl, *map(str, arguments)], capture_output=True, text=True, check=False)
        if said.returncode != 0:
            raise Failure(f"openssl cannot make certificates: {said.stderr.strip()}")

    def sign(out, out_key, subject, *extensions):
        made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", out_key, "-out", out]
        added = [part for extension in extensions for part in ("-addext", extension)]
        run("req", "-x509", "-config", config, "-days", DAYS, "-subj", f"/CN={subject}", *made, *added)

    sign(paths.ca, key, "servers for tests", "basicConstraints=critical,CA:TRUE,pathlen:0",
         "keyUsage=critical,digitalSignature,keyCertSign,cRLSign")
    leaves = (
        (paths.server, paths.server_key, "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1", "serverAuth"),
        (paths.client, paths.client_key, "client", "subjectAltName=DNS:client", "clientAuth"),
    )
    for out, out_key, subject, names, purpose in leaves:
        request, extensions = folder / "request.pem", folder / "extensions.cnf"
        extensions.write_text(f"basicConstraints=critical,CA:FALSE\nextendedKeyUsage={purpose}\n{names}\n")
        run("req", "-new", "-config", config, "-subj", f"/CN={subject}", "-newkey", "ec",
            "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", out_key, "-out", request)
        run("x509", "-req", "-in", request, "-CA", paths.ca, "-CAkey", key, "-CAcreateserial",
            "-days", DAYS, "-extfile", extensions, "-out", out)
