"""Fake runs on a fake data set, drawn with rectangles: what a report is made from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from tryonbench.files import write_text
from tryonbench.results.schema import DataSource, Efficiency, Latency, Memory, MetricValue, Result
from tryonbench.results.store import write_result, write_samples
from tryonbench.runs import Run

SIZE = (64, 48)
PROTOCOLS = ("synth/paired-64x48", "synth/unpaired-64x48")
SAMPLES = 12
QUALITY = {
    "diffusion": 0.9,
    "pix2pix": 0.86,
    "stylegan": 0.7,
    "grey-fill": 0.55,
    "mean-colour": 0.72,
}
SKIPPED = "huge-model"
FAMILIES = {"grey-fill": "baseline", "mean-colour": "baseline", "diffusion": "diffusion"}
"""The others are GANs."""
FID_REASON = "weights are missing; get them: tryonbench doctor --download inception"
KID_REMARK = "subsets of 12 images, not of 1000: there are no more"
COLOURS = ["firebrick", "teal", "goldenrod", "navy", "olive", "orchid", "sienna", "seagreen"]


def make_data(root: Path) -> Path:
    """Persons 000 … 011; each tries on the next one's garment."""
    names = [f"{i:03d}_00" for i in range(SAMPLES)]
    for i, name in enumerate(names):
        save(root / "test/image" / f"{name}.jpg", person(i, i))
        save(root / "test/cloth" / f"{name}.jpg", garment(i))
        other = (i + 1) % SAMPLES
        save(root / "test/unpaired-truth" / f"{name}__{names[other]}.png", person(i, other))
    pairs = [f"{a}.jpg {b}.jpg" for a, b in zip(names, names[1:] + names[:1], strict=True)]
    write_text(root / "test_pairs.txt", "\n".join(pairs))
    write_text(root / "synth.json", "{}")
    return root


def person(pose: int, worn: int) -> Image.Image:
    """A head and a torso that leans, in the colour of a garment."""
    image = Image.new("RGB", (SIZE[1], SIZE[0]), "gainsboro")
    draw = ImageDraw.Draw(image)
    lean = 3 * math.sin(pose)
    draw.ellipse([18 + lean, 5, 30 + lean, 19], fill="peru")
    draw.rectangle([12, 20, 36, 52], fill=COLOURS[worn % len(COLOURS)])
    draw.rectangle([12, 52, 36, 64], fill="darkslategray")
    return image


def garment(worn: int) -> Image.Image:
    image = Image.new("RGB", (SIZE[1], SIZE[0]), "white")
    ImageDraw.Draw(image).rectangle([8, 14, 40, 50], fill=COLOURS[worn % len(COLOURS)])
    return image


