"""Published numbers of the libraries that forecasts are built on or compared with: a release that changes them shows.

Exponential smoothing (FPP 7): the engine has a grid of its own; the numbers pin what others mean by these methods.
Seasonal decomposition (STL): history uses the library's, which must agree with the authors' Fortran.
X-13's holiday regressors need a program that is not here; Spring Festival is checked on China's trade in
test_calendar.py instead, with the same windows.
"""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

OIL = [446.6565, 454.4733, 455.6630, 423.6322, 456.2713, 440.5881, 425.3325, 485.1494, 506.0482, 526.7920, 514.2689,
       494.2110]  # fmt: skip
AIR = [17.5534, 21.8601, 23.8866, 26.9293, 26.8885, 28.8314, 30.0751, 30.9535, 30.1857, 31.5797, 32.577569, 33.477398,
       39.021581, 41.386432, 41.596552]  # fmt: skip


def test_simple_smoothing_of_oil_is_as_published() -> None:  # FPP 7.1
    from statsmodels.tsa.api import SimpleExpSmoothing

    found = SimpleExpSmoothing(np.array(OIL), initialization_method="estimated").fit()

    assert found.params["smoothing_level"] == pytest.approx(0.8920, abs=5e-4)
    assert found.params["initial_level"] == pytest.approx(447.48, abs=5e-3)
    assert found.forecast(1)[0] == pytest.approx(496.49, abs=5e-3)


def test_holt_of_air_passengers_is_as_published() -> None:  # FPP 7.2; and the recursion itself, by hand
    from statsmodels.tsa.api import Holt

    level, trend = AIR[0], AIR[1] - AIR[0]
    for value in AIR:
        before = level + trend
        level = 0.8 * value + 0.2 * before
        trend = 0.2 * (level - (before - trend)) + 0.8 * trend
    model = Holt(np.array(AIR), initialization_method="known", initial_level=AIR[0], initial_trend=AIR[1] - AIR[0])
    found = model.fit(smoothing_level=0.8, smoothing_trend=0.2, optimized=False).forecast(5)

    assert found == pytest.approx([43.76, 45.59, 47.43, 49.27, 51.10], abs=6e-3)
    assert found == pytest.approx([level + h * trend for h in range(1, 6)])


def test_decomposition_agrees_with_its_authors_program() -> None:  # netlib's stl, as statsmodels keeps its results
    from statsmodels.tsa.seasonal import STL

    kept = files("statsmodels.tsa.stl.tests") / "results"
    if not kept.joinpath("stl_co2.csv").is_file():
        pytest.skip("this build of statsmodels does not keep the results of the authors' program")
    series = pd.read_csv(str(kept / "stl_co2.csv"), header=None).iloc[:, 0].to_numpy(float)
    published = pd.read_csv(str(kept / "stl_test_results.csv"), skipinitialspace=True)
    published = published.set_axis(published.columns.str.strip(), axis=1).query("scenario.str.strip() == 'baseline'")

    model = STL(series, period=12, seasonal=35, trend=19, low_pass=13, seasonal_jump=4, trend_jump=2, low_pass_jump=2)
    found = model.fit(inner_iter=1, outer_iter=2)

    assert found.seasonal == pytest.approx(published["season"].to_numpy(), abs=1e-4)
    assert found.trend == pytest.approx(published["trend"].to_numpy(), abs=1e-4)
