"""The report as a file: whole, closed to the network, and safe with text from outside."""

from __future__ import annotations

import gzip
import re
import shutil
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tryonbench.errors import InputError
from tryonbench.files import read_json, write_json, write_text
from tryonbench.report import Options, Size, build_report
from tryonbench.report.assets import packed_plotly, plotly, policy
from tryonbench.report.entries import collect
from tryonbench.results.store import read_result, result_files
from tryonbench.runs import Run, runs_below

LOADING = {"src", "srcset", "poster", "data", "action"}
EVIL = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """What a page holds: what it would load, its scripts, its pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.alts: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.loads += [given[name] or "" for name in LOADING & given.keys()]
        self.loads += [given["href"] or ""] if "href" in given else []
        self.alts += [given.get("alt")] if tag == "img" else []


@pytest.fixture(scope="module")
def page(runs: list[Run], tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("report")
    return build_report(runs, out, asked()).read_text(encoding="utf-8")


@pytest.fixture
def copied(runs: list[Run], tmp_path: Path) -> list[Run]:
    """The runs in a folder where a test may change them."""
    shutil.copytree(runs[0].folder.parent, tmp_path / "runs")
    return runs_below(tmp_path / "runs")


def asked(samples: int = 12, mix: bool = False) -> Options:
    """Without figures as files, which need a browser."""
    return Options(Size(samples), mix, figures=None)


def body(page: str) -> str:
    """The page without plotly.js."""
    return page.replace(packed_plotly(), "")


def rebuilt(runs: list[Run], tmp_path: Path) -> str:
    return body(build_report(runs, tmp_path / "out", asked()).read_text(encoding="utf-8"))


def changed(file: Path, **values: object) -> None:
    write_json(file, read_json(file) | values)


def test_plotly_is_embedded_once_and_nothing_is_loaded(page: str) -> None:
    assert page.count(packed_plotly()) == 1
    packed = gzip.decompress(b64decode(packed_plotly())).decode()
    assert packed == plotly()
    assert policy([plotly()]).rsplit("'", 2)[1] in page.replace("&#39;", "'")
    loads = Reader(body(page)).loads
    assert {load[:5] for load in loads if not load.startswith("#")} <= {"data:"}
    assert "default-src &#39;none&#39;" in page
    assert "@import" not in page
    assert "url(" not in body(page)


def test_pictures_are_embedded_with_alternative_texts(page: str) -> None:
    images = re.findall(r'src="data:image/webp;base64,[A-Za-z0-9+/=]+"', page)
    assert len(images) == 2 * 12 * (3 + 5)
    alts = Reader(body(page)).alts
    assert len(alts) == len(images)
    assert all(alts)
    assert "001_00 by pix2pix" in alts


def test_the_size_is_reasonable(page: str) -> None:
    assert len(page) < 5_000_000, "192 pictures, most of them noise, and Plotly"


def test_the_table_says_what_is_best_missing_skipped_and_floor(page: str) -> None:
    assert page.count('aria-label="best"') >= 2
    assert "weights are missing; get them: tryonbench doctor --download inception" in page
    assert "skipped: needs 256x192" in page
    assert page.count("KID x1000: subsets of 12 images, not of 1000: there are no more") == 2
    assert '<tbody class="floor">' in page


def test_other_settings_stand_apart_or_are_marked(copied: list[Run], tmp_path: Path) -> None:
    for file in copied[0].folder.glob("results/*/*.json"):
        changed(file, fingerprint="feedfeedfeed")
    told: list[str] = []
    apart = build_report(copied, tmp_path / "apart", asked(), told.append).read_text()
    assert len(told) == 2
    assert all("fingerprints 0a1b2c3d4e5f, feedfeedfeed" in line for line in told)
    assert (apart.count('<table class="leaderboard">'), "†" in body(apart)) == (4, False)
    page = build_report(copied, tmp_path / "mixed", asked(mix=True))
    html = body(page.read_text())
    assert html.count('<table class="leaderboard">') == 2
    assert f"{copied[0].name}</span><sup>†</sup>" in html
    assert html.count("of the rows marked †: feedfeedfeed, other settings, not compared") == 2
    assert f"000_00 by {copied[0].name}" in Reader(html).alts, "its pictures are shown, too"


def test_seeds_of_one_method_are_summed_up(copied: list[Run], tmp_path: Path) -> None:
    second = Run(shutil.copytree(tmp_path / "runs/pix2pix", tmp_path / "runs/second"))
    changed(second.manifest_path, config=second.manifest()["config"] | {"seed": 1})
    for file in second.folder.glob("results/*/*.json"):
        metrics = read_json(file)["metrics"]
        metrics["ssim"]["value"] = 0.5
        changed(file, run="second", metrics=metrics)
    first = read_result(Run(tmp_path / "runs/pix2pix").result("synth/paired-64x48"))
    ssim = first.metrics["ssim"].value
    assert ssim is not None
    said = (
        f"pix2pix, second: SSIM {(ssim + 0.5) / 2:.3f} ± {(ssim - 0.5) / 2**0.5:.3f} over 2 seeds "
        f"(0.500 to {ssim:.3f})"
    )
    assert f"<p>{said}</p>" in rebuilt([*copied, second], tmp_path)
    assert "seeds (" not in rebuilt(copied, tmp_path)


def test_a_copied_run_is_told_apart_and_is_no_other_seed(copied: list[Run], tmp_path: Path) -> None:
    copy = Run(shutil.copytree(tmp_path / "runs/pix2pix", tmp_path / "runs/copy"))
    elsewhere = Run(shutil.copytree(tmp_path / "runs/pix2pix", tmp_path / "more/pix2pix"))
    html = rebuilt([*copied, copy], tmp_path)
    assert 'data-value="copy"' in html
    assert 'data-value="pix2pix"' in html
    assert "seeds (" not in html
    names = {entry.name for entry in collect([*copied, elsewhere]).entries}
    assert {str(tmp_path / "runs/pix2pix"), str(elsewhere.folder)} <= names


def test_procedural_data_needs_no_warning(page: str) -> None:
    assert "For private use" not in page


def test_photographs_are_for_private_use(copied: list[Run], data: Path, tmp_path: Path) -> None:
    photographs = shutil.copytree(data, tmp_path / "photographs")
    (photographs / "synth.json").unlink()
    shutil.rmtree(photographs / "test/unpaired-truth")
    for file in tmp_path.glob("runs/*/results/*/*.json"):
        changed(file, data=read_json(file)["data"] | {"root": str(photographs)})
    html = rebuilt(copied, tmp_path)
    assert "For private use" in html
    assert "no ground truth in real unpaired data" in html


def test_text_from_outside_is_shown_as_text(copied: list[Run], tmp_path: Path) -> None:
    scripts = Reader(rebuilt(copied, tmp_path)).tags.count("script")
    for file in copied[0].folder.glob("results/*/*.json"):
        changed(file, method=EVIL)
    html = rebuilt(copied, tmp_path)
    assert Reader(html).tags.count("script") == scripts
    assert EVIL not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\\u0026lt;script\\u0026gt;" in html  # a figure's label, which Plotly shows as text


def test_line_separators_in_names_do_not_end_a_script(copied: list[Run], tmp_path: Path) -> None:
    for file in copied[0].folder.glob("results/*/*.json"):
        changed(file, method="a\u2028b</script>")
    assert "a\\u2028b" in rebuilt(copied, tmp_path)


def test_gone_data_leaves_the_rest_of_the_report(copied: list[Run], tmp_path: Path) -> None:
    for file in tmp_path.glob("runs/*/results/*/*.json"):
        changed(file, data=read_json(file)["data"] | {"root": "/nowhere"})
    html = rebuilt(copied, tmp_path)
    assert "the data folder /nowhere does not exist" in html
    assert "leaderboard" in html


def test_imported_results_without_values_of_images_are_not_called_skipped(
    copied: list[Run], tmp_path: Path
) -> None:
    for file in tmp_path.glob("runs/*/results/*/*.json"):
        changed(file, imported="theirs.json (SHA-256 0)")
    for file in tmp_path.glob("runs/*/results/*/*.parquet"):
        file.unlink()
    html = rebuilt(copied, tmp_path)
    assert "No pictures can be shown: imported results come without pictures." in html


def test_without_any_image_the_gallery_says_so(runs: list[Run], tmp_path: Path) -> None:
    skipped = [run for run in runs if run.name == "huge-model"]
    assert "No pictures can be shown: every method was skipped." in rebuilt(skipped, tmp_path)


def test_a_missing_or_broken_image_is_a_gap(copied: list[Run], tmp_path: Path) -> None:
    folder = tmp_path / "runs/pix2pix/outputs/synth/paired-64x48"
    (folder / "000_00.png").unlink()
    (folder / "001_00.png").write_bytes(b"\x89PNG")
    html = rebuilt(copied, tmp_path)
    assert "no image" in html
    assert "unreadable file" in html


def test_images_made_elsewhere_are_found(copied: list[Run], tmp_path: Path) -> None:
    run = Run(tmp_path / "runs/pix2pix")
    folder = (run.folder / "outputs/synth/paired-64x48").rename(tmp_path / "theirs")
    changed(run.manifest_path, images=str(folder))
    assert "000_00 by pix2pix" in Reader(rebuilt(copied, tmp_path)).alts


def test_no_results_is_an_error_and_nothing_is_written(tmp_path: Path) -> None:
    run = Run(tmp_path / "empty")
    run.write_manifest({"kind": "training", "method": "pix2pix", "family": "gan"})
    with pytest.raises(InputError, match="tryonbench eval --all"):
        build_report([run], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_without_results_is_named(copied: list[Run], tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "runs/pix2pix/results")
    told: list[str] = []
    build_report(copied, tmp_path / "out", asked(1), told.append)
    assert told == ["without results, so in no table: pix2pix; make some: tryonbench eval pix2pix"]


def test_the_same_runs_give_the_same_file(runs: list[Run], tmp_path: Path) -> None:
    first, second = (build_report(runs, tmp_path / name, asked(1)) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_a_cut_log_gives_no_curve(copied: list[Run], tmp_path: Path) -> None:
    for run in copied:
        write_text(run.log, '{"images": 1, "loss/generator/l1": NaN}\n{"ima')
    assert 'id="training"' not in rebuilt(copied, tmp_path)


def test_a_broken_result_or_manifest_is_left_out_and_named(
    copied: list[Run], tmp_path: Path
) -> None:
    broken, other, *_ = copied
    broken.manifest_path.write_text("{")
    result = result_files(other.folder)[0]
    result.write_text("[]")
    told: list[str] = []
    page = build_report(copied, tmp_path / "out", asked(1), told.append)
    assert len(told) == 2
    assert str(broken.manifest_path) in told[0]
    assert told[1] == f"left out: {result} is not a result file: delete it, and evaluate again"
    assert page.read_text(encoding="utf-8").count("<strong>Left out:</strong>") == 2
