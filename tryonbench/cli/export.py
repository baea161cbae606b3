"""`tryonbench export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryonbench.cli import export_options as options
from tryonbench.cli.options import RUNS, Json, Runs, data_root, note

if TYPE_CHECKING:
    from tryonbench.export.build import Source, Wanted
    from tryonbench.export.calibration import Calibration
    from tryonbench.export.schema import ExportManifest, Format, Mode

OUT = Path("exports")
"""Where exports of fresh weights go: they are no runs to be scored."""


def export(
    run: options.Source = None,
    method: options.Method = None,
    preset: options.Preset = None,
    format_: options.FormatName = "onnx",
    quantise: options.Quantise = None,
    opset: options.Opset = None,
    assignments: options.Settings = None,
    calibrate: options.Calibrate = 32,
    data: options.DataRoot = None,
    out: options.Out = None,
    runs: Runs = RUNS,
    as_json: Json = False,
) -> None:
    """Write a method as files for other runtimes, checked against the method itself.

    The folder is evaluated and measured as a run is: `tryonbench eval RUN+onnx`.

    Example: `tryonbench export RUN --format onnx --quantise static`
    """
    from tryonbench.errors import InputError
    from tryonbench.export.build import Wanted, refuse_unexportable
    from tryonbench.export.schema import suffix
    from tryonbench.export.source import refuse_folder
    from tryonbench.variants import changed_values, changes_text

    if bool(run) == bool(method):
        raise InputError("name a run or checkpoint, or a method with --method NAME --preset P")
    if run and preset:
        raise InputError("--preset goes with --method; a run has its own settings")
    form, mode = _format(format_), _mode(quantise)
    _refuse_options(form, mode, opset, assignments or [])
    source, stem, of = _source(run, method, preset, assignments or [], runs)
    settings = changes_text(changed_values(source.config, assignments or []))
    folder = out or (OUT if method else runs) / f"{stem}{suffix(form, mode, settings)}"
    refuse_folder(folder)
    refuse_unexportable(source.method, form)
    calibration = _calibration(data, of, source, calibrate) if mode == "static" else None
    chosen = (opset or _default_opset()) if form == "onnx" else None
    wanted = Wanted(form, chosen, mode, calibration, settings)
    manifest = _write(source, wanted, folder, of)
    if as_json:
        print(json.dumps(manifest.model_dump(mode="json"), indent=2))
    else:
        print("\n".join(_lines(manifest, folder)))


def _format(name: str) -> Format:
    from tryonbench.errors import InputError, did_you_mean
    from tryonbench.export.schema import FORMATS

    for known in FORMATS:
        if name == known:
            return known
    raise InputError(f'--format "{name}": {did_you_mean(name, FORMATS)}')


def _mode(name: str | None) -> Mode | None:
    from tryonbench.errors import InputError, did_you_mean
    from tryonbench.export.schema import MODES

    for known in MODES:
        if name == known:
            return known
    if name is None:
        return None
    raise InputError(f'--quantise "{name}": {did_you_mean(name, MODES)}')


def _refuse_options(form: Format, mode: Mode | None, opset: int | None, given: list[str]) -> None:
    """Options that do nothing to a format, or that it does not have."""
    from tryonbench.efficiency.targets import refuse_other_settings
    from tryonbench.errors import InputError
    from tryonbench.export.writing import OPSETS

    if mode and form != "onnx":
        raise InputError(f"--quantise works on ONNX: take --format onnx, not {form}")
    if opset is not None and form != "onnx":
        raise InputError(f"--opset belongs to --format onnx, not to {form}")
    if opset is not None and opset not in OPSETS:
        raise InputError(f"--opset {opset}: give {OPSETS[0]} to {OPSETS[-1]}")
    refuse_other_settings(given)


def _default_opset() -> int:
    from tryonbench.export.writing import OPSETS

    return OPSETS[0]


def _source(
    run: str | None, method: str | None, preset: str | None, given: list[str], runs: Path
) -> tuple[Source, str, dict[str, Any]]:
    """What is exported, the name of its folder, and the manifest of its run."""
    from tryonbench.export.source import fresh_source, named_weights, trained_source

    if run is None:
        assert method is not None
        chosen = preset or "nano"
        return fresh_source(method, chosen, given), f"{method}-{chosen}", {}
    file, stem, manifest = named_weights(run, runs)
    return trained_source(file, given), stem, manifest


def _calibration(data: Path | None, of: dict[str, Any], source: Source, count: int) -> Calibration:
    """Samples of the data that are given, or of the training, or drawn."""
    from tryonbench.data.default import drawn_root
    from tryonbench.data.layout import open_split
    from tryonbench.export.calibration import calibration_of
    from tryonbench.synth import SynthSpec

    root, split = data_root(data) if data else None, "train"
    if root is None and "data" in of:
        root, split = Path(of["data"]["root"]), of["data"]["split"]
    if root is None or not root.is_dir():
        root = data or drawn_root(SynthSpec(size=source.method.size, train=count, test=0))
    calibration = calibration_of(open_split(root, split), count)
    note(f"calibrate on {len(calibration.ids)} samples of {calibration.named}")
    return calibration


def _write(source: Source, wanted: Wanted, folder: Path, of: dict[str, Any]) -> ExportManifest:
    from tryonbench.export.build import build_export
    from tryonbench.export.source import new_folder, write_run

    with new_folder(folder) as scratch:
        manifest = build_export(source, wanted, scratch, note)
        write_run(scratch, manifest, of)
    return manifest


def _lines(manifest: ExportManifest, folder: Path) -> list[str]:
    """What was written and how it differs from the method."""
    parity = manifest.parity
    found = {
        "random weights": parity.random_weights,
        "own weights": parity.own_weights,
        "int8, own weights": parity.quantised,
    }
    files = ", ".join(f"{part.file} {part.bytes / 1e6:.1f} MB" for part in manifest.parts)
    batches = " and ".join(map(str, parity.batches))
    next_ = "eval" if manifest.weights.images else "bench --method"
    return [
        f"{folder}: {files}",
        f"largest and mean difference of pictures in [-1, 1], batches {batches}:",
        *(f"  {what}: {d.largest:.2g}, {d.mean:.2g}" for what, d in found.items() if d),
        f"next: tryonbench {next_} {folder}",
    ]
