"""Files opened and their headers matched: each becomes parts, whose cells are not typed yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.sources.readers import excel, files, headers, parquet, text, wide
from workbench.sources.readers.job import Found, Job
from workbench.sources.readers.kinds import Cell
from workbench.sources.readers.parts import Part


def open_files(job: Job, found: Found) -> None:
    """The parts of all files that the source names; those that cannot be used are problems."""
    paths, reasons = files.find(job.source.files, job.folder)
    found.problems += reasons
    shown = files.names(paths, job.folder)
    parquets: dict[Path, str] = {}
    for path in paths:
        if reason := files.unusable(path, shown[path]):
            found.problems.append(reason)
            continue
        found.digest[shown[path]] = files.digest(path)
        ending = path.suffix.lower()
        if ending in files.PARQUET:
            parquets[path] = shown[path]
        elif ending in files.WORKBOOKS:
            _open_workbook(job, found, path, shown[path])
        else:
            _open_text(job, found, path, shown[path])
    _open_parquet(job, found, parquets)


def _open_text(job: Job, found: Found, path: Path, name: str) -> None:
    """The part that a text file is."""
    opened, problems = text.open_text(path, name, job.source, job.source.header)
    found.problems += problems
    if opened is not None and job.source.wide:
        _open_wide(job, found, opened)
    elif opened is not None:
        _open_long(job, found, opened)


def _open_wide(job: Job, found: Found, opened: text.Text) -> None:
    rows, problems = text.numbered(opened)
    sheet, more = wide.long(wide.of_text(opened.name, rows, opened.headers, opened.header), job.source, opened.name)
    found.problems += problems + more
    if not more:
        _open_sheet(job, found, sheet, opened.name)


def _open_long(job: Job, found: Found, opened: text.Text) -> None:
    places = matched(job, found, opened.headers, opened.name, [list(r) for r in opened.sample])
    if places is None:
        return
    rows = text.rows(job.con, opened)
    found.problems += rows.problems
    found.temporary += [rows.temporary] if rows.temporary else []
    found.parts.append(Part(
        opened.name, rows.origin, {ours: Cell(f"c{i}") for ours, i in places.items()},
        {ours: opened.headers[i] for ours, i in places.items()}, rows.row, rows.first,
        filled=f"coalesce({', '.join(f'c{i}' for i in range(len(opened.headers)))}, NULL) IS NOT NULL",
        proved=dict(opened.proved) | ({"footer": rows.footer} if rows.footer else {})))  # fmt: skip


def _open_workbook(job: Job, found: Found, path: Path, name: str) -> None:
    """A part for each sheet of a workbook that is meant."""
    asked = job.source.sheets if job.source.sheets and job.source.sheets != ["*"] else None
    sheets, problems = excel.open_sheets(path, name, asked)
    if not sheets:
        found.problems += problems or [f"{name} has no sheet with anything in it."]
        return
    if job.source.wide:
        made = [wide.long(s, job.source, f"{name} [{s.name}]") for s in sheets]
        problems += [p for _, some in made for p in some]
        sheets = [s for s, some in made if not some] or sheets
    fitting = [not headers.match(_wanted(job, s.headers(job.source.header, job.source.names)),
                                 s.headers(job.source.header, job.source.names), "")[1] for s in sheets]  # fmt: skip
    chosen, reasons = excel.choose(sheets, job.source, name, fitting)
    found.problems += reasons + (problems if chosen == sheets else [])
    for sheet in chosen:
        _open_sheet(job, found, sheet, f"{name} [{sheet.name}]")


def _open_sheet(job: Job, found: Found, sheet: excel.Sheet, name: str) -> None:
    header = job.source.header
    names = sheet.headers(header, job.source.names)
    first = [[""] for _ in range(sheet.first - 1)] + [[excel.shown(c) for c in r] for r in sheet.rows[:30]]
    places = matched(job, found, names, name, first)
    if places is None:
        return
    view, cells = excel.register(job.con, sheet, header, list(places.values()))
    found.parts.append(Part(name, view, dict(zip(places, cells, strict=True)),
                            {ours: names[i] for ours, i in places.items()}, "r",
                            proved={"sheet": sheet.name}))  # fmt: skip


def _open_parquet(job: Job, found: Found, paths: Mapping[Path, str]) -> None:
    """Parts of files that have one schema; each part is one scan, however many files it has."""
    groups: dict[parquet.Schema, dict[Path, str]] = defaultdict(dict)
    for path, name in paths.items():
        schema, problem = parquet.schema(job.con, path, name)
        found.problems += [problem] if problem else []
        if schema:
            groups[schema][path] = name
    for schema, group in groups.items():
        name = next(iter(group.values())) + (f" and {len(group) - 1} more" if len(group) > 1 else "")
        places = matched(job, found, [c for c, _ in schema], name, [])
        if places is not None:
            wanted = {ours: schema[i][0] for ours, i in places.items()}
            origin, file = parquet.origin(group, [schema[i] for i in places.values()])
            cells = {ours: parquet.cell(f"c{n}", schema[i][1]) for n, (ours, i) in enumerate(places.items())}
            found.parts.append(Part(name, origin, cells, wanted, "r", file=file, lazy=True, proved={}))


def _wanted(job: Job, names: Iterable[str]) -> dict[str, str]:
    return headers.wanted(job.source, job.table, job.extra, list(names))


def matched(job: Job, found: Found, names: Iterable[str], name: str, first: list[list[str]]) -> dict[str, int] | None:
    """The place of each of our columns in the file; None, with problems, where some are not there."""
    names = list(names)
    wanted = _wanted(job, names)
    places, problems = headers.match(wanted, names, name)
    if (
        problems
        and not places
        and (row := headers.where_found(wanted.values(), first)) not in (None, job.source.header)
    ):
        problems = [f"{name}: the column names stand in row {row}, not in row {job.source.header}. Set header = {row}."]
    found.problems += problems
    return None if problems or not places else places
