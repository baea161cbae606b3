"""The page of a data root: whole, closed to the network, true to the files and the tensors."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tryonbench.batch import MODALITIES, Modality, TryOnBatch
from tryonbench.data.sample import Sample
from tryonbench.errors import InputError
from tryonbench.images import Pixels, to_pixels
from tryonbench.show import Request, build_page
from tryonbench.show.files import MODES
from tryonbench.show.pictures import coloured

LOADING = {"src", "srcset", "poster", "data", "action", "href", "xlink:href"}
SIZE = (64, 48)


class Reader(HTMLParser):
    """What a page would load, its tags, and its pictures by their alternative texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.pictures: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.loads += [given[name] for name in LOADING & given.keys()]
        if tag == "img":
            self.pictures[given["alt"]] = given["src"]


def built(request: Request, tmp_path: Path) -> str:
    return build_page(request, tmp_path / "page").read_text(encoding="utf-8")


def content(source: str) -> bytes:
    return b64decode(source.partition(",")[2])


def pixels(source: str) -> Pixels:
    return np.asarray(Image.open(BytesIO(content(source))))


@pytest.fixture(scope="module")
def page(synth_root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    request = Request(synth_root, samples=2, pairing="unpaired")
    return built(request, tmp_path_factory.mktemp("show"))


def test_nothing_is_loaded_and_no_script_runs(page: str) -> None:
    reader = Reader(page)
    assert all(load.startswith(("data:", "#")) for load in reader.loads)
    assert not {"script", "iframe", "object", "form"} & set(reader.tags)
    assert "default-src &#39;none&#39;" in page
    assert "@import" not in page
    assert "url(" not in page
    assert page.rstrip().endswith("</html>")


def test_every_modality_of_the_chosen_samples_is_there(page: str) -> None:
    for number in (1, 2):
        card = page.split('class="card"')[number]
        files, tensors = card.split("<h3>Tensors")
        for name in (*MODES, "keypoints", "mask over image", "truth", "truth_parse"):
            assert f"<b>{name}</b>" in files
        for name in MODALITIES:
            assert f"<b>{name}</b>" in tensors
    assert page.count('class="card"') == 2


def test_files_are_shown_byte_for_byte(page: str, synth_root: Path) -> None:
    pictures = Reader(page).pictures
    for name in ("image/00000_00.jpg", "agnostic-mask/00000_00_mask.png"):
        assert content(pictures[name]) == (synth_root / "test" / name).read_bytes()


def test_label_maps_are_shown_in_the_palette(page: str, synth_root: Path) -> None:
    name = "image-parse-v3/00000_00.png"
    labels = np.asarray(Image.open(synth_root / "test" / name))
    np.testing.assert_array_equal(pixels(Reader(page).pictures[name]), coloured(labels))
    assert "5 upper clothes" in page


def test_pictures_are_those_of_the_tensors(page: str, first_batch: TryOnBatch) -> None:
    batch, pictures = first_batch, Reader(page).pictures
    for name in ("image", "cloth", "agnostic", "densepose"):
        shown = pixels(pictures[f"tensor {name} of {batch.ids[0]}"])
        np.testing.assert_array_equal(shown, to_pixels(batch.need(name))[0])
    mask = pixels(pictures[f"tensor agnostic_mask of {batch.ids[0]}"])
    np.testing.assert_array_equal(mask[..., 0], batch.need("agnostic_mask")[0, 0].numpy() * 255)
    parse = pixels(pictures[f"tensor parse_agnostic of {batch.ids[0]}"])
    np.testing.assert_array_equal(parse, coloured(batch.need("parse_agnostic")[0].numpy()))


def test_a_method_sees_its_inputs_at_the_size_of_its_preset(
    synth_root: Path, tmp_path: Path
) -> None:
    html = built(Request(synth_root, method="pix2pix", samples=1), tmp_path)
    tensors = html.split("<h3>Tensors")[1]
    assert "What pix2pix sees" in html
    assert "64 × 48 (height × width)" in html
    assert "<b>pose_heatmaps</b>" in tensors
    assert "training and generation" in tensors
    assert "<b>densepose</b>" not in tensors


def test_a_method_without_presets_takes_the_photographs_size(
    synth_root: Path, tmp_path: Path
) -> None:
    html = built(Request(synth_root, method="copy-person", samples=1), tmp_path)
    assert "nothing: no training" in html
    assert "1 × 3 × 64 × 48" in html


def test_only_photographs_of_people_are_for_private_use(
    page: str, own_root: Path, tmp_path: Path
) -> None:
    assert "For private use" not in page
    (own_root / "synth.json").unlink()
    assert "For private use" in built(Request(own_root, samples=1), tmp_path)


def test_missing_modalities_are_named_and_computed_ones_marked(
    own_root: Path, tmp_path: Path
) -> None:
    for folder in ("image-densepose", "agnostic-mask"):
        shutil.rmtree(own_root / "test" / folder)
    html = built(Request(own_root, samples=1), tmp_path)
    assert "<strong>Not in this copy:</strong> densepose." in html
    assert "this copy has no image-densepose" in html
    assert '<b>agnostic_mask</b> <span class="origin">computed</span>' in html
    assert "tensor agnostic_mask of 00000_00" in Reader(html).pictures


def test_a_method_on_photographs_alone_says_what_it_lacks(own_root: Path, tmp_path: Path) -> None:
    for folder in (own_root / "test").iterdir():
        if folder.name not in ("image", "cloth"):
            shutil.rmtree(folder)
    html = built(Request(own_root, method="pix2pix", samples=1), tmp_path)
    assert "cloth_mask, agnostic, parse, parse_agnostic, pose_heatmaps" in html
    assert "pix2pix cannot work on it" in html
    assert "tensor image of 00000_00" in Reader(html).pictures


def test_a_truncated_picture_is_a_panel_with_the_error(own_root: Path, tmp_path: Path) -> None:
    path = own_root / "test/image/00001_00.jpg"
    path.write_bytes(path.read_bytes()[:-300])
    html = built(Request(own_root, samples=2, pairing="paired"), tmp_path)
    whole, cut = html.split('class="card"')[1:]
    assert "truncated" not in whole
    assert "The dataset refuses this sample" in cut
    assert cut.count("truncated") >= 2
    assert "tensor cloth of 00001_00" in Reader(cut).pictures
    assert "image file is truncated" in html.split('id="findings"')[1].split("</ul>")[0]


def test_broken_files_are_flagged(own_root: Path, tmp_path: Path) -> None:
    test = own_root / "test"
    Image.new("L", (48, 64)).save(test / "cloth-mask/00000_00.jpg")
    Image.new("P", (24, 32), 5).save(test / "image-parse-v3/00000_00.png")
    (test / "image-densepose/00000_00.jpg").unlink()
    html = built(Request(own_root, samples=1, pairing="paired"), tmp_path)
    assert "the mask covers nothing" in html
    assert "is 32x24, but the photograph is 64x48" in html
    assert "no file image-densepose/00000_00.jpg" in html


def test_joints_outside_the_picture_are_flagged(own_root: Path, tmp_path: Path) -> None:
    path = own_root / "test/openpose_json/00000_00_keypoints.json"
    pose = json.loads(path.read_text())
    pose["people"][0]["pose_keypoints_2d"][12:15] = [99, 5, 0.5]
    path.write_text(json.dumps(pose))
    html = built(Request(own_root, samples=1), tmp_path)
    assert html.count('<p class="error">outside the picture: right wrist (99.0, 5.0)</p>') == 2


def test_a_mask_that_leaves_the_garment_is_a_doubt(own_root: Path, tmp_path: Path) -> None:
    whole = built(Request(own_root, samples=1), tmp_path)
    assert "of the worn garment is not covered" not in whole
    mask = np.zeros((64, 48, 3), np.uint8)
    mask[:8] = 255
    Image.fromarray(mask).save(own_root / "test/agnostic-mask/00000_00_mask.png")
    html = built(Request(own_root, samples=1), tmp_path)
    assert "100.0% of the worn garment is not covered" in html


def test_nobody_in_the_pose_file_is_a_doubt(own_root: Path, tmp_path: Path) -> None:
    (own_root / "test/openpose_json/00000_00_keypoints.json").write_text('{"people": []}')
    html = built(Request(own_root, samples=1), tmp_path)
    assert "no joint is used: the file has nobody" in html
    assert "no joint was found" in html


def test_values_that_a_loader_got_wrong_are_red_on_the_page(
    synth_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def soft(sample: Sample, modality: Modality) -> torch.Tensor:
        tensor = load(sample, modality)
        return tensor * 0.5 if modality == "cloth_mask" else tensor

    load = Sample.load
    monkeypatch.setattr(Sample, "load", soft)
    html = built(Request(synth_root, samples=1), tmp_path)
    assert '<p class="error">' in html
    assert "values are not 0 or 1: 0.5" in html
    assert 'class="panel-figure read flagged"' in html


def test_text_from_outside_is_shown_as_text(own_root: Path, tmp_path: Path) -> None:
    root = own_root.rename(tmp_path / "<script>alert(1)<")
    (root / "test" / "<img onerror=x>").mkdir()
    html = built(Request(root, samples=1), tmp_path)
    assert "script" not in Reader(html).tags
    assert "&lt;script&gt;alert(1)&lt;" in html
    assert "&lt;img onerror=x&gt;" in html


def test_ids_choose_the_samples_and_their_order(synth_root: Path, tmp_path: Path) -> None:
    html = built(Request(synth_root, ids=("00002_00", "00000_00", "00002_00")), tmp_path)
    assert html.count('class="card"') == 2
    assert html.index("<h2>00002_00") < html.index("<h2>00000_00")


def test_without_own_garments_the_pair_list_is_shown(own_root: Path, tmp_path: Path) -> None:
    (own_root / "test/cloth/00000_00.jpg").unlink()
    (own_root / "test_pairs.txt").write_text("00000_00.jpg 00001_00.jpg\n")
    html = built(Request(own_root), tmp_path)
    assert "unpaired, 1 of 1 shown" in html
    assert "person 00000_00, garment 00001_00" in html
    with pytest.raises(InputError, match="cloth/00000_00"):
        built(Request(own_root, pairing="paired"), tmp_path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"root": Path("nowhere")}, "does not exist"),
        ({"split": "val"}, 'no split "val"'),
        ({"method": "pix2pixx"}, 'did you mean "pix2pix"'),
        ({"method": "pix2pix", "preset": "nanno"}, 'did you mean "nano"'),
        ({"preset": "nano"}, "needs a --method"),
        ({"method": "pix2pix", "size": (65, 48)}, "choose another --size"),
        ({"ids": ("00000_0O",)}, 'did you mean "00000_00"'),
        ({"ids": ("x",)}, "there are 00000_00, 00001_00"),
    ],
)
def test_bad_requests_are_one_line_and_nothing_is_written(
    synth_root: Path, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    request = replace(Request(synth_root), **changes)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=said) as refused:
        built(request, tmp_path)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "page").exists()


def test_the_command(command, synth_root: Path, tmp_path: Path) -> None:
    done = command("data", "show", synth_root, "--samples", "1", "--size", "32x24")
    assert done.returncode == 0, done.stderr
    assert done.stderr.rstrip().endswith("page: reports/data/index.html")
    assert "32 × 24" in (tmp_path / "reports/data/index.html").read_text(encoding="utf-8")
    (tmp_path / "file").touch()
    refused = command("data", "show", synth_root, "--out", tmp_path / "file")
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: cannot create")
    assert refused.stderr.count("\n") == 1


def test_real_samples(real_samples: Path, tmp_path: Path) -> None:
    root = real_samples / "viton-hd-complete"
    html = built(Request(root, ids=("00017_00",), size=(256, 192)), tmp_path)
    assert "For private use" in html
    shown = content(Reader(html).pictures["image/00017_00.jpg"])
    assert shown == (root / "test/image/00017_00.jpg").read_bytes()
    assert "tensor densepose of 00017_00" in Reader(html).pictures
