#!/usr/bin/env bash
# Fetches into .whl what a GPU machine with torch, torchvision, torchmetrics and opencv lacks, for
# Python 3.12 on x86-64 Linux, and this project's own wheel, whose entry points name the methods.
# Run where pip works; `run.sh` and `train.sh` unpack the folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
rm -rf .whl
pip() { "$PYTHON" -m pip "$@"; }
platforms=()
for n in 2_28 2_27 2_17; do platforms+=(--platform "manylinux_${n}_x86_64"); done
pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
  "${platforms[@]}" --platform manylinux2014_x86_64 --constraint constraints.txt --dest .whl \
  pydantic pydantic-core typing-inspection annotated-types lightning-fabric lpips clean-fid \
  torch-fidelity pytorch-fid
pip wheel --quiet --no-deps --wheel-dir .whl .
du -sh .whl
