"""The smallest effect that a finished study could have found: what a null result rules out, and what it does not."""

from scipy.stats import t as student

from pipeline.errors import ParameterError


def minimum_detectable_effect(std_error: float, df: float, power: float = 0.8, significance: float = 0.05) -> float:
    """The true effect (≥ 0, in the error's unit) that a two-sided test finds with `power`.

    (t at 1 − significance / 2 + t at power) · error, with `df` degrees of freedom: Bloom (1995, Evaluation Review 19:
    547–556). With the estimate's own cluster-robust error it tells about the design as it was, whatever the estimate.
    ParameterError for an error or degrees of freedom that are not positive, or a power or significance outside 0 … 1.

    >>> round(minimum_detectable_effect(1.0, df=1e6), 2)
    2.8
    """
    if not (std_error > 0 and df > 0 and 0 < power < 1 and 0 < significance < 1):
        raise ParameterError(
            "Impossible error, degrees of freedom, power or significance.",
            found=f"{std_error:g}, {df:g}, {power:g} and {significance:g}",
        )
    return float((student.ppf(1 - significance / 2, df) + student.ppf(power, df)) * std_error)
