"""Every chart is drawn in the house style, and closed."""

import matplotlib
import matplotlib.pyplot as plt
import pytest

from pipeline.charts.style import house_style

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def style():
    house_style()
    yield
    plt.close("all")
