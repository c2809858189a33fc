"""Brokers of a benchmark's own, which are killed and started again: each on a free port, with its data in a folder."""

import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Server:
    """A broker of our own, which keeps what it has on disk."""

    name: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.name}://127.0.0.1:{self.port}"

    def start(self) -> None:
        place = ["-p", str(self.port)] if self.name == "nats" else ["--port", str(self.port)]
        command = {
            "nats": ["nats-server", "-a", "127.0.0.1", *place, "-js", "-sd", str(self.folder)],
            "redis": ["redis-server", "--bind", "127.0.0.1", *place, "--dir", str(self.folder), "--appendonly", "yes"],
        }[self.name]
        if self.name == "redis":
            command += ["--appendfsync", "always", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
