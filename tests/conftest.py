"""Shared data: a small procedural set, the real samples and weights where they are at hand."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tryonbench.cli import main
from tryonbench.synth import SynthSpec, write_dataset

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def synth_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """8 training and 4 test samples at 64x48; not to be changed."""
    root = tmp_path_factory.mktemp("synth") / "root"
    write_dataset(root, SynthSpec(size=(64, 48), train=8, test=4, seed=0), workers=1)
    return root


@pytest.fixture
def own_root(synth_root: Path, tmp_path: Path) -> Path:
    """A copy of `synth_root` that a test may break."""
    return Path(shutil.copytree(synth_root, tmp_path / "own"))


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder on this machine; its address."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(folder: Path) -> str:
        http = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
        servers.append((http, threading.Thread(target=http.serve_forever, args=(0.01,))))
        servers[-1][1].start()
        return f"http://127.0.0.1:{http.server_port}"

    yield start
    for http, thread in servers:
        http.shutdown()
        thread.join()
        http.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def real_samples() -> Path:
    """The folder of real VITON-HD samples, or a skip."""
    folder = os.environ.get("TRYONBENCH_SAMPLES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRYONBENCH_SAMPLES names no folder of real VITON-HD samples")
    return Path(folder)


@pytest.fixture
def real_weights(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real weights, or a skip."""
    folder = os.environ.get("TRYONBENCH_WEIGHTS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("TRYONBENCH_WEIGHTS names no folder of real weights")
    return Path(folder)


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nowhere are any weights; the folder is the one of `TRYONBENCH_WEIGHTS`."""
    monkeypatch.setenv("TRYONBENCH_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    for place in ("clean_fid_folder", "clip_folder", "shipped_folder"):
        monkeypatch.setattr(f"tryonbench.weights.lookup.{place}", lambda: tmp_path / "elsewhere")
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """Run `tryonbench` as typed, in an empty folder, but in this process: it imports torch once."""
    monkeypatch.setenv("TRYONBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    handler = signal.getsignal(signal.SIGTERM)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = ["tryonbench", *map(str, arguments)]
        monkeypatch.setattr(sys, "argv", words)
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = _exit_code(main)
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    yield run
    signal.signal(signal.SIGTERM, handler)


def _exit_code(command: Callable[[], None]) -> int:
    """What the shell would see; a bug's traceback is on stderr, as Python prints it."""
    try:
        command()
    except SystemExit as done:
        return int(done.code or 0)
    except Exception:
        traceback.print_exc()
        return 1
    return 0
