"""A panel a file of a sample, as it lies on disk; and what is drawn over the photograph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tryonbench.batch import Modality
from tryonbench.data.agnostic import labelled
from tryonbench.data.keypoints import Array, found, pose_problem
from tryonbench.data.layout import Folder, Split
from tryonbench.data.pairs import Pair
from tryonbench.data.sample import Sample, missing_folders
from tryonbench.data.truth import is_own_garment
from tryonbench.errors import InputError
from tryonbench.images import decode, image_size, open_image
from tryonbench.show.contract import outside
from tryonbench.show.panel import Panel
from tryonbench.show.pictures import coloured, drawing, exact, legend, tinted, verbatim
from tryonbench.show.pose import Pose, body25_pose
from tryonbench.show.tensors import pixels_of

Mode = Literal["RGB", "L", "P"]

MODES: dict[Folder, Mode] = {
    "image": "RGB",
    "cloth": "RGB",
    "cloth_mask": "L",
    "parse": "P",
    "parse_agnostic": "P",
    "densepose": "RGB",
    "agnostic": "RGB",
    "agnostic_mask": "L",
}
"""The folders that a modality of the same name is read from, and how."""
TRUTHS: dict[Folder, Mode] = {"truth": "RGB", "truth_parse": "P"}
SOFT = range(8, 248)
"""Grey levels that are neither black nor white, nor close to it."""

LEAK = 0.02
"""Share of a garment's pixels that a mask may miss; VITON-HD's masks miss up to 0.6 %."""


@dataclass(frozen=True)
class Scene:
    """A sample with its photograph's size, at which its files are compared."""

    sample: Sample

    @property
    def split(self) -> Split:
        return self.sample.split

    @property
    def pair(self) -> Pair:
        return self.sample.pair

    def path(self, folder: Folder) -> Path:
        return self.split.path(folder, file_name(folder, self.pair))

    def relative(self, folder: Folder) -> str:
        """`agnostic-v3.2/00017_00.jpg`."""
        return self.path(folder).relative_to(self.split.folder).as_posix()


def file_name(folder: Folder, pair: Pair) -> str:
    """Under which name a folder keeps a pair's file."""
    if folder in TRUTHS:
        return pair.truth
    return pair.cloth if folder in ("cloth", "cloth_mask") else pair.person


def file_panels(split: Split, pair: Pair) -> tuple[Panel, ...]:
    """Every file of a sample, the pose and the mask over the photograph."""
    scene = Scene(Sample(split, pair, _photo_size(split, pair)))
    own = [_panel(scene, folder) for folder in MODES]
    drawn = [_pose_panel(scene), _overlay_panel(scene)]
    return (*own[:1], *drawn, *own[1:], *_truth_panels(scene))


def _photo_size(split: Split, pair: Pair) -> tuple[int, int]:
    """Height and width; those of VITON-HD where the photograph cannot be read."""
    try:
        return image_size(split.path("image", pair.person))
    except InputError:
        return 1024, 768


def _panel(scene: Scene, folder: Folder) -> Panel:
    """What is read, computed or missing for a modality of one folder."""
    if not scene.path(folder).is_file():
        return _without_file(scene, folder)
    panel = _file_panel(scene, folder, MODES[folder])
    if panel.origin == "broken":
        return panel
    try:
        return _as_read(panel, scene, folder)
    except InputError as error:
        return replace(panel, errors=(*panel.errors, str(error)))


def _as_read(panel: Panel, scene: Scene, folder: Folder) -> Panel:
    """With colours for the labels that the loader makes of a label map.

    Raises:
        InputError: the loader refuses the file.
    """
    tensor = scene.sample.load(cast(Modality, folder))
    if MODES[folder] != "P":
        return panel
    labels = tensor[0].numpy()
    return replace(panel, picture=exact(coloured(labels), panel.subtitle), legend=legend(labels))


def _file_panel(scene: Scene, folder: Folder, mode: Mode) -> Panel:
    """A file that is there: byte for byte, with its facts."""
    path, name = scene.path(folder), scene.relative(folder)
    try:
        image = decode(path, mode)
    except InputError as error:
        return Panel(folder, "broken", name, errors=(str(error),))
    picture = verbatim(path, name)
    panel = Panel(folder, "read", name, picture, facts=tuple(_facts(path, image, mode)))
    return panel.with_doubts(_size_doubt(scene, folder, image), _mask_doubt(image, mode))


def _facts(path: Path, image: Image.Image, mode: Mode) -> Iterator[tuple[str, str]]:
    with open_image(path) as stored:
        yield "size", f"{stored.height} × {stored.width}"
        yield "mode", f"{stored.mode} {stored.format}, {_bytes(path)}"
    if mode == "L":
        counts = image.histogram()
        soft = sum(counts[level] for level in SOFT) / sum(counts)
        yield "white", f"{sum(counts[128:]) / sum(counts):.1%}"
        yield "levels", f"{sum(map(bool, counts))}, {soft:.2%} soft"


def _bytes(path: Path) -> str:
    return f"{path.stat().st_size / 1000:.0f} kB"


def _size_doubt(scene: Scene, folder: Folder, image: Image.Image) -> str | None:
    """A mask has its garment's size, everything else the photograph's."""
    like: Folder = "cloth" if folder == "cloth_mask" else "image"
    if folder == "cloth":
        return None
    try:
        height, width = image_size(scene.path(like))
    except InputError:
        return None
    same = image.size == (width, height)
    return None if same else f"the file in {like} is {height} × {width}"


