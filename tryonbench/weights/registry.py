"""The registered weights: official address, SHA-256, size, licence, and what uses them."""

from __future__ import annotations

from dataclasses import dataclass

TORCH = "https://download.pytorch.org/models"
NVIDIA = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics"
PYTORCH_FID = "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights"
TORCH_FIDELITY = "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0"
DINOV2 = "https://dl.fbaipublicfiles.com/dinov2/dinov2_vitl14"
CLIP = (
    "https://openaipublic.azureedge.net/clip/models/"
    "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02"
)


@dataclass(frozen=True)
class Source:
    """One file that holds the weights."""

    file: str
    sha256: str
    url: str | None = None
    """None for a file that has no public address: it is shipped, or only looked for."""
    size: int | None = None
    """Bytes."""


@dataclass(frozen=True)
class Weights:
    """A network's weights: the official file first, then others that hold the same values."""

    name: str
    used_by: str
    """Metric keys, comma separated; empty for a network that no metric uses yet."""
    licence: str
    sources: tuple[Source, ...]

    @property
    def official(self) -> Source:
        """The file that `tryonbench weights get` downloads."""
        return self.sources[0]

    @property
    def is_shipped(self) -> bool:
        """Whether the file comes with this package."""
        return self.official.url is None


ON_POOL3 = "fid, fid_pytorch, fid_infinity, kid, precision, recall, density, coverage"
INCEPTION_PTH = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
INCEPTION_SOURCES = tuple(
    Source(file, INCEPTION_PTH, f"{place}/{file}", 95_628_359)
    for place, file in (
        (PYTORCH_FID, "pt_inception-2015-12-05-6726825d.pth"),
        (TORCH_FIDELITY, "weights-inception-2015-12-05-6726825d.pth"),
    )
)
"""One content under the two names that pytorch-fid and torch-fidelity give it."""


def _torchvision(file: str, sha256: str, size: int) -> Source:
    return Source(file, sha256, f"{TORCH}/{file}", size)


_ALL = (
    Weights(
        "inception",
        ON_POOL3,
        "Apache-2.0",
        (
            Source(
                "inception-2015-12-05.pt",
                "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4",
                f"{NVIDIA}/inception-2015-12-05.pt",
                95_607_719,
            ),
        ),
    ),
    Weights("inception-pytorch", f"{ON_POOL3} (not `clean`)", "Apache-2.0", INCEPTION_SOURCES),
    Weights(
        "inception-partial",
        "fid_64, fid_192, fid_768, kid_768",
        "Apache-2.0",
        (
            *INCEPTION_SOURCES,
            Source(
                "inception-2015-12-05-to-Mixed_7a.safetensors",
                "9b8fbca37d1102eb9810b0cc3f582e9c277824141b5793a5dccc1a4bc424993e",
                size=42_788_568,
            ),
        ),
    ),
    Weights(
        "alexnet",
        "lpips_alex",
        "BSD-3-Clause",
        (
            _torchvision(
                "alexnet-owt-7be5be79.pth",
                "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
                244_408_911,
            ),
            Source(
                "alexnet-features.safetensors",
                "9f97fd313f4da83dbe6bbfbe6effca1241de9edfcd7c53386261ed9697286dd9",
                size=9_879_632,
            ),
        ),
    ),
    Weights(
        "squeezenet",
        "lpips_squeeze",
        "BSD-3-Clause",
        (
            _torchvision(
                "squeezenet1_1-b8a52dc0.pth",
                "b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b",
                4_958_839,
            ),
            Source(
                "squeezenet1_1-features.safetensors",
                "29dd9af42ad48cb39a767454d382a2232dbc1625a1de3f00fca4868ee65dfc4b",
                size=2_894_672,
            ),
        ),
    ),
    Weights(
        "vgg16",
        "lpips_vgg, dists",
        "BSD-3-Clause",
        (
            _torchvision(
                "vgg16-397923af.pth",
                "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
                553_433_881,
            ),
        ),
    ),
    Weights(
        "vgg19",
        "",
        "BSD-3-Clause",
        (
            _torchvision(
                "vgg19-dcbb9e9d.pth",
                "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
                574_673_361,
            ),
        ),
    ),
    Weights(
        "dinov2",
        "fd_dinov2",
        "Apache-2.0",
        (
            Source(
                "dinov2_vitl14_pretrain.pth",
                "d5383ea8f4877b2472eb973e0fd72d557c7da5d3611bd527ceeb1d7162cbf428",
                f"{DINOV2}/dinov2_vitl14_pretrain.pth",
                1_217_586_395,
            ),
        ),
    ),
    Weights(
        "clip",
        "cmmd",
        "MIT",
        (
            Source(
                "ViT-L-14-336px.pt",
                "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
                f"{CLIP}/ViT-L-14-336px.pt",
                934_088_680,
            ),
        ),
    ),
    Weights(
        "synth-extractor",
        "fd_synth, kd_synth",
        "Apache-2.0",
        (
            Source(
                "synth-extractor.safetensors",
                "d0e617931fa238fd2807734a66aab61e8942b91c13d8a2872244070d99d425dc",
                size=1_368_208,
            ),
        ),
    ),
)
REGISTRY: dict[str, Weights] = {weights.name: weights for weights in _ALL}
