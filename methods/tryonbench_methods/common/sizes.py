"""Which image sizes a network of a given depth can work on."""

from __future__ import annotations

from tryonbench.errors import InputError


def require_multiple(method: str, size: tuple[int, int], factor: int) -> None:
    """Refuse a size (height, width) that the network cannot halve often enough.

    Raises:
        InputError: height or width is not a multiple of `factor`.
    """
    if size[0] % factor or size[1] % factor:
        raise InputError(
            f"{method}: a model this deep needs height and width divisible by {factor}, "
            f"not {size[0]}x{size[1]}; choose another size or fewer levels"
        )


def require_patches(method: str, size: tuple[int, int], patch: int | None) -> None:
    """Refuse a size (height, width) that patches of so many pixels a side do not fill.

    Raises:
        InputError: height or width is not a multiple of `patch`.
    """
    if patch and (size[0] % patch or size[1] % patch):
        raise InputError(
            f"{method}: warp_patch {patch} does not divide {size[0]}x{size[1]}; choose another "
            "patch, or null for none"
        )
