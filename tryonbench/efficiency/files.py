"""Reading inputs and writing pictures, timed apart from the method."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from torch import Tensor

from tryonbench.data.dataset import VitonHD
from tryonbench.data.layout import open_split
from tryonbench.data.pairs import own_garments
from tryonbench.efficiency.schema import Files, Samples
from tryonbench.efficiency.timing import WallClock, timed_once
from tryonbench.errors import InputError
from tryonbench.images import save_png, to_pixels
from tryonbench.method import MethodInfo

FILES = 20
"""Pictures that are read, and written, after one that does not count."""


def file_times(info: MethodInfo, images: Tensor, root: Path | None) -> Files:
    """Time reading the test split of a data root, and writing a method's pictures."""
    saving = Samples.of(_saving(images))
    if root is None:
        return Files(saving=saving, missing="no samples can be drawn at this size; give --data")
    try:
        times = _loading(info, (images.shape[-2], images.shape[-1]), root)
    except InputError as error:
        return Files(saving=saving, missing=str(error))
    return Files(loading=Samples.of(times), saving=saving, source=str(root))


def _loading(info: MethodInfo, size: tuple[int, int], root: Path) -> list[float]:
    split = open_split(root, "test")
    dataset = VitonHD(split, own_garments(split), size, info.inputs)
    clock = WallClock()
    return [
        timed_once(lambda n=n: dataset[n % len(dataset)], clock)  # type: ignore[misc]
        for n in range(FILES + 1)
    ][1:]


def _saving(images: Tensor) -> list[float]:
    """One picture at a time, from the device to a PNG."""
    with TemporaryDirectory(prefix="tryonbench-bench-") as folder:
        path, clock = Path(folder) / "picture.png", WallClock()
        times = [
            timed_once(lambda: save_png(path, to_pixels(images[:1])[0]), clock)
            for _ in range(FILES + 1)
        ]
    return times[1:]
