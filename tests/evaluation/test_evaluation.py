"""From images to a result: what is scored, what is refused, what is not done twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from tryonbench import evaluation, subjects
from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.evaluation import evaluate, evaluate_all
from tryonbench.metrics.outputs import picture_size
from tryonbench.protocols import get_protocol
from tryonbench.registry import method_class
from tryonbench.request import Request
from tryonbench.results.store import read_result, read_samples
from tryonbench.runs import Run
from tryonbench.subjects import baseline_subject, images_subject

PAIRED, UNPAIRED = "synth/paired-64x48", "synth/unpaired-64x48"
METRICS = ("ssim", "psnr", "l1", "garment_ciede2000")


def _request(root: Path, name: str = PAIRED, **options) -> Request:
    settings = {"metrics": METRICS, "efficiency": False, **options}
    return Request(get_protocol(name), open_split(root, "test"), **settings)


def _score(images: Path, request: Request, tmp_path: Path):
    return evaluate(images_subject(Run(tmp_path / "run"), images), request)


def test_the_truth_scores_perfectly(images: Path, synth_root: Path, tmp_path: Path) -> None:
    result = _score(images, _request(synth_root), tmp_path)
    values = {key: metric.value for key, metric in result.metrics.items()}
    assert values == {"ssim": pytest.approx(1), "psnr": 100, "l1": 0, "garment_ciede2000": 0}
    assert result.n == 4
    assert read_result(tmp_path / "run/results" / f"{PAIRED}.json") == result
    samples = read_samples(tmp_path / "run/results" / f"{PAIRED}.parquet")
    assert list(samples.columns) == ["id", *METRICS]
    assert len(samples) == 4


def test_unpaired_procedural_data_has_a_truth(synth_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for file in (synth_root / "test" / "unpaired-truth").glob("*.png"):
        shutil.copy(file, folder / f"{file.stem.split('__')[0]}.png")
    result = _score(folder, _request(synth_root, UNPAIRED), tmp_path)
    assert result.metrics["garment_ciede2000"].value == 0
    assert result.metrics["psnr"].value == 100


def test_unpaired_real_data_has_none(own_root: Path, images: Path, tmp_path: Path) -> None:
    for name in ("unpaired-truth", "unpaired-parse"):
        shutil.rmtree(own_root / "test" / name)
    result = _score(images, _request(own_root, UNPAIRED), tmp_path)
    assert all(metric.value is None for metric in result.metrics.values())
    assert "no ground truth" in str(result.metrics["ssim"].missing)


def test_every_fault_of_a_folder_is_listed_at_once(
    images: Path, synth_root: Path, tmp_path: Path
) -> None:
    (images / "00000_00.png").unlink()
    Image.new("RGB", (48, 64)).save(images / "other.png")
    data = (images / "00001_00.png").read_bytes()
    (images / "00001_00.png").write_bytes(data[: len(data) // 2])
    Image.new("RGB", (24, 32)).save(images / "00002_00.png")
    Image.new("RGB", (48, 64)).save(images / "00003_00.jpg")
    with pytest.raises(InputError) as raised:
        _score(images, _request(synth_root), tmp_path)
    message = str(raised.value)
    for part in (
        "1 missing (00000_00)",
        "1 extra (other.png)",
        "1 unreadable (00001_00.png)",
        "1 not 64x48 (00002_00.png is 32x24)",
        "1 given twice (00003_00)",
        "mend the folder",
    ):
        assert part in message
    assert "--allow-missing" not in message, "it would not help here"
    assert "\n" not in message
    assert not (tmp_path / "run").exists(), "nothing is written"


def test_no_output_is_resized_unless_the_protocol_says_so(
    images: Path, synth_root: Path, tmp_path: Path
) -> None:
    """Also if another protocol of the same pass has the images' size."""
    requests = [_request(synth_root), _request(synth_root, "viton-hd/paired-256x192")]
    with pytest.raises(InputError, match=r"4 not 256x192 \(00000_00.png is 64x48"):
        evaluate_all(images_subject(Run(tmp_path / "run"), images), requests)


