"""A server of a test's own: free loopback ports, a data folder that is gone afterwards, killed as often as one likes."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEANWHILE = ROOT / "bin" / "meanwhile"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class LocalServer:
    def __init__(self, *flags):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="meanwhile-"))
        self.data = self.folder / "data"
        self.grpc = f"127.0.0.1:{_free_port()}"
        self.http = f"127.0.0.1:{_free_port()}"
        self.log = self.folder / "log"
        self._flags = flags
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder)

    def start(self, *flags):
        addresses = ["--grpc", self.grpc, "--http", self.http]
        command = [MEANWHILE, "serve", *addresses, "--data", self.data, *self._flags, *flags]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment()
            )
        # The first start may have to build.
        deadline = time.monotonic() + 600
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the server did not start:\n" + self.log.read_text())
            time.sleep(0.05)

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(self.grpc.rsplit(":", 1)[1]))) == 0

    def kill(self):
        """As a power cut would: nothing is told to anybody."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self):
        """As an operator would: streams are closed in order, running answers handed back."""
        self._process.terminate()
        self._process.wait()

    def environment(self):
        """What a program finds this server by, and no file of the user's; caches stay for the next run."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("MEANWHILE_")},
            "MEANWHILE_SERVER": self.grpc,
            "XDG_DATA_HOME": str(self.folder / "xdg-data"),
            "XDG_CONFIG_HOME": str(self.folder / "xdg-config"),
            "XDG_CACHE_HOME": str(ROOT / "target" / "cache"),
        }
