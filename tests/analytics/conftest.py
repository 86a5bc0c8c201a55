"""Property tests run the same examples each time, however slow the machine."""

import hypothesis

hypothesis.settings.register_profile("repeatable", deadline=None, max_examples=60, derandomize=True)
hypothesis.settings.load_profile("repeatable")