def test_allow_missing_says_how_many(images: Path, synth_root: Path, tmp_path: Path) -> None:
    (images / "00000_00.png").unlink()
    result = _score(images, _request(synth_root, allow_missing=True), tmp_path)
    assert result.n == 3
    assert result.missing_images == ["00000_00"]


def test_nothing_is_done_twice(synth_root: Path, tmp_path: Path, monkeypatch) -> None:
    subject = baseline_subject(method_class("mean-colour"), tmp_path)
    first = evaluate(subject, _request(synth_root))
    monkeypatch.setattr(evaluation, "_scored", lambda *_: pytest.fail("scored again"))
    assert evaluate(subject, _request(synth_root)) == first
    with pytest.raises(pytest.fail.Exception, match="scored again"):
        evaluate(subject, _request(synth_root, metrics=("mse",)))


def test_a_broken_result_file_is_written_anew(synth_root: Path, tmp_path: Path) -> None:
    subject = baseline_subject(method_class("mean-colour"), tmp_path)
    first = evaluate(subject, _request(synth_root))
    subject.run.result(PAIRED).write_text('{"half')
    assert evaluate(subject, _request(synth_root)) == first


def test_only_missing_images_are_generated_again(synth_root: Path, tmp_path: Path) -> None:
    subject = baseline_subject(method_class("mean-colour"), tmp_path)
    folder = evaluation.generate(subject, _request(synth_root))
    kept, removed, cut = (folder / f"0000{i}_00.png" for i in range(3))
    expected, kept_bytes, whole = removed.read_bytes(), removed.read_bytes(), cut.read_bytes()
    kept.write_bytes(kept_bytes)
    removed.unlink()
    cut.write_bytes(whole[:40])
    evaluation.generate(subject, _request(synth_root))
    assert kept.read_bytes() == kept_bytes
    assert removed.read_bytes() == expected
    assert cut.read_bytes() == whole, "a damaged image is made again"


def test_images_of_another_checkpoint_are_thrown_away(synth_root: Path, tmp_path: Path) -> None:
    subject = baseline_subject(method_class("mean-colour"), tmp_path)
    folder = evaluation.generate(subject, _request(synth_root))
    (folder / "00000_00.png").write_bytes(b"stale")
    other = baseline_subject(method_class("mean-colour"), tmp_path)
    object.__setattr__(other, "identity", "another checkpoint")
    evaluation.generate(other, _request(synth_root))
    assert (folder / "00000_00.png").read_bytes() != b"stale"


@pytest.mark.parametrize("text", ["{", "[]", "null"])
def test_a_broken_generation_key_means_to_begin_again(
    synth_root: Path, tmp_path: Path, text: str
) -> None:
    subject = baseline_subject(method_class("mean-colour"), tmp_path)
    folder = evaluation.generate(subject, _request(synth_root))
    key = (folder / "generation.json").read_text()
    (folder / "generation.json").write_text(text)
    evaluation.generate(subject, _request(synth_root))
    assert (folder / "generation.json").read_text() == key
    assert len(list(folder.glob("*.png"))) == 4


def test_changed_code_of_a_method_is_another_subject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    method = method_class("mean-colour")
    before = baseline_subject(method, tmp_path).identity
    assert baseline_subject(method, tmp_path).identity == before
    monkeypatch.setattr(subjects, "code_digest", lambda name: f"edited {name}")
    assert baseline_subject(method, tmp_path).identity != before


def test_files_of_other_kinds_are_named(images: Path, synth_root: Path, tmp_path: Path) -> None:
    (images / "00000_00.png").rename(images / "00000_00.PNG")
    Image.open(images / "00001_00.png").save(images / "00001_00.jpeg", quality=95)
    (images / "00001_00.png").unlink()
    (images / "notes.txt").write_text("made on Monday")
    assert _score(images, _request(synth_root), tmp_path).n == 4
    Image.open(images / "00002_00.png").save(images / "00002_00.webp")
    (images / "00002_00.png").unlink()
    with pytest.raises(InputError, match=r"neither PNG nor JPEG \(00002_00.webp\)"):
        _score(images, _request(synth_root), tmp_path)


