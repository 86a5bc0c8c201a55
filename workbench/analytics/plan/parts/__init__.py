"""One target split to every part and period: rules kept with the least change, sums exact.

keys_mix    what each part's share starts from: history, forecast, potential, capacity, margins
rules       rules as limits; which of them a split by anyone keeps
projection  all rules kept with the least change · conflicts the smallest sets that cannot hold
rounding    whole units with every sum exact
selling     the selling calendar, and how the season runs over the months
split       one target to parts and months · split_tables, split_findings, split_parts, split_result
"""
