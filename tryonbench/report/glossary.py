"""What the columns mean, in plain language."""

from __future__ import annotations

from tryonbench.results.cells import Column

OWN_NETWORK = "our own network, trained on drawn people; comparable only with itself"
MEANINGS = {
    "fid": "Distance between the distributions of generated and real images. Biased for few "
    "images: compare it only at an equal number of images.",
    "fid_pytorch": "FID with pytorch-fid's resizing; it differs from FID by its settings.",
    "fid_infinity": "FID extrapolated to infinitely many images, which removes most of its bias.",
    "kid": "As FID, without its bias, times 1000.",
    "fid_64": "As FID, in the 64 features of a first layer; not comparable with FID.",
    "fid_192": "As FID, in the 192 features of an early layer; not comparable with FID.",
    "fid_768": "As FID, in the 768 features of a middle layer; not comparable with FID.",
    "kid_768": "As KID, in the 768 features of a middle layer; not comparable with KID.",
    "fd_synth": f"As FID, in the features of {OWN_NETWORK}.",
    "kd_synth": f"As KID, in the features of {OWN_NETWORK}.",
    "precision": "Share of generated images that are near some real image: how real they look.",
    "recall": "Share of real images that are near some generated image: how varied they are.",
    "density": "As precision, counting how many real images are near; it can pass 1.",
    "coverage": "Share of real images that have a generated image among their neighbours.",
    "fd_dinov2": "As FID, in the features of DINOv2, which agree better with what people see; not "
    "comparable with FID.",
    "cmmd": "Distance between the distributions in CLIP's features of the middle square, of any "
    "shape and with little bias for few images.",
    "ssim": "Structural similarity to the true picture; 1 is identical.",
    "ms_ssim": "Structural similarity at several scales; 1 is identical.",
    "psnr": "Pixel error on a logarithmic scale, in decibels; the mean over images.",
    "l1": "Mean absolute difference of pixel values between 0 and 1.",
    "mse": "Mean squared difference of pixel values between 0 and 1.",
    "lpips_alex": "Perceptual distance in the features of AlexNet; 0 is identical.",
    "lpips_vgg": "Perceptual distance in the features of VGG; 0 is identical.",
    "lpips_squeeze": "Perceptual distance in the features of SqueezeNet; 0 is identical.",
    "dists": "Perceptual distance that tolerates resampled texture; 0 is identical.",
    "garment_ciede2000": "Colour difference inside the true garment region (CIEDE2000); about 1 is "
    "just visible.",
    "parameters": "Weights of the networks that generate.",
    "latency": "Median time of one image at batch 1; below it the 90th percentile.",
    "throughput": "Images a second at the protocol's batch size.",
    "memory": "Peak memory of the measuring process, in 10⁶ bytes.",
}


def meaning(column: Column) -> str | None:
    """One or two sentences, or None for a column that is not known here."""
    name, _, region = column.key.partition("@")
    text = MEANINGS.get(name)
    return f"{text} Only the {region} region counts." if text and region else text