def _mask_doubt(image: Image.Image, mode: Mode) -> str | None:
    """A mask that covers nothing or everything once it is cut at 128."""
    white = sum(image.histogram()[128:]) if mode == "L" else 1
    if white in (0, image.width * image.height) and mode == "L":
        return f"the mask covers {'everything' if white else 'nothing'}"
    return None


def _without_file(scene: Scene, folder: Folder) -> Panel:
    """A modality that is computed at the photograph's size, or missing."""
    name, modality = scene.relative(folder), cast(Modality, folder)
    absent = f"no file {name}"
    if lacking := missing_folders(scene.split, modality):
        return Panel(folder, "missing", note=f"this copy has no {' and no '.join(lacking)}")
    try:
        return _computed(scene, modality)
    except InputError as error:
        text = str(error) if str(scene.path(folder)) not in str(error) else absent
        return Panel(folder, "missing", errors=(text,))


def _computed(scene: Scene, modality: Modality) -> Panel:
    tensor = scene.sample.load(modality)
    mode = MODES[cast(Folder, modality)]
    facts = (("size", "{} × {}".format(*scene.sample.size)),)
    alt = f"{modality} of {scene.pair.person}, computed"
    panel = Panel(modality, "computed", "from the sample’s other files", facts=facts)
    if mode == "P":
        labels = tensor[0].numpy()
        return replace(panel, picture=exact(coloured(labels), alt), legend=legend(labels))
    if mode == "L":
        grey = (tensor[0, 0].numpy() * 255).astype(np.uint8)
        return replace(panel, picture=exact(grey, alt))
    return replace(panel, picture=drawing(pixels_of(tensor), alt))


def _pose_panel(scene: Scene) -> Panel:
    """The joints over the photograph."""
    if lacking := missing_folders(scene.split, "keypoints"):
        return Panel("keypoints", "missing", note=f"this copy has no {lacking[0]}")
    name = scene.relative("keypoints")
    try:
        points = scene.sample.body25
    except InputError as error:
        return Panel("keypoints", "broken", name, errors=(str(error),))
    facts = (("joints", f"{int(found(points).sum())} of {len(points)}"),)
    panel = Panel("keypoints", "read", name, facts=facts).with_doubts(_pose_doubt(scene, points))
    return _over_photo(panel, scene, body25_pose(points, scene.sample.size))


def _over_photo(panel: Panel, scene: Scene, pose: Pose) -> Panel:
    """With the pose drawn, if there is a photograph to draw on."""
    try:
        ground = drawing(scene.sample.photo, f"pose of {scene.pair.person}")
    except InputError:
        return replace(panel, note="the photograph cannot be read: see its panel")
    off = outside(pose.seen, scene.sample.size)
    return replace(panel, picture=ground, pose=pose, errors=(off,) if off else ())


def _pose_doubt(scene: Scene, points: Array) -> str | None:
    if found(points).any():
        return None
    problem = None if scene.split.is_dresscode else pose_problem(scene.path("keypoints"))
    return f"no joint is used{f': the file has {problem}' if problem else ''}"


def _overlay_panel(scene: Scene) -> Panel:
    """The agnostic mask over the photograph."""
    title = "mask over image"
    if lacking := missing_folders(scene.split, "agnostic_mask"):
        return Panel(title, "missing", note=f"this copy has no {' and no '.join(lacking)}")
    try:
        mask = scene.sample.load("agnostic_mask")[0, 0].numpy() > 0
        photo = scene.sample.photo
    except InputError:
        return Panel(title, "missing", note="image or mask cannot be had: see their panels")
    picture = drawing(tinted(photo, mask), f"agnostic mask over {scene.pair.person}")
    facts = (("painted", f"{mask.mean():.1%} of the picture"),)
    panel = Panel(title, "computed", "red is painted anew", picture, facts=facts)
    return panel.with_doubts(_leak_doubt(scene, mask))


def _leak_doubt(scene: Scene, mask: NDArray[np.bool_]) -> str | None:
    """A garment that is still to be seen gives the answer away."""
    try:
        garment = labelled(scene.sample.parse, scene.split.garment_labels)
    except InputError:
        return None
    bare = (garment & ~mask).sum() / max(1, garment.sum())
    return f"{bare:.1%} of the worn garment is not covered" if bare > LEAK else None


def _truth_panels(scene: Scene) -> Iterator[Panel]:
    """What procedural data knows of a person in somebody else's garment."""
    if is_own_garment(scene.pair):
        return
    for folder, mode in TRUTHS.items():
        if scene.path(folder).is_file():
            panel = _file_panel(scene, folder, mode)
            yield _truth_colours(panel, scene.path(folder)) if mode == "P" else panel
        elif scene.split.has(folder):
            missing = f"no file {scene.relative(folder)}"
            yield Panel(folder, "missing", errors=(missing,))


def _truth_colours(panel: Panel, path: Path) -> Panel:
    if panel.picture is None:
        return panel
    labels = np.asarray(decode(path, "P"))
    return replace(panel, picture=exact(coloured(labels), panel.subtitle), legend=legend(labels))
