"""What a study fixes before its first trial."""

from __future__ import annotations

import pytest

from tests.tune.made import SMALL, MakePlan
from tryonbench.config import OptimizerConfig
from tryonbench.data.layout import open_split
from tryonbench.errors import InputError
from tryonbench.tune.objectives import objectives_of


def test_each_objective_has_the_direction_of_its_registry() -> None:
    keys = ("kd_synth", "ssim", "ssim@garment", "latency", "throughput", "memory", "parameters")
    found = {one.key: one.higher_is_better for one in objectives_of(keys)}
    up = {"ssim", "ssim@garment", "throughput"}
    assert found == {key: key in up for key in keys}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (["kd_synt"], 'did you mean "kd_synth"'),
        (["latncy"], 'did you mean "latency"'),
        (["ssim@garmet"], 'did you mean "garment"'),
        (["ssim", "ssim"], "twice"),
        (["latency"], "needs a metric of quality"),
        ([], "needs a metric of quality"),
    ],
)
def test_bad_objectives_are_refused(keys: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        objectives_of(keys)


def test_what_scores_is_held_out_of_the_training(planned: MakePlan, synth_root) -> None:
    plan = planned("kd_synth")
    people = sorted(open_split(synth_root, "train").ids("image"))
    assert [pair.person for pair in plan.pairs.pairs] == people[-4:]
    assert plan.base.validate_every == 2  # five a trial, rounded up
    request = plan.request()
    assert request.pairs.pairs == plan.pairs.pairs
    assert request.protocol.name == "synth/paired-64x48@held-out"
    crossed = planned("kd_synth", protocol="synth/unpaired-64x48").pairs.pairs
    assert {pair.cloth for pair in crossed} == set(people[-4:])
    assert all(pair.person != pair.cloth for pair in crossed)


def test_a_short_trial_has_a_short_warm_up(planned: MakePlan) -> None:
    given = (*SMALL, "schedule.warmup_images=3600", "batch_size=2")
    assert planned(assignments=given, images=8).base.schedule.warmup_images == 4
    assert planned(assignments=given, images=None).base.schedule.warmup_images == 3600


def test_pruning_follows_the_objective_if_it_is_validated(planned: MakePlan) -> None:
    assert planned("l1").prune == "l1"
    assert planned("kd_synth").prune == "psnr"
    assert planned("kd_synth", prune="loss").prune == "loss"
    alone = planned("kd_synth", prune="none")
    assert (alone.prune, alone.base.validate_every) == (None, 8)
    assert planned("kd_synth", "latency").prune is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prune": "psnrr"}, 'did you mean "psnr"'),
        ({"metrics": ("ssim", "latency"), "prune": "psnr"}, "cannot prune with several"),
        ({"metrics": ("garment_ciede2000",), "protocol": "synth/unpaired-64x48"}, "ground truth"),
        ({"protocol": "synth/paired-256x192"}, "does not have the training's size 64x48"),
        ({"assignments": ("validate_samples=8",)}, "leaves none"),
        ({"method": "grey-fill", "space": None}, "needs no training: there is nothing to tune"),
        ({"method": "stylegan"}, r"residual_blocks=0: unknown setting"),
        ({"images": 2}, "batch_size is more than images"),
    ],
)
def test_what_cannot_be_is_refused(planned: MakePlan, given, message: str) -> None:
    with pytest.raises(InputError, match=message):
        planned(*given.pop("metrics", ("ssim",)), **given)


def test_a_metric_without_weights_says_how_to_get_them(planned: MakePlan, no_weights) -> None:
    with pytest.raises(InputError, match=r"fid cannot be computed here: .*tryonbench weights get"):
        planned("fid")


def test_what_set_fixes_is_not_tuned(planned: MakePlan) -> None:
    plan = planned(assignments=(*SMALL, "optimizer.lr=3e-4"))
    assert list(plan.space) == ["model.generator.residual_blocks", "model.losses.gan"]
    assert plan.config({"model.losses.gan": "hinge"}).optimizer.lr == 3e-4
    assert plan.config({"model.losses.gan": "hinge"}).model.losses.gan == "hinge"


def test_the_present_values_are_the_presets(planned: MakePlan, tmp_path) -> None:
    space = tmp_path / "phases.yaml"
    space.write_text("optimizers.generator.lr: {type: float, low: 1.0e-4, high: 1.0e-2, log: true}")
    assert planned(space=space).present() == {"optimizers.generator.lr": 1e-3}
    found = planned().present()
    assert found["model.generator.residual_blocks"] == 2
    assert found["optimizer.lr"] != OptimizerConfig().lr
