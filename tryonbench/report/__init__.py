"""The report: one HTML file that opens offline."""

from tryonbench.report.build import Options, build_report
from tryonbench.report.gallery import Size

__all__ = ["Options", "Size", "build_report"]
