"""Where many reports are made: in processes of this machine, or on a Dask cluster. One interface: `results(tasks)`."""

import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Protocol, cast

from workbench.errors import ParameterError
from workbench.publish.worker import Done, make

Task = Mapping[str, Any]
_TRIES = 2  # a report whose process died is begun once more: the machine may have been short of memory
_LOOK, _EVERY = 0.1, 5  # seconds between looks at what ended, and at which workers there are
_PATIENT = 600  # seconds in which a cluster may have no worker: some start them when they are asked for
_SEEN = 30  # seconds
_NO_WORKER = (
    "the cluster had no worker for 10 minutes that could make it: start one that sees the folders, run it again"
)
_UNSEEN = "was written by a worker of the cluster and is not seen from here: its workers must see the same folders"
_PATIENCE = 30  # seconds for a stopped worker to clean up, and for a cluster to answer


class Executor(Protocol):
    """Makes reports side by side."""

    width: int  # how many at once, as far as is known

    def results(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
        """The place of each task in `tasks` and what came of it, in the order in which they end."""
        ...


class Processes:
    """`width` worker processes of this machine; one that dies is replaced, and only its report is lost."""

    def __init__(self, width: int = 0) -> None:
        self.width = width or os.cpu_count() or 1

    def results(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
        waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for place in range(len(tasks)):
            waiting.put(place)
        ended: queue.SimpleQueue[tuple[int, Done]] = queue.SimpleQueue()
        hands = [_Hand(tasks, waiting, ended) for _ in range(min(self.width, len(tasks)))]
        try:
            for hand in hands:
                hand.start()
            for _ in tasks:
                yield ended.get()
        finally:
            for hand in hands:
                hand.leave()


class _Hand(threading.Thread):
    """Leads one worker process, or the next where it died."""

    def __init__(self, tasks: Sequence[Task], waiting: Any, ended: Any) -> None:
        super().__init__(daemon=True)
        self.tasks, self.waiting, self.ended = tasks, waiting, ended
        self.worker: _Worker | None = None
        self.left = False

    def run(self) -> None:
        with contextlib.suppress(queue.Empty):
            while not self.left:
                place = self.waiting.get_nowait()
                self.ended.put((place, self._made(self.tasks[place])))
        if self.worker and not self.left:
            self.worker.stop()

    def _made(self, task: Task) -> Done:
        why, begun = "", 0
        while begun < _TRIES and not self.left:
            begun += 1
            self.worker = self.worker or _Worker()
            if (done := self.worker.ask(task)) is not None:
                return replace(done, begun=begun, again=why)
            words = self.worker.stop()
            why = "the process that made this report died" + (f": {words}" if words else "")
            self.worker = None
        return Done("failed", "", why, begun=begun, again=why if begun > 1 else "")

    def leave(self) -> None:
        self.left = True
        if self.worker:
            self.worker.stop()


class _Worker:
    """The parent's hold on one worker process."""

    def __init__(self) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 closed in `stop`
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench.publish.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip  # a session of its own, so that Ctrl-C reaches us alone
        self.asks, self.answers = cast("IO[str]", self.process.stdin), cast("IO[str]", self.process.stdout)

    def ask(self, task: Task) -> Done | None:
        """What came of a task; None where the process died."""
        with contextlib.suppress(OSError, ValueError):
            self.asks.write(json.dumps(task) + "\n")
            self.asks.flush()
            if line := self.answers.readline():
                return Done.of(json.loads(line))
        return None

    def stop(self) -> str:
        """Ends the process, which cleans up; its last words."""
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(OSError, ValueError):
            self.log.seek(0)
            lines = self.log.read().decode("utf-8", "replace").split("\n")
            self.log.close()
            return next((line.strip() for line in reversed(lines) if line.strip()), "")
        return ""


class Cluster:
    """The workers of a Dask cluster that see the same folders; Dask gives the reports of a dead worker to another."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.width = 1  # its workers have their own cores
        self.blind = False  # whether a worker wrote where we do not see it

    def results(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
        distributed = _distributed()
        try:
            client = distributed.Client(self.address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ParameterError(
                "--cluster", [f"{self.address} does not answer: {error}. Is its scheduler up?"]
            ) from error
        with client:
            topic = f"workbench-{uuid.uuid4()}"
            places = {
                client.submit(_made_there, topic, p, dict(t), pure=False, retries=_TRIES - 1): p
                for p, t in enumerate(tasks)
            }
            try:
                for future in _ended(distributed.as_completed(places, loop=client.loop), client):
                    begun = _begun(client, topic, places[future])
                    again = "the worker of the cluster that made this report was lost or failed" if begun > 1 else ""
                    yield places[future], replace(self._came(future), begun=begun, again=again)
                left = [place for future, place in places.items() if not future.done()]
                yield from ((place, Done("failed", "", _NO_WORKER)) for place in left)
            finally:
                with contextlib.suppress(OSError):
                    client.cancel(list(places))

    def _came(self, future: Any) -> Done:
        """What came of a report; one that a worker wrote where it is not seen from here is none."""
        if future.status == "cancelled":
            return Done("failed", "", f"the scheduler of the cluster at {self.address} was lost: run it again")
        if future.status != "finished":
            return Done("failed", "", " ".join(f"{type(e).__name__}: {e}" for e in [future.exception()])[:300])
        done = Done.of(future.result())
        until = time.monotonic() + (0 if self.blind else _SEEN)  # a network's folder may tell of a file a little later
        while done.folder and not Path(done.folder).is_dir():
            if time.monotonic() > until:
                self.blind = True
                return Done("failed", "", f"{done.folder} {_UNSEEN}", done.seconds)
            time.sleep(_LOOK)
        return done


def _ended(running: Any, client: Any) -> Iterator[Any]:
    """The reports of a cluster as they end, as long as it has workers or gets some in time."""
    since = looked = time.monotonic()
    while not running.is_empty():
        if running.has_ready():
            yield next(running)
            continue
        time.sleep(_LOOK)
        if (now := time.monotonic()) - looked > _EVERY:
            with contextlib.suppress(OSError):  # where the scheduler is lost, Dask says so of each report
                since = now if client.scheduler_info()["workers"] else since
            looked = time.monotonic()
            if now - since > _PATIENT:
                return


def _begun(client: Any, topic: str, place: int) -> int:
    """How often a report was begun, as far as the scheduler tells."""
    if client.status != "running":
        return 1
    with contextlib.suppress(OSError):
        return max(1, [one for _, one in client.get_events(topic)].count(place))
    return 1


def _made_there(topic: str, place: int, task: Task) -> dict[str, Any]:
    """A report made by a worker of the cluster, which tells the scheduler that it begins: Dask begins a task anew
    without a word."""
    _distributed().get_worker().log_event(topic, place)
    return make(task)


def _distributed() -> Any:
    try:
        import distributed  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        advice = "the package distributed is not installed. Install it with: pip install 'workbench[cluster]'"
        raise ParameterError("--cluster", [advice]) from None
    return distributed


def chosen(cluster: str, workers: int) -> Executor:
    """A cluster where an address is given, else this machine's processes."""
    return Cluster(cluster) if cluster else Processes(workers)
