"""A Spark session by a URL: `spark://local[2]` on this machine, `spark://host:7077` on a cluster.

What stands behind a ? is given to the session as it is (`?spark.executor.memory=4g`). Days are days everywhere, so the
session's clock is UTC. A table is a name that Spark's catalog knows, or a Parquet file or folder.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    import ibis

_USUAL = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "16",
    "spark.log.level": "ERROR",
}


def connect(url: str) -> "ibis.BaseBackend":
    """A session of the master that `url` names; ImportError where pyspark is not installed, OSError without Java."""
    import ibis
    from pyspark.sql import SparkSession  # type: ignore[import-not-found,unused-ignore]

    place, _, options = url.partition("://")[2].partition("?")
    master = place if place.startswith("local") else f"spark://{place}"
    builder = SparkSession.builder.master(master).appName("workbench")
    for name, value in {**_USUAL, **dict(parse_qsl(options))}.items():
        builder = builder.config(name, value)
    return ibis.pyspark.connect(_started(builder))


def file_of(table: str, folder: Path) -> Path | None:
    """The Parquet file or folder that a table's name means, sought from the settings' folder; None for other names."""
    path = folder / table
    return path if path.exists() else None


def _started(builder: Any) -> Any:
    from pyspark.errors import PySparkException  # type: ignore[import-not-found,unused-ignore]

    try:
        return builder.getOrCreate()
    except (PySparkException, RuntimeError) as error:
        raise OSError(f"Spark did not start: {error}. It needs Java 17 or newer") from error
