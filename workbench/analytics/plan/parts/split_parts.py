"""A split seen by level, by month and by rule: one section of a page each."""

from workbench.analytics.plan.parts.split_findings import level_findings, month_findings, rule_findings
from workbench.analytics.plan.parts.split_result import Split, SplitLevel, SplitMonths, SplitRules, by_quarter


def split_levels(split: Split) -> tuple[SplitLevel, ...]:
    """One result for each level (and margin) that has two nodes or more."""
    levels = [level for level in split.levels if len(split.by[level]) > 1]
    return tuple(
        SplitLevel(
            level=level,
            table=split.by[level],
            period=split.period,
            means=split.means,
            findings=level_findings(split, level),
        )
        for level in levels
    )


def split_months(split: Split) -> SplitMonths:
    """The target by month and quarter, and the weeks in which nobody is to sell."""
    quarters = by_quarter(split).sum().round(2).rename("target").to_frame()
    return SplitMonths(
        table=split.year_months,
        quarters=quarters,
        period=split.period,
        selling=split.selling,
        means=split.means,
        findings=month_findings(split),
    )


def split_rules(split: Split) -> SplitRules | None:
    """Which rules bind and what they cost; None where there are no rules."""
    if not len(split.rules):
        return None
    return SplitRules(table=split.rules, amount=split.amount, unit=split.unit, findings=rule_findings(split))
