#!/usr/bin/env bash
# Trains a method's preset for some minutes on 4,000 procedural samples, evaluates it, and writes
# OUT/gpu-train-METHOD.json. Ten minutes a method on one GPU:
#
#   benchmarks/gpu/train.sh METHOD [PRESET] [--minutes 6] [--size 256x192] [--train 4000] …
#
# PYTHON names the interpreter; wheels in the folder .whl are installed first, for machines without
# a network. OUT is the folder of the result, reports/reference by default.
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
if [ -d .whl ]; then "$PYTHON" -m pip install --quiet --no-deps --no-index .whl/*.whl; fi
export PYTHONPATH="$PWD:$PWD/methods${PYTHONPATH:+:$PYTHONPATH}"
"$PYTHON" benchmarks/gpu/train.py --out "${OUT:-reports/reference}" "$@"
