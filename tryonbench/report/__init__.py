"""The report: one HTML file that opens offline."""

from tryonbench.report.build import build_report

__all__ = ["build_report"]
