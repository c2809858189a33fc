"""Brokers of a benchmark's own, which are killed and started again: each on a free port, with its data in a folder."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server"
"""The server itself: the command of that name runs it as a user of its own, who may not write into our folder."""


@dataclass
class Server:
    """A broker of our own, which keeps what it has on disk."""

    name: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        if self.name == "rabbitmq":
            return f"amqp://guest:guest@127.0.0.1:{self.port}/"
        return f"{self.name}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            self._command(),
            env=os.environ | (self._rabbitmq() if self.name == "rabbitmq" else {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while not self._answers():
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _command(self) -> list[str]:
        port, folder = str(self.port), str(self.folder)
        if self.name == "nats":
            return ["nats-server", "-a", "127.0.0.1", "-p", port, "-js", "-sd", folder]
        if self.name == "redis":
            kept = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
            return ["redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", folder, *kept]
        return [RABBITMQ]

    def _rabbitmq(self) -> dict[str, str]:
        """A node of its own, which shares nothing with one that the machine may run. Its data are kept under its name,
        so that a server in the same folder is the same node."""
        names = ("MNESIA_BASE", "LOG_BASE", "CONF_ENV_FILE", "CONFIG_FILE", "ENABLED_PLUGINS_FILE", "PID_FILE")
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"frictionary{crc32(bytes(self.folder.resolve()))}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            **{f"RABBITMQ_{name}": str(self.folder / name.lower()) for name in names},
        }

    def kill(self) -> None:
        """With all that it started. Returns when its port is closed: a part of it may end after the whole."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        while self._answers():
            time.sleep(0.05)

    def restart(self) -> None:
        self.kill()
        self.start()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
