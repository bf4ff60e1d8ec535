"""irctest controller for the Signalbox ircd: writes a configuration for each test and runs the daemon alone, or with the
process that keeps its accounts where a test logs in.

Used by run.sh through pytest's --controller option. The suite itself (progval/irctest) is not part of this repository.
"""

import atexit
import ctypes
import functools
import json
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import time
from typing import Optional, Set, Type

from irctest import patma
from irctest.basecontrollers import BaseServerController, DirectoryBasedController
from irctest.specifications import Capabilities, OptionalBehaviors

REPOSITORY = Path(__file__).resolve().parents[2]
NODE = os.environ.get("SIGNALBOX_NODE", "node")
# Threads of the server that own the sockets.
IO_THREADS = int(os.environ.get("IRCTEST_IO_THREADS", "0"))

# The daemon by itself, which has no accounts, and a host with it and the keeper of its accounts.
ALONE = [NODE, REPOSITORY / "daemons" / "ircd" / "main.ts", "--standalone"]
HOST = [REPOSITORY / "signalbox", "serve", "--port", "0", "--autostart"]

# The tests that look at services as a server of the network; in all others the keeper of accounts is enough.
LINKED_SERVICES = ("ServicesLinksTestCase",)

# Services are a server by the name that the suite looks for, linked by themselves.
SERVICES = """
[services]
server_name = "My.Little.Services"
numeric = 2
"""

# For tests that ask for what was said before.
HISTORY = """
[ircd.history]
keep_minutes = 60
new_channels = true
direct_messages = true
"""

CONFIG = """
[ircd]
server_name = "My.Little.Server"
network = "testnet"
description = "test server"
dns = false
io_threads = {io_threads}
listen = [{{ host = {hostname}, port = {port}, tls = {tls} }}{websocket}]
{password_line}
{tls_line}

{history}
{services}
[ircd.accounts]
authority = {authority}
before_connect = {before_connect}
email_required = {email_required}

# Some passwords of the suite have three.
[accounts]
password_characters = 1

[[ircd.class]]
name = "tests"
match = ["::/0"]
throttle = false
flood = false

[[ircd.oper]]
name = "operuser"
password_hash = {oper_hash}
"""


# Servers of this process that were started and not yet waited for. The suite forgets one when a test fails while it is
# set up: unittest calls no tearDown then.
running: Set[subprocess.Popen] = set()


LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Runs in the new process before the server: where the suite is killed, the kernel kills the server (Linux)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end_servers() -> None:
    """Kills every server that is still there, so that none outlives its test or the suite."""
    while running:
        end_server(running.pop())


