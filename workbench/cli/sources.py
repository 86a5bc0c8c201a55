"""Commands on a company's files: settings guessed from them, checked with them; a made-up company."""

from pathlib import Path
from typing import Annotated

import typer


def init(
    files: Annotated[
        list[Path], typer.Argument(help="The company's exports (CSV, Excel, Parquet), or folders of them.")
    ],
    out: Annotated[Path, typer.Option(help="Settings file to write.")] = Path("workbench.toml"),
    name: Annotated[str, typer.Option(help="The company's name; the folder's by default.")] = "",
    currency: Annotated[str, typer.Option(help="Its currency, e.g. CNY; guessed or asked by default.")] = "",
    lang: Annotated[str, typer.Option(help="Languages of its reports, e.g. zh-CN,en; the headers' by default.")] = "",
    force: Annotated[bool, typer.Option(help="Overwrite a settings file that is there already.")] = False,
) -> None:
    """Write a commented workbench.toml by looking at the files."""
    from workbench.sources import guess

    typer.echo(guess.init(files, out, name=name, currency=currency, lang=lang, force=force))


def check(settings: Annotated[str, typer.Argument(help="The company's settings.")] = "workbench.toml") -> None:
    """Say everything that is wrong with the settings and the data, at once."""
    from workbench.sources import check as checks
    from workbench.views.words import Words

    checked = checks.check(settings)
    typer.echo(checks.told(checked, lambda run: Words.of(run, "en").phrase), err=not checked.good)
    raise typer.Exit(0 if checked.good else 1)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where its files go.")] = Path("data/demo"),
    seed: Annotated[int, typer.Option(help="The same seed makes the same company.")] = 7,
) -> None:
    """Write the files of a made-up company, to try the workbench on."""
    from workbench.sources import demo as made_up

    files = made_up.generate(folder, seed)
    typer.echo(f"Wrote a made-up company: {len(files)} files in {folder}. Next: workbench check {folder}")
