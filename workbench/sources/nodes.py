"""Which parts a company has: the values of levels that order lines hold, by one query."""

from workbench.run import Run
from workbench.sources.loading import load


def nodes(run: Run, levels: tuple[str, ...]) -> tuple[list[dict[str, str]], float]:
    """Each combination of values that has lines, the most money first, as scopes; and the money that names none."""
    sold = load(run).sales("year", by=levels)
    named = sold.dropna(subset=list(levels))
    sums = named.groupby(list(levels), sort=True)["amount"].sum().abs().sort_values(ascending=False, kind="stable")
    frame = sums.index.to_frame(index=False)
    found = [{level: str(row[level]) for level in levels} for row in frame.to_dict("records")]
    return found, float(sold["amount"].sum() - named["amount"].sum())
