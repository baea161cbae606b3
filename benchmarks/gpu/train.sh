#!/usr/bin/env bash
# Trains a method's preset for some minutes on 4,000 procedural samples, evaluates it, and writes
# OUT/gpu-train-METHOD.json. Ten minutes a method on one GPU:
#
#   benchmarks/gpu/train.sh METHOD [PRESET] [--minutes 6] [--size 256x192] [--train 4000] …
#
# OUT is the folder of the result, reports/reference by default, PYTHON the interpreter; see wheels.sh
# for machines without a network.
set -euo pipefail
cd "$(dirname "$0")/../.."
. benchmarks/gpu/environment.sh
"$PYTHON" benchmarks/gpu/train.py --out "${OUT:-reports/reference}" "$@"
