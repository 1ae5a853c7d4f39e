"""Every chart looks as it did when somebody last looked at it: compared with the pictures in `baseline`.

A change that is wanted: `pytest tests/charts/test_images.py --mpl-generate-path=tests/charts/baseline`, look at the
pictures, and keep them. matplotlib carries its own fonts and font renderer, so a picture is the same on every machine.
"""

import pytest

from pipeline.charts.style import house_style
from tests.charts.gallery import DRAWN

TOLERANCE = 1  # root mean square of the difference, of 255: a few dots of a number are more
DOTS = 60  # an inch


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in DRAWN if name != "likert-forty"])  # as others, and a large file
@pytest.mark.mpl_image_compare(
    baseline_dir="baseline", style="default", tolerance=TOLERANCE, savefig_kwargs={"dpi": DOTS}
)
def test_a_chart_looks_as_it_did(name):
    house_style()  # again: the comparison starts from matplotlib's own
    return DRAWN[name]()