def end_server(proc: subprocess.Popen) -> None:
    """Kills a server with the processes that it has started: they are a group of their own."""
    try:
        os.killpg(proc.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    proc.wait()


atexit.register(end_servers)


def host(links_services: bool) -> list:
    """The command of a host with the server and the keeper of its accounts, and with services where they are looked at."""
    return [*HOST, "ircd,services" if links_services else "ircd"]


@functools.lru_cache(maxsize=None)
def hash_password(password: str) -> str:
    """The argon2id hash that the configuration wants."""
    output = subprocess.run(
        [NODE, REPOSITORY / "daemons" / "ircd" / "hash-password.ts"],
        input=password,
        stdout=subprocess.PIPE,
        check=True,
        universal_newlines=True,
    )
    return output.stdout.strip()


class SignalboxController(BaseServerController, DirectoryBasedController):
    software_name = "Signalbox"
    _port_wait_interval = 0.02
    supported_sasl_mechanisms = frozenset(("PLAIN", "EXTERNAL", "SCRAM-SHA-256"))
    supports_sts = False
    extban_mute_char = "m"

    capabilities = frozenset(
        (
            Capabilities.ACCOUNT_NOTIFY,
            Capabilities.ACCOUNT_TAG,
            Capabilities.AWAY_NOTIFY,
            Capabilities.BATCH,
            Capabilities.ECHO_MESSAGE,
            Capabilities.EXTENDED_JOIN,
            Capabilities.LABELED_RESPONSE,
            Capabilities.MESSAGE_TAGS,
            Capabilities.MULTI_PREFIX,
            Capabilities.SERVER_TIME,
            Capabilities.SETNAME,
        )
    )

    # A test that skips itself because one of these is missing becomes a failure.
    optional_behaviors = frozenset(
        (
            OptionalBehaviors.BAN_EXCEPTION_MODE,
            OptionalBehaviors.CAP_REQ_MINUS,
            OptionalBehaviors.ELIST_C,
            OptionalBehaviors.ELIST_M,
            OptionalBehaviors.ELIST_N,
            OptionalBehaviors.ELIST_T,
            OptionalBehaviors.METADATA_BEFORE_CONNECT,
            OptionalBehaviors.ELIST_U,
            OptionalBehaviors.INVITE_EXCEPTION_MODE,
            OptionalBehaviors.INVITE_LIST,
            OptionalBehaviors.INVITE_OVERRIDES_LIMIT,
            OptionalBehaviors.MULTI_JOIN,
            OptionalBehaviors.MULTI_KICK,
            OptionalBehaviors.MULTI_NAMES_COMMAND,
            OptionalBehaviors.MULTI_PRIVMSG,
            OptionalBehaviors.NO_CTCP,
        )
    )

    isupport = {
        "BOT": "B",
        "CASEMAPPING": "rfc1459",
        "CHANMODES": "beI,k,lHLf,CDKMNOPQSTZcimnprst",
        "ELIST": "CMNTU",
        "EXCEPTS": "e",
        "EXTBAN": "~,cmrz",
        "INVEX": "I",
        "NETWORK": "testnet",
        "PREFIX": "(ov)@+",
        "STATUSMSG": "@+",
        "TARGMAX": patma.ANYSTR,
        "UTF8ONLY": None,
        "WHOX": None,
    }

    def kill_proc(self) -> None:
        # The suite keeps its clients open while it stops the server, so a drain would wait for them in every test.
        assert self.proc
        end_server(self.proc)
        running.discard(self.proc)
        self.proc = None

    def wait_for_port(self) -> None:
        # The suite gives up after a minute, which a machine with much else to do may need to start a host.
        for _ in range(4):
            try:
                super().wait_for_port()
                return
            except ConnectionRefusedError:
                continue
        super().wait_for_port()

    def wait_for_services(self) -> None:
        # The server opens its listeners when the keeper of its accounts is there.
        self.wait_for_port()
        if self.links_services:
            self.wait_for_link()

    def wait_for_link(self) -> None:
        """Asks LINKS until services are among the servers, for two minutes at most."""
        deadline = time.monotonic() + 120
        with socket.create_connection((self.hostname, self.port)) as asker:
            asker.sendall(b"NICK waits\r\nUSER waits 0 * :waits for services\r\n")
            heard = b""
            while b" My.Little.Services " not in heard:
                if time.monotonic() > deadline:
                    raise TimeoutError("services did not link")
                asker.sendall(b"LINKS\r\n")
                heard = b""
                while b" 365 " not in heard:
                    heard += asker.recv(65536)
                time.sleep(0.1)
            asker.sendall(b"QUIT\r\n")

    def registerUser(self, case, username: str, password: Optional[str] = None) -> None:
        """Has an administrator make the account: a password may be longer than a line of IRC."""
        assert self.directory and password
        if not case.run_services:
            raise ValueError("run_services is not True, and the server knows no accounts")
        self.wait_for_port()
        with self.open_file("password", "w") as file:
            file.write(password)
        command = [REPOSITORY / "signalbox", "run", "ircd", "create-account", "--account", username]
        options = ["--password-file", self.directory / "password", "--data", self.directory / "data"]
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)

    def run(
        self,
        hostname: str,
        port: int,
        *,
        password: Optional[str],
        ssl: bool,
        run_services: bool,
        faketime: Optional[str],
        websocket_hostname: Optional[str] = None,
        websocket_port: Optional[int] = None,
    ) -> None:
        assert self.proc is None
        end_servers()
        self.hostname = hostname
        self.port = port
        # pytest says which test it is.
        test = os.environ.get("PYTEST_CURRENT_TEST", "")
        self.links_services = run_services and any(name in test for name in LINKED_SERVICES)
        self.create_config()
        assert self.directory
        tls_line = ""
        if ssl:
            self.gen_ssl()
            certificate, key = json.dumps(str(self.pem_path)), json.dumps(str(self.key_path))
            tls_line = f"tls = {{ certificate = {certificate}, key = {key} }}"
        websocket = ""
        if websocket_hostname is not None and websocket_port is not None:
            where = f"host = {json.dumps(websocket_hostname)}, port = {websocket_port}"
            websocket = f', {{ {where}, protocol = "websocket" }}'
        with self.open_file("signalbox.toml", "w") as config:
            config.write(
                CONFIG.format(
                    # A JSON string is a TOML string.
                    hostname=json.dumps(hostname),
                    io_threads=IO_THREADS,
                    before_connect=json.dumps(self.test_config.account_registration_before_connect),
                    email_required=json.dumps(self.test_config.account_registration_requires_email),
                    history=HISTORY if self.test_config.chathistory else "",
                    services=SERVICES if self.links_services else "",
                    authority='"embedded"' if run_services else '"none"',
                    port=port,
                    tls="true" if ssl else "false",
                    websocket=websocket,
                    tls_line=tls_line,
                    password_line=(
                        f"password_hash = {json.dumps(hash_password(password))}" if password else ""
                    ),
                    oper_hash=json.dumps(hash_password("operpassword")),
                )
            )
        environment = dict(os.environ)
        if faketime is not None:
            # libfaketime does not get along with Node's monotonic clock, so the daemon's wall clock is sped up
            # instead: "+1y x30" is one year ahead and thirty times as fast.
            clock = REPOSITORY / "e2e" / "irctest" / "fast-clock.mjs"
            environment["NODE_OPTIONS"] = f"--import={clock.as_uri()}"
            environment["SIGNALBOX_CLOCK"] = faketime
            self.faketime_enabled = True
        self.proc = self.execute(
            [
                *(host(self.links_services) if run_services else ALONE),
                "--config",
                self.directory / "signalbox.toml",
                "--data",
                self.directory / "data",
            ],
            proc_name="signalbox",
            env=environment,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        running.add(self.proc)


def get_irctest_controller_class() -> Type[SignalboxController]:
    return SignalboxController
