"""Labels: the merge to 13 channels and one-hot maps."""

from __future__ import annotations

import torch

from tryonbench.data.labels import COUNT, GROUPS, LABELS, MERGED, merged, one_hot


def test_the_merge_is_that_of_viton_hd() -> None:
    expected = {
        "background": "background", "hat": "hair", "hair": "hair", "glove": "noise",
        "sunglasses": "face", "upper clothes": "upper", "dress": "upper", "coat": "upper",
        "socks": "socks", "trousers": "bottom", "neck": "background", "scarf": "noise",
        "skirt": "bottom", "face": "face", "left arm": "left arm", "right arm": "right arm",
        "left leg": "left leg", "right leg": "right leg", "left shoe": "left shoe",
        "right shoe": "right shoe",
    }  # fmt: skip
    channels = merged(torch.arange(COUNT)).tolist()
    assert {LABELS[i]: MERGED[channel] for i, channel in enumerate(channels)} == expected
    assert sorted(label for group in GROUPS for label in group) == list(range(COUNT))


def test_one_hot_has_one_channel_a_label() -> None:
    labels = torch.randint(0, COUNT, (2, 8, 6))
    whole, few = one_hot(labels), one_hot(merged(labels), len(MERGED))
    assert whole.shape == (2, 20, 8, 6)
    assert few.shape == (2, 13, 8, 6)
    assert torch.equal(whole.argmax(1), labels)
    assert torch.equal(few.sum(1), torch.ones(2, 8, 6))
