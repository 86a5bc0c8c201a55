"""The people who carry it: capacity, quotas, fairness, KPIs, pay.

people    who sells, how far each is, what each should bring · people_findings · roster, pace, ramp what it is made of
capacity  full sellers that the target needs against those there are
teams     from a split by parts to the teams that sell in them
quotas    a team's target handed to its people · fairness quota against potential and chance
owners    who answers for each part · accounts key accounts and veterans' goals · training who needs which
weights   KPIs by role with weights, goals beside sales · stages templates by the company's age
pay       what attainment pays and what it costs · commission exact to the cent
"""
