"""Instance normalisation whose gradient is right for a batch of one, too."""

from __future__ import annotations

from torch import Tensor, nn


class InstanceNorm(nn.InstanceNorm2d):
    """`nn.InstanceNorm2d`.

    On CPUs the gradient of torch's function is wrong for a batch of one if it arrives in the memory
    format NHWC, as behind convolutions of `channels_last` networks (seen in torch 2.15): it gets
    one that is contiguous.
    """

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, H, W)."""
        out: Tensor = super().forward(x)
        if self.training and out.requires_grad and out.shape[0] == 1:
            out.register_hook(Tensor.contiguous)  # type: ignore[no-untyped-call]
        return out
