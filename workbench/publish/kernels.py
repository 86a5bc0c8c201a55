"""Kernels of this very Python, each with its own sockets, environment variables and scratch folder."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import Empty
from typing import Any, cast

from workbench.publish import printed
from workbench.publish.processes import alive, descendants, end, marked
from workbench.publish.warm import Nursery

# Jupyter's imports would compile a grammar for 2 s that no notebook needs
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import zmq  # noqa: E402
from jupyter_client import AsyncKernelClient, AsyncKernelManager  # noqa: E402
from jupyter_client.connect import KernelConnectionInfo  # noqa: E402
from jupyter_client.kernelspec import KernelSpec  # noqa: E402
from jupyter_client.provisioning import LocalProvisioner  # noqa: E402

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
# as ipykernel's own launcher: what lies in the current folder must not stand in for a library while it starts; and
# nothing else of the workbench loads
_RUN = """import runpy, sys
if sys.path[0] == "": del sys.path[0]
runpy.run_path(sys.argv.pop(1), run_name="__main__")"""
_SOCKET_PATH = 90  # bytes that a socket's name may take on every system (104 on macOS) with room for its number


class _Client(AsyncKernelClient):
    """Ready as soon as the kernel answers on both channels: Jupyter's own waits 0.2 s more, for silence."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Returns when cells can be sent; RuntimeError, as Jupyter's, where that will not come."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not await self._answers():
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if timeout is not None and loop.time() - began > timeout:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _answers(self) -> bool:
        self.kernel_info()
        try:
            told = await self.shell_channel.get_msg(timeout=1)
            await self.iopub_channel.get_msg(timeout=0.2)  # what it shows comes this way; a cell's would be lost before
        except Empty:
            return False
        return bool(told["msg_type"] == "kernel_info_reply")


class Kernel(AsyncKernelManager):
    """One kernel: whatever kernelspecs are installed, it runs this environment's Python."""

    environment: Mapping[str, str] = {}
    folder: Path = Path()
    forked: bool = False
    last_words: str = ""  # what the process itself wrote last: why it died, where it could tell

    async def _async_pre_start_kernel(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        """Its own output goes to a file: our standard output belongs to the caller."""
        with (self.folder / "log").open("wb") as log:
            own = {
                "env": {**os.environ, **self.environment},
                "stdout": os.dup(log.fileno()),
                "stderr": os.dup(log.fileno()),
            }
        return await super()._async_pre_start_kernel(**options | own)

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        try:
            await super()._async_launch_kernel(kernel_cmd, **options)
        finally:
            os.close(options["stdout"])
            os.close(options["stderr"])

    async def _async_wait(self, pollinterval: float = 0.01) -> None:
        """A killed process is gone at once; Jupyter looks every 0.1 s."""
        await super()._async_wait(pollinterval)

    def stop(self) -> None:
        """Ends the kernel and all processes that it started, at once; safe from any thread and when it is gone."""
        group = getattr(self.provisioner, "pgid", None)
        started = descendants(getattr(self.provisioner, "pid", None))  # some may have left the group
        if group and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
        elif process := getattr(self.provisioner, "process", None):
            process.kill()
        elif isinstance(self.provisioner, _Forking):
            self.provisioner.nursery.give_up()  # it may hang in an import, and we would wait for it
        end(started)


class _Forked:
    """What a provisioner expects of a process, for one that is not our child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it lives. Where the warm process was killed, whoever adopts its kernels may never reap them."""
        return None if alive(self.pid) else 1

    def wait(self) -> int:
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class _Forking(LocalProvisioner):
    """Takes a kernel from the warm process, or starts an ordinary one where that fails."""

    nursery: Nursery
    process: Any = None

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        kernel = cast("Kernel", self.parent)
        files = str(kernel.connection_file), str(kernel.folder / "log")
        pid = await asyncio.to_thread(self.nursery.fork, files[0], options["env"], files[1])
        if pid is None:
            return await super().launch_kernel(cmd, **options)
        self.process, self.pid, self.pgid = _Forked(pid), pid, pid
        kernel.forked = True
        return self.connection_info


@contextlib.contextmanager
def kernel(environment: Mapping[str, str], nursery: Nursery | None = None) -> Iterator[Kernel]:
    """A kernel that is ready to be started; afterwards no process and no file of it is left."""
    with tempfile.TemporaryDirectory(prefix="wb-", dir=_short_folder(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "tmp").mkdir()
        made = Kernel(connection_file=str(folder / "kernel.json"), **_transport(folder))
        made._kernel_spec = KernelSpec(argv=_command(), language="python", display_name="Python 3")
        made.client_factory = _Client
        made.folder = folder
        made.context.setsockopt(zmq.RCVHWM, 0)  # beyond 1000 messages that wait, ZeroMQ drops outputs without a word
        made.environment = {**environment, "IPYTHONDIR": str(folder), "TMPDIR": str(folder / "tmp")}
        if nursery is not None:
            made.provisioner = _Forking(kernel_spec=made._kernel_spec, parent=made)
            made.provisioner.nursery = nursery
        try:
            yield made
        finally:
            made.stop()
            end(marked(folder) if made.provisioner and not made.forked else ())
            made.last_words = _last_line(folder / "log")


def bounded_threads(workers: int) -> dict[str, str]:
    """Environment variables that share the cores among `workers` kernels: several BLAS pools would fight for them."""
    return {name: str(max(1, (os.cpu_count() or 1) // workers)) for name in _THREADS}


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _command() -> list[str]:
    return [sys.executable, "-c", _RUN, printed.__file__, "-f", "{connection_file}", "--HistoryManager.enabled=False"]


def _transport(folder: Path) -> dict[str, str]:
    """Sockets of our own where the system has them: ports race when several kernels start at once."""
    return {} if os.name == "nt" else {"transport": "ipc", "ip": str(folder / "k")}


def _short_folder() -> str | None:
    """A place for sockets whose name is short enough; None is the usual one."""
    return "/tmp" if os.name != "nt" and len(os.fsencode(tempfile.gettempdir())) > _SOCKET_PATH - 20 else None  # noqa: S108
