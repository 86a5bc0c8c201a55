"""What series hold of themselves: a shape of the season that does not depend on what lies beside it."""

import numpy as np
import pytest

from workbench.analytics.forecast.panel import SHORT, seasonal_shape

SEASON = 12
INDICES = 1 + 0.3 * np.sin(2 * np.pi * np.arange(SEASON) / SEASON)


@pytest.mark.parametrize("additive", [True, False])
@pytest.mark.parametrize("time", [SHORT * SEASON - 5, SHORT * SEASON, SHORT * SEASON + 1, 61, 72, 115])
def test_a_young_series_keeps_its_months_beside_older_ones(time: int, additive: bool) -> None:
    old = 100 * INDICES[np.arange(time) % SEASON]
    young = np.where(np.arange(time) < time - 30, np.nan, old)
    shape = seasonal_shape(np.array([old, young]), SEASON, additive=additive)
    plain = 100 * (INDICES - 1) if additive else INDICES

    assert shape[1] == pytest.approx(plain, abs=0.12 * (100 if additive else 1))
    assert np.corrcoef(shape[1], plain)[0, 1] > 0.99
