"""How sure a number is: intervals, FID's bias, and tests of differences."""

from tryonbench.stats.intervals import mean_interval

__all__ = ["mean_interval"]
