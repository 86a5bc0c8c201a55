"""The company's files, byte for byte the same for the same content."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd


def write_csv(path: Path, frame: pd.DataFrame, encoding: str = "utf-8") -> Path:
    """The file, with dates as 2026-09-30 and empty cells where nothing is known."""
    path.write_bytes(_dated(frame).to_csv(index=False, lineterminator="\n").encode(encoding))
    return path


def write_excel(path: Path, sheets: Mapping[str, pd.DataFrame]) -> Path:
    """The workbook. Stored without compression: compressors differ between machines, and the bytes must not."""
    written = io.BytesIO()
    with pd.ExcelWriter(written, engine="xlsxwriter", date_format="yyyy-mm-dd", datetime_format="yyyy-mm-dd") as book:
        book.book.set_properties({"created": datetime(2026, 9, 30)})
        for name, frame in sheets.items():
            frame.to_excel(book, sheet_name=name, index=False)
    path.write_bytes(_stored(written))
    return path


def _stored(workbook: io.BytesIO) -> bytes:
    plain = io.BytesIO()
    with zipfile.ZipFile(workbook) as packed, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as out:
        for name in packed.namelist():
            out.writestr(zipfile.ZipInfo(name), packed.read(name))
    return plain.getvalue()


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    dates = frame.select_dtypes("datetime")
    return frame.assign(**{str(c): dates[c].dt.strftime("%Y-%m-%d") for c in dates})