def test_a_broken_first_image_hides_no_other_fault(
    images: Path, synth_root: Path, tmp_path: Path
) -> None:
    (images / "00000_00.png").write_bytes(b"")
    (images / "00001_00.png").unlink()
    (images / "00001_00.png").symlink_to(tmp_path / "nowhere.png")
    assert picture_size(images) == (64, 48)
    with pytest.raises(InputError, match=r"2 unreadable \(00000_00.png, 00001_00.png\)"):
        _score(images, _request(synth_root), tmp_path)


def test_a_method_that_skips_is_a_row_with_the_reason(synth_root: Path, tmp_path: Path) -> None:
    subject = baseline_subject(method_class("copy-person"), tmp_path)
    result = evaluate(subject, _request(synth_root))
    assert "ground truth" in str(result.skipped)
    assert result.metrics == {}
    assert evaluate(subject, _request(synth_root, UNPAIRED)).skipped is None


def test_efficiency_is_measured_in_a_fresh_process(synth_root: Path, tmp_path: Path) -> None:
    subject = baseline_subject(method_class("mean-colour"), tmp_path)
    cost = evaluate(subject, _request(synth_root, efficiency=True)).efficiency
    assert cost.missing is None
    assert cost.latency is not None
    assert 0 < cost.latency.median_ms <= cost.latency.p90_ms
    assert cost.latency.batch == 1
    assert cost.throughput is not None
    assert cost.throughput > 0
    assert cost.memory is not None
    assert cost.memory.peak_mb > 50


def test_fingerprints_follow_every_setting() -> None:
    protocol = get_protocol(PAIRED)
    changed = [
        protocol.model_copy(update={"seed": 1}),
        protocol.model_copy(update={"resize": "bilinear"}),
        protocol.model_copy(update={"metrics": {**protocol.metrics, "kid": {"seed": 7}}}),
    ]
    prints = {protocol.fingerprint, *(p.fingerprint for p in changed)}
    assert len(prints) == 4
    spelled_out = protocol.model_copy(update={"metrics": {**protocol.metrics, "kid": {"seed": 0}}})
    assert spelled_out.fingerprint == protocol.fingerprint


def _turned(path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.open(path).save(path, exif=exif)


def _as(mode: str) -> Callable[[Path], None]:
    return lambda path: Image.open(path).convert(mode).save(path, format=_format(mode))


def _format(mode: str) -> str:
    return "JPEG" if mode == "CMYK" else "PNG"


def _clear(path: Path) -> None:
    image = Image.open(path).convert("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    image.save(path)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_as("CMYK"), "00000_00.png is CMYK; save it as RGB"),
        (_as("I;16"), "00000_00.png has over 8 bits a channel; save it with 8 bits"),
        (_as("1"), "00000_00.png has one bit a pixel; save it as RGB"),
        (_clear, "00000_00.png is transparent in places; save it as RGB, without alpha"),
        (_turned, "00000_00.png is turned by an EXIF tag; save it upright, without the tag"),
    ],
)
def test_pictures_of_a_wrong_kind_are_named(
    images: Path, synth_root: Path, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(images / "00000_00.png")
    with pytest.raises(InputError) as raised:
        _score(images, _request(synth_root), tmp_path)
    assert f"1 unfit ({said})" in str(raised.value)
    assert not (tmp_path / "run").exists(), "nothing is written"


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_pictures_stored_otherwise_are_scored_as_rgb(
    images: Path, synth_root: Path, tmp_path: Path, mode: str
) -> None:
    """Greyscale has three equal channels, opaque alpha is dropped, a palette is looked up."""
    for path in images.iterdir():
        stored = Image.open(path).convert("RGB").convert(mode)
        stored.save(path)
    found = _score(images, _request(synth_root), tmp_path / "stored").metrics
    for path in images.iterdir():
        Image.open(path).convert("RGB").save(path)
    assert _score(images, _request(synth_root), tmp_path / "rgb").metrics == found
    assert (found["l1"].value == 0) is (mode == "RGBA")
