"""A mail server for tests on free ports of the loopback interface. It tells its ports in one line of JSON, keeps every
letter as N.eml and what it says as N.json, and ends with its standard input.

Usage: server.py FOLDER. The folder holds NAME.pem and NAME.key for good, wrong_name, untrusted and expired."""

import asyncio
import itertools
import json
import os
import ssl
import sys
from email import policy
from email.parser import BytesParser

from aiosmtpd.smtp import SMTP, AuthResult

FOLDER = sys.argv[1]
USERNAME, PASSWORD = b"mailer", b"correct horse battery"
SIZE_LIMIT = 1_000_000
numbers = itertools.count(1)
greylisted = set()


def authenticate(server, session, envelope, mechanism, given):
    if (given.login, given.password) == (USERNAME, PASSWORD):
        return AuthResult(success=True, auth_data=given)
    if given.login == b"parrot":
        # Some servers repeat in their answer what they did not like.
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 Not {given.password.decode()}")
    if given.login == b"busy":
        return AuthResult(success=False, handled=False, message="454 4.7.0 Temporary authentication failure")
    return AuthResult(success=False, handled=False)


class Manners:
    """Who is written to decides what happens."""

    def __init__(self, listener):
        self.listener = listener

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("banned@"):
            return "550 5.7.1 Sender rejected"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name.startswith("unknown"):
            return "550 5.1.1 No such mailbox here"
        if name.startswith("full"):
            return "452 4.2.2 Mailbox full"
        if name.startswith("grey") and address not in greylisted:
            greylisted.add(address)
            return "451 4.7.1 Greylisted, try again later"
        if name.startswith("slow"):
            await asyncio.sleep(3600)
        if name.startswith("drop"):
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server, session, envelope):
        if any(to.startswith("spam") for to in envelope.rcpt_tos):
            return "554 5.7.1 Refused as spam"
        number = next(numbers)
        keep(number, self.listener, server, session, envelope)
        return f"250 2.0.0 Queued as {number}"


def keep(number, listener, server, session, envelope):
    letter = BytesParser(policy=policy.default).parsebytes(envelope.original_content)
    secure = server.transport.get_extra_info("ssl_object")
    login = session.auth_data.login.decode() if session.authenticated else None
    told = {
        "listener": listener,
        "hello": session.host_name,
        "tls": secure.version() if secure else None,
        "login": login,
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "subject": str(letter["subject"]),
        "headers": [[name, str(value)] for name, value in letter.items()],
        "text": part(letter, "plain"),
        "html": part(letter, "html"),
    }
    path = f"{FOLDER}/{number:06}"
    with open(path + ".eml", "wb") as file:
        file.write(envelope.original_content)
    with open(path + ".new", "w") as file:
        json.dump(told, file)
    # Whoever sees the file sees all of it.
    os.rename(path + ".new", path + ".json")


def part(letter, kind):
    body = letter.get_body(preferencelist=(kind,))
    # On the wire every line ends with two characters; a test writes one.
    return body.get_content().replace("\r\n", "\n") if body else ""


def certificate(name):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{FOLDER}/{name}.pem", f"{FOLDER}/{name}.key")
    return context


def starttls(name):
    return {"tls_context": certificate(name), "require_starttls": True}


async def serve():
    login = {"auth_required": True}
    without_tls = {"auth_require_tls": False}
    listeners = {
        "plain": {"auth_exclude_mechanism": ["LOGIN", "PLAIN"]},
        "plain_login": {**login, **without_tls},
        "starttls": {**starttls("good"), **login},
        "starttls_login_only": {**starttls("good"), **login, "auth_exclude_mechanism": ["PLAIN"]},
        # To aiosmtpd, only STARTTLS counts as encrypted.
        "tls": {"ssl": certificate("good"), **login, **without_tls},
        "wrong_name": starttls("wrong_name"),
        "untrusted": starttls("untrusted"),
        "expired": starttls("expired"),
    }
    loop = asyncio.get_running_loop()
    ports = {}
    for name, manners in listeners.items():
        port = await listen(loop, name, manners.pop("ssl", None), manners)
        ports[name] = port
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


async def listen(loop, name, context, manners):
    def connected():
        return SMTP(
            Manners(name),
            hostname="mail.example.test",
            ident="ready",
            authenticator=authenticate,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            loop=loop,
            **manners,
        )

    server = await loop.create_server(connected, "127.0.0.1", 0, ssl=context)
    return server.sockets[0].getsockname()[1]


asyncio.run(serve())
