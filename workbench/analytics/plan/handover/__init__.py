"""The plan as it is kept, sent to owners, answered and settled.

issuing   a split as a report keeps it and as it goes out to the owners
feedback  draft, answers and confirmed targets side by side
settling  a plan with the changes that were accepted, every sum exact
"""
