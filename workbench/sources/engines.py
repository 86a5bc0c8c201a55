"""Engines that hold order lines: the embedded one (DuckDB), and any database that Ibis reaches by a URL."""

import contextlib
import importlib
import math
import os
import re
import sys
import tempfile
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs, quote, unquote, urlsplit

from workbench import temporary
from workbench.errors import DataError
from workbench.settings import secret
from workbench.sources import spark

if TYPE_CHECKING:
    import ibis
    import pandas as pd
    from ibis.backends.duckdb import Backend

# 20 million lines aggregate below 1 GB with this; Python and its libraries take the rest, and what is over it spills
MEMORY = 480_000_000
A_THREAD = 4_000_000  # bytes of files that keep one thread busy: with less, a further thread costs more than it does
_T = TypeVar("_T")
_URLS: "weakref.WeakKeyDictionary[Any, str]" = weakref.WeakKeyDictionary()  # of databases, with ${NAME} as it stands
_ROOM: "weakref.WeakKeyDictionary[Any, int]" = weakref.WeakKeyDictionary()  # bytes that our own engines may take
_SCRATCH: "weakref.WeakKeyDictionary[Any, tempfile.TemporaryDirectory[str]]" = weakref.WeakKeyDictionary()


def embedded(size: float = math.inf) -> "Backend":
    """An empty DuckDB in memory that spills to a temporary folder and downloads nothing.

    It uses all cores, or as many as files of `size` bytes keep busy.
    """
    ibis = _ibis()
    folder = temporary.folder("engine")
    con = ibis.duckdb.connect(
        threads=int(min(os.cpu_count() or 1, size // A_THREAD + 1)),
        memory_limit=_bytes(MEMORY),
        temp_directory=str(Path(folder.name) / "spill"),
        preserve_insertion_order=True,  # row numbers in a message are those of the file
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
    )
    _SCRATCH[con], _ROOM[con] = folder, MEMORY
    return con


def with_room(con: Any, ask: Callable[[], _T]) -> _T:
    """What `ask()` gives. Our own engine gets more memory, step by step, where a query needs it and the machine has it:
    counts of very many different orders cannot be spilled to disk. DataError where it has not."""
    while con in _ROOM:
        import duckdb

        try:
            return ask()
        except duckdb.OutOfMemoryException:
            _grow(con)
    return ask()


def _grow(con: Any) -> None:
    import psutil

    if psutil.virtual_memory().available < 2 * MEMORY:
        short = f"the order lines need more than {_ROOM[con] / 1e9:.1f} GB at once, and the machine has no more to give"
        advice = "Run fewer notebooks side by side (--workers 1), or put the lines into a database and name its url."
        raise DataError("data", [f"{short}. {advice}"]) from None
    _ROOM[con] += MEMORY
    con.con.execute(f"SET memory_limit = '{_bytes(_ROOM[con])}'")


def _bytes(count: int) -> str:
    return f"{count // 1_000_000}MB"


def scratch(con: "Backend") -> Path:
    """A folder for what `con` need not hold in memory; it goes when `con` goes."""
    if con not in _SCRATCH:
        _SCRATCH[con] = temporary.folder("engine")
    return Path(_SCRATCH[con].name)


def stage(con: "Backend") -> str:
    """The name of a database on disk, attached to `con`, for rows that had to be parsed once."""
    attached = con.con.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = 'workbench_stage'").fetchone()
    if not attached:
        con.con.execute(f"ATTACH {quoted(scratch(con) / 'stage.duckdb')} AS workbench_stage")
    return "workbench_stage"


def own(con: Any) -> bool:
    """Whether `con` is an engine that we made ourselves, where we may keep tables."""
    return con in _SCRATCH


def kept(con: Any, parts: "Sequence[ibis.Table]", name: str) -> Any:
    """The rows of all `parts` as a table on disk where `con` is our own engine, computed once; else the first part."""
    if not own(con):
        return parts[0]
    place = (stage(con), "main")
    table = with_room(con, lambda: con.create_table(name, parts[0], database=place, overwrite=True))
    for part in parts[1:]:
        with_room(con, partial(con.insert, name, part, database=place))
    return table


def connect(url: str, folder: Path = Path()) -> "ibis.BaseBackend":
    """A database by its URL; ${NAME} comes from the environment, a file's path is relative to `folder`."""
    ibis = _ibis()
    try:
        con = spark.connect(_opened(url)) if url.startswith("spark://") else ibis.connect(_local(_opened(url), folder))
    except failures() as error:
        raise DataError(shown(url), [_refused(error, url)]) from None  # the cause may hold the password
    _URLS[con] = url
    return con


@contextlib.contextmanager
def asking(con: Any) -> Iterator[None]:
    """Says in plain words what a database by URL refuses, without what the driver may tell of the password."""
    url = _URLS.get(con, "")
    try:
        yield
    except drivers() as error:
        if not url:
            raise  # our own engine: a fault of ours, to be seen as it is
        reason = _told(str(error).strip() or type(error).__name__, url).splitlines()[0]
        problem = f"it did not answer a query: {reason}. Check that it is up, then run again."
        raise DataError(shown(url), [problem]) from None


def frame(expr: "ibis.Table") -> "pd.DataFrame":
    """The rows of an expression in pandas: days and moments as datetime64[us], decimals as float64."""
    with warnings.catch_warnings(), asking(expr.get_backend()):
        quiet()
        rows = expr.to_pandas()
    for name, kind in expr.schema().items():
        if kind.is_date() or kind.is_timestamp():
            rows[name] = rows[name].astype("datetime64[us]")
        elif kind.is_decimal():
            rows[name] = rows[name].astype("float64")
    return rows


def shown(url: str) -> str:
    """A URL as it may be shown: without user, password and options."""
    scheme, _, rest = url.partition("://")
    place = re.split("[?&=]", rest.rpartition("@")[2])[0]  # a password may hold any mark, even / and ?
    socket = parse_qs(url.partition("?")[2]).get("host", [""])[0] if place[:1] in ("", "/") else ""
    return f"{scheme}://{socket}{place}"


def quoted(value: object) -> str:
    """A text as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def named(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _ibis() -> Any:
    quiet()
    import ibis

    return ibis


def quiet() -> None:
    """Ibis 12 calls what pandas 4 and DuckDB 2 will drop; readers of a report can do nothing about it."""
    for category in (DeprecationWarning, FutureWarning):  # pandas' own are subclasses of these
        warnings.filterwarnings("ignore", category=category, module=r"ibis(\.|$)")


def _local(url: str, folder: Path) -> str:
    """Files stand relative to the settings, DuckDB's are opened for reading only; no server is waited for long."""
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql") and "connect_timeout" not in url:
        return f"{url}{'&' if '?' in url else '?'}connect_timeout=15"
    if scheme not in ("duckdb", "sqlite") or not rest:
        return url
    path, _, options = rest.partition("?")
    file = folder / path
    if not file.is_file():
        raise DataError(shown(url), [f"there is no database file {path}. Correct the url in workbench.toml."])
    reading = ["read_only=True"] if scheme == "duckdb" and "read_only" not in options else []
    return f"{scheme}://{file}" + ("?" + "&".join(filter(None, [options, *reading])) if options or reading else "")


def failures() -> tuple[type[Exception], ...]:
    """All that may be raised where a database is opened."""
    return (*drivers(), ImportError, OSError, ValueError)


def drivers() -> tuple[type[Exception], ...]:
    """What the drivers raise; those that are not installed cannot raise anything."""
    import duckdb
    from ibis.common.exceptions import IbisError, TableNotFound

    found: list[type[Exception]] = [IbisError, TableNotFound, duckdb.Error]
    for module, name in (("psycopg", "Error"), ("sqlite3", "Error"), ("pyspark.errors", "PySparkException")):
        if module in sys.modules or module == "sqlite3":  # one that was never imported raises nothing
            found.append(getattr(importlib.import_module(module), name))
    return tuple(found)


def _refused(error: Exception, url: str) -> str:
    if isinstance(error, ImportError):
        scheme = urlsplit(url).scheme
        driver = "pyspark" if scheme == "spark" else scheme
        return f"the driver for {scheme} is not installed. Install it with: pip install 'ibis-framework[{driver}]'."
    reason = _told(str(error).strip() or type(error).__name__, url).splitlines()[0]
    return f"it cannot be reached: {reason}. Check that it is up, and the url in workbench.toml."


def _opened(url: str) -> str:
    """`url` with ${NAME} replaced; what stands before the @ is quoted, so that a password may hold marks of a URL."""
    secret(url)  # names all that are not set
    head, at, tail = url.rpartition("@")

    def written(name: re.Match[str]) -> str:
        user = ":" not in head[: name.start()].partition("://")[2]  # or both in one name, as user:password
        return quote(secret(name[0]), safe="@:" if user else "")

    return re.sub(r"\$\{\w+\}", written, head) + at + secret(tail)


def _told(text: str, url: str) -> str:
    """What the driver says, unless a piece of the password is in it, however the driver wrote it."""
    pieces = {piece for word in _passwords(url) for piece in _pieces(word.lower())}
    if any(piece in text.lower() for piece in pieces):
        return "what the driver says holds a part of the password, so it is not shown"
    return re.sub(r"(password\s*[=:]\s*)\S+", r"\1***", text, flags=re.I)


def _passwords(url: str) -> set[str]:
    """The secrets of a URL, each as it is and as it is written in a URL: the password, and each ${NAME} in options."""
    whole = secret(url)
    user, _, word = whole.partition("://")[2].rpartition("@")[0].partition(":")
    options = [v for k, vs in parse_qs(whole.partition("?")[2]).items() if "pass" in k.lower() for v in vs]
    held = [secret(name) for name in re.findall(r"\$\{\w+\}", url.rpartition("@")[0].partition("://")[2])]
    found = {word, *options, *(h for h in held if h != user)}
    return {form for w in found for form in (w, unquote(w), quote(w, safe=""))} - {""}


def _pieces(word: str) -> set[str]:
    return {word[i : i + 3] for i in range(max(1, len(word) - 2))}
