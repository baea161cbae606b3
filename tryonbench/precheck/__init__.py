"""What a folder of try-on images made elsewhere gets wrong, before anything is scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from tryonbench.data.check import Findings, size_faults
from tryonbench.data.check.duplicates import Print
from tryonbench.data.colours import Lab
from tryonbench.data.jobs import Job
from tryonbench.data.layout import Split
from tryonbench.data.pairs import PairList
from tryonbench.images import Filter
from tryonbench.pool import in_order
from tryonbench.precheck.garments import other_garments, swap_faults
from tryonbench.precheck.names import matched
from tryonbench.precheck.pictures import Output, look_at
from tryonbench.precheck.repeats import repeat_faults
from tryonbench.protocols import Protocol


def check_images(
    folder: Path,
    split: Split,
    protocol: Protocol,
    pairs: PairList,
    pair_file: Path | None = None,
    workers: int | None = None,
) -> Findings:
    """Check names, files, sizes, codecs, copies of the photographs, garments, and repeats.

    Every image is decoded once. Kept of it are its hashes and one colour, 250 bytes.

    Args:
        pairs: the protocol's, whose ids the images are named after.
        pair_file: where `pairs` come from, if not from the protocol's own list.
        workers: number of processes; by default all cores, or one for few images.

    Raises:
        InputError: there is no folder or no image in it, or the data cannot be read.
    """
    findings = Findings(folder)
    files, faults = matched(folder, pairs)
    findings.add(split.name, faults)
    findings.counts[split.name] = {"pairs": len(pairs.pairs), "images": len(files)}
    outputs = list(_outputs(files, split, protocol, pairs))
    colours = _check_pictures(outputs, split.name, findings, workers)
    others = other_garments(split, protocol, pairs, pair_file)
    findings.add(split.name, swap_faults(split, others, colours, pairs.paired, workers))
    return findings


def _outputs(
    files: Mapping[str, Path], split: Split, protocol: Protocol, pairs: PairList
) -> Iterator[Output]:
    for name, pair in zip(pairs.ids, pairs.pairs, strict=True):
        if name in files:
            job = Job(split.root, split.name, name)
            yield Output(job, files[name], pair, protocol.size, _filter(protocol))


def _filter(protocol: Protocol) -> Filter:
    """Pillow's filter that is most like the protocol's."""
    return "bilinear" if protocol.resize == "cv2_bilinear" else protocol.resize


def _check_pictures(
    outputs: list[Output], split: str, findings: Findings, workers: int | None
) -> dict[str, Lab]:
    """Look at each image; the colours of their garment regions, by id."""
    sizes: Counter[tuple[int, int]] = Counter()
    prints: dict[str, Print] = {}
    colours: dict[str, Lab] = {}
    for output, look in zip(outputs, in_order(look_at, outputs, "check", workers), strict=True):
        findings.add(split, look.faults)
        sizes.update([look.size] if look.size else [])
        prints |= {output.job.name: look.print} if look.print else {}
        colours |= {output.job.name: look.colour} if look.colour else {}
    findings.add(split, size_faults(sizes))
    findings.add(split, repeat_faults(prints))
    return colours
