"""How well colours are told apart: by everybody, by people with a colour-vision deficiency, and in grey print."""

import colour
import numpy as np
from matplotlib.colors import to_rgb

DEFICIENCIES = (None, "Protanomaly", "Deuteranomaly", "Tritanomaly")  # at severity 1: protanopia and so on


def seen(shade: str, deficiency: str | None = None) -> np.ndarray:
    """`shade` in CIE L*a*b*, as an eye with the deficiency sees it (Machado, Oliveira & Fernandes 2009).

    For tritanopia, which is rare, the model is an approximation: the library says so in a warning.
    """
    linear = colour.cctf_decoding(np.array(to_rgb(shade)), function="sRGB")
    if deficiency:
        with colour.utilities.suppress_warnings(colour_usage_warnings=True):
            linear = np.clip(colour.matrix_cvd_Machado2009(deficiency, 1.0) @ linear, 0, 1)
    return colour.XYZ_to_Lab(colour.RGB_to_XYZ(linear, "sRGB", apply_cctf_decoding=False))


def difference(one: str, other: str) -> float:
    """The least CIEDE2000 difference over all kinds of colour vision; 1 is just noticed side by side."""
    return min(float(colour.delta_E(seen(one, eye), seen(other, eye), method="CIE 2000")) for eye in DEFICIENCIES)


def grey_step(one: str, other: str) -> float:
    """The difference in lightness (L*, from 0 to 100), which is all that a black-and-white printer leaves."""
    return abs(float(seen(one)[0] - seen(other)[0]))