def save(path: Path, image: Image.Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def make_runs(root: Path, data: Path) -> list[Run]:
    for method in (*QUALITY, SKIPPED):
        make_run(Run(root / method), method, data)
    return [Run(root / method) for method in (*QUALITY, SKIPPED)]


def make_run(run: Run, method: str, data: Path) -> None:
    """A run with its manifest, log, outputs and results."""
    floor = method in ("grey-fill", "mean-colour")
    run.write_manifest(
        {
            "kind": "baseline" if floor else "training",
            "method": method,
            "family": "baseline" if floor else "test",
            "config": {} if floor else {"seed": 0, "optimizer": {"lr": 1e-4}},
            "environment": {"git": "0123abc-dirty", "device": "Fake CPU"},
            "data": {"root": str(data), "fingerprint": "d00d"},
        }
    )
    if not floor:
        write_text(run.log, log(method))
    for protocol in PROTOCOLS:
        evaluate(run, method, data, protocol)


def log(method: str) -> str:
    """400 noisy records."""
    rng = np.random.default_rng(len(method))
    lines = [record(method, i, rng) for i in range(400)]
    return "".join(json.dumps(line) + "\n" for line in lines)


def record(method: str, i: int, rng: np.random.Generator) -> dict[str, float]:
    def noisy(start: float, end: float) -> float:
        return float((end + (start - end) * math.exp(-i / 60)) * rng.lognormal(0, 0.15))

    base = {"images": 160.0 * (i + 1), "step": 10.0 * i, "lr/generator": 1e-4}
    if method == "diffusion":
        return {**base, "loss/denoiser/flow": noisy(1.2, 0.11)}
    generator = {"l1": noisy(0.6, 0.09), "adversarial": noisy(0.4, 0.9), "feature": noisy(2, 0.6)}
    critic = {"real": noisy(1, 0.4), "fake": noisy(1.2, 0.5)}
    losses = {f"loss/generator/{k}": v for k, v in generator.items()}
    return {**base, **losses, **{f"loss/discriminator/{k}": v for k, v in critic.items()}}


def evaluate(run: Run, method: str, data: Path, protocol: str) -> None:
    """Outputs, per-sample values and the result of one protocol."""
    if method == SKIPPED:
        write_result(run.result(protocol), result(run, data, protocol, {}, skipped="needs 256x192"))
        return
    rng = np.random.default_rng([len(method), len(protocol)])
    samples = [sample(run, method, protocol, i, rng) for i in range(SAMPLES)]
    write_samples(run.samples(protocol), pd.DataFrame(samples))
    write_result(run.result(protocol), result(run, data, protocol, metrics(samples)))


def sample(
    run: Run, method: str, protocol: str, i: int, rng: np.random.Generator
) -> dict[str, object]:
    """A noisy picture and made-up values."""
    worn = i if "/paired" in protocol else i + 1
    truth = np.asarray(person(i, worn), dtype=float)
    noise = rng.normal(0, 130 * (1 - QUALITY[method]), truth.shape)
    pixels = Image.fromarray(np.clip(truth + noise, 0, 255).astype(np.uint8))
    save(run.outputs(protocol) / f"{i:03d}_00.png", pixels)
    ssim = QUALITY[method] + rng.normal(0, 0.03)
    return {
        "id": f"{i:03d}_00",
        "ssim": ssim,
        "psnr": 30 * ssim,
        "l1": 0.2 * (1 - ssim),
        "lpips_alex": 0.1 + rng.normal(0, 0.01) if method != "grey-fill" else 0.3,
        "garment_ciede2000": 30 * (1 - ssim),
    }


def metrics(samples: list[dict[str, object]]) -> dict[str, MetricValue]:
    frame = pd.DataFrame(samples).drop(columns="id")
    found = {key: mean(key, frame[key].to_numpy(float)) for key in frame}
    missing = MetricValue(value=None, higher_is_better=False, missing=FID_REASON)
    kid = MetricValue(
        value=0.0123 * (1.1 - found["ssim"].value), n=12, higher_is_better=False, note=KID_REMARK
    )
    return {"fid": missing, "kid": kid, **found}


def mean(key: str, values: np.ndarray) -> MetricValue:
    middle, width = values.mean(), 2 * values.std() / math.sqrt(len(values))
    return MetricValue(
        value=middle,
        low=middle - width,
        high=middle + width,
        n=len(values),
        higher_is_better=key in ("ssim", "psnr"),
    )


def cost(method: str) -> Efficiency:
    if method == SKIPPED:
        return Efficiency()
    place = list(QUALITY).index(method)
    floor = place > 2
    return Efficiency(
        parameters={} if floor else {"generator": 749_000 * (3 - place)},
        latency=Latency(
            median_ms=160 / 4.3**place, p90_ms=180 / 4.3**place, iterations=50, batch=1
        ),
        throughput=9.3 * 4.1**place,
        throughput_batch=16,
        memory=Memory(peak_mb=900 - 110 * place, kind="rss"),
        device="Fake CPU",
    )


def result(
    run: Run,
    data: Path,
    protocol: str,
    values: dict[str, MetricValue],
    skipped: str | None = None,
) -> Result:
    method = run.manifest()["method"]
    return Result(
        method=method,
        run=run.name,
        family=FAMILIES.get(method, "gan"),
        protocol=protocol,
        fingerprint="0a1b2c3d4e5f",
        n=SAMPLES,
        seed=0,
        size=SIZE,
        pairing="paired" if "/paired" in protocol else "unpaired",
        metrics=values,
        efficiency=cost(method),
        environment={"git": "0123abc-dirty", "device": "Fake CPU", "python": "3.11"},
        data=DataSource(root=str(data), split="test", fingerprint="f00d", pairs="beef"),
        skipped=skipped,
        key="k",
    )
