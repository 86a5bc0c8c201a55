"""Takes secrets out of the files that notebooks wrote: a driver's error may stand in a table as in a printed text."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.publish.outputs import redactor

if TYPE_CHECKING:
    import pyarrow as pa

Hide = Callable[[Any], Any]


def clean(files: Iterable[Path], secrets: Iterable[str]) -> None:
    """Writes those of the files again that hold one of the secrets: texts, and Parquet with what is packed in it."""
    sought = sorted(secrets)
    if not sought:
        return
    hide = redactor(sought)
    for file in files:
        if file.suffix == ".parquet":
            _table(file, hide)
        else:
            _text(file, hide)


def _text(file: Path, hide: Hide) -> None:
    held = file.read_bytes().decode("utf-8", "surrogateescape")
    if (shown := hide(held)) != held:
        file.write_bytes(shown.encode("utf-8", "surrogateescape"))


def _table(file: Path, hide: Hide) -> None:
    """Names of columns, what the file says of itself, and every text in it; other values hold no secret."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        held = pq.read_table(file)
    except pa.ArrowInvalid:
        held = None  # it only calls itself a table
    if held is None:
        _text(file, hide)
    elif (shown := _shown(held, hide)) is not held:
        pq.write_table(shown, file)


def _shown(held: "pa.Table", hide: Hide) -> "pa.Table":
    """The table without secrets; the same one where it holds none."""
    made = held
    for at, field in enumerate(held.schema):
        column = held.column(at)
        if _is_text(field.type) and (told := hide(values := column.to_pylist())) != values:
            import pyarrow as pa

            made = made.set_column(at, field.name, pa.array(told))
    if (names := hide(list(held.column_names))) != held.column_names:
        made = made.rename_columns(names)
    about = [part.decode("utf-8", "replace") for pair in (held.schema.metadata or {}).items() for part in pair]
    if made is held and hide(about) == about:
        return held
    shown = hide(about)
    return made.replace_schema_metadata(dict(zip(shown[::2], shown[1::2], strict=True)))


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow.types as types

    inside = kind.value_type if types.is_dictionary(kind) or types.is_list(kind) else kind
    return bool(types.is_string(inside) or types.is_large_string(inside) or types.is_string_view(inside))
