"""From the target back to deals, opportunities, leads and daily actions.

worked     what an amount needs by rates given by hand, and what a week's actions bring
rates      the funnel's own rates · shrinking of parts with few deals · lags wins by age
backsolve  from money back to opportunities and leads, as ratio, for a chance and by month · solving · timeline
actions    what each rep does on a working day
lifecycle  the life of a customer as targets, and its channels
"""
