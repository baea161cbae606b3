"""`tryonbench data show`: a page of a data root's files and of the tensors made of them."""

from tryonbench.show.build import build_page
from tryonbench.show.request import Request

__all__ = ["Request", "build_page"]
