"""What the period should bring, and the target that follows: strategy, baseline, market and means on one axis.

baseline   what the period should bring if nothing changes, as joint draws; how likely any amount is, of any part
odds       from draws to chances, smooth and never certain · hindcasts what forecasts made the same way missed before
means      what hires and spend add · response of leads to spend
targets    strategy, baseline, market and means; the target, its levels and its chance
gap        what the strategy needs beyond the baseline, in deals, opportunities, win rate
anchor     customers who buy again, new ones, new products in the target · market_share whether it holds the share
plan_scenarios  the target under scenarios, and what it hangs on
"""
