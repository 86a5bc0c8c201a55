"""What was seen of a run with something wrong in it."""

from dataclasses import dataclass

from tests.faults.place import Place, Run


@dataclass(frozen=True)
class Seen:
    """One row: what was injected, what came of it, and everything about it that is not right."""

    fault: str
    status: str
    code: int
    wrong: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not self.wrong


def seen(place: Place, name: str, run: Run, *, status: str, code: int, wrong: tuple[str, ...] = ()) -> Seen:
    """A row for a whole run."""
    said = run.told.get("status", "") or {130: "stopped", -9: "killed"}.get(run.code, "refused" if run.errors else "?")
    found = [*wrong, *place.left()]
    found += [f"status {said}, not {status}"] if said != status else []
    found += [f"exit {run.code}, not {code}: {run.errors[-300:]}"] if run.code != code else []
    found += ["a traceback"] if "Traceback" in run.errors else []
    return Seen(name, said, run.code, tuple(found))
