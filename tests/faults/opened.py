"""What files hold once they are opened: archives, compressed texts, tables and the streams of a PDF."""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq


def holding(folder: Path, *secrets: str) -> list[str]:
    """The files below a folder whose name or content has one of the secrets, however packed."""
    sought = [form for secret in secrets for form in (secret.encode(), secret.encode("utf-16-le"))]
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    named = [p for p in files if any(secret in str(p) for secret in secrets)]
    return [str(p) for p in files if p in named or any(s in part for part in parts(p.read_bytes()) for s in sought)]


def parts(data: bytes) -> Iterator[bytes]:
    """The content itself, and everything that is packed in it."""
    yield data
    if data[:2] == b"\x1f\x8b":
        yield from parts(gzip.decompress(data))
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from parts(archive.read(name))
    elif data[:4] == b"PAR1":
        yield from _of_table(data)
    elif data[:5] == b"%PDF-":
        yield from _of_pdf(data)


def _of_table(data: bytes) -> Iterator[bytes]:
    table = pq.read_table(io.BytesIO(data))
    yield repr(table.schema.metadata).encode()
    yield repr(table.column_names).encode()
    for column in table.columns:
        yield "\n".join(str(value) for value in column.to_pylist()).encode("utf-8", "surrogatepass")


def _of_pdf(data: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue
