"""`python -m benchmarks.compare` on two made-up files; the suites can be imported."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from benchmarks import compare

ROOT = Path(__file__).parents[2]
SUITES = sorted((ROOT / "benchmarks").rglob("test_*.py"))


def stats(median: float, iqr: float = 0.01, rounds: int = 5) -> dict[str, float]:
    return {"min": median * 0.95, "median": median, "iqr": iqr, "rounds": rounds, "max": 9.0}


def record(benchmarks: dict[str, dict[str, float]], torch: str = "2.11") -> dict:
    """As pytest-benchmark writes it."""
    cpu = {"brand_raw": "Made-up CPU @ 1 GHz", "count": 2}
    info = {"cpu": cpu, "torch": torch, "threads": 2, "versions": {"torch": torch}}
    found = [{"fullname": name, "stats": values} for name, values in benchmarks.items()]
    return {"machine_info": info, "datetime": "2026-01-01T00:00:00", "benchmarks": found}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Call the command on a record; its exit code and what it printed."""
    monkeypatch.setattr(compare, "BASELINES", tmp_path / "baselines")

    def call(benchmarks, *options, **machine):
        file = tmp_path / "now.json"
        file.write_text(json.dumps(record(benchmarks, **machine)))
        code = compare.main([str(file), *options])
        return code, capsys.readouterr().out

    return call


def test_slower_beyond_noise_and_tolerance_is_exit_code_1(run):
    run({"a": stats(1.0), "b": stats(1.0)}, "--save")
    code, out = run({"a": stats(1.5), "b": stats(1.02)})
    assert code == 1
    words = [line.split()[0] for line in out.splitlines()[1:3]]
    assert words == ["slower", "same"]
    assert out.endswith("1 of 2 more than 20 % slower\n")
    assert run({"a": stats(1.5)}, "--more-than", "60")[0] == 0


def test_noise_is_no_verdict(run):
    run({"a": stats(1.0, iqr=0.6)}, "--save")
    code, out = run({"a": stats(1.5, iqr=0.6)})
    assert code == 0
    assert "same" in out


def test_a_single_round_is_not_judged(run):
    run({"a": stats(1.0, iqr=0.0, rounds=1)}, "--save")
    code, out = run({"a": stats(9.0, iqr=0.0, rounds=1)})
    assert code == 0
    assert "too few rounds" in out


def test_faster_is_told(run):
    run({"a": stats(1.0)}, "--save")
    assert "faster" in run({"a": stats(0.5)})[1]


def test_another_machine_or_torch_is_not_comparable(run, tmp_path):
    run({"a": stats(1.0)}, "--save")
    (saved,) = (tmp_path / "baselines").iterdir()
    code, out = run({"a": stats(9.0)}, "--baseline", str(saved), torch="2.12")
    assert code == 2
    assert out.startswith("not comparable: ")
    code, out = run({"a": stats(9.0)}, torch="2.12")
    assert code == 2
    assert out.startswith("no baseline of this machine")


def test_a_baseline_is_slim_and_keeps_what_was_not_run_again(run, tmp_path):
    run({"a": stats(1.0), "b": stats(1.0)}, "--save")
    run({"b": stats(2.0)}, "--save")
    (saved,) = (tmp_path / "baselines").iterdir()
    found = json.loads(saved.read_text())
    assert {name: b["median"] for name, b in found["benchmarks"].items()} == {"a": 1.0, "b": 2.0}
    assert "max" not in found["benchmarks"]["a"]
    assert found["machine"]["processor"] == "Made-up CPU @ 1 GHz"


def test_a_file_that_is_not_there_is_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        compare.main([str(tmp_path / "none.json")])
    assert stop.value.code == 2
    assert "none.json" in capsys.readouterr().err.splitlines()[-1]


def test_the_committed_baselines_are_of_benchmarks_that_exist():
    for file in compare.BASELINES.glob("*.json"):
        found = json.loads(file.read_text())
        assert found["machine"].keys() == {"processor", "cores", "torch", "threads"}
        named = {name.split("::")[0] for name in found["benchmarks"]}
        assert all((ROOT / name).is_file() for name in named)


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.name)
def test_a_suite_can_be_imported(file):
    spec = spec_from_file_location(f"suite_{file.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert any(name.startswith("test_") and callable(found) for name, found in vars(module).items())
