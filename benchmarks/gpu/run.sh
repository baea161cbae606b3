#!/usr/bin/env bash
# Measures on one GPU in 25 minutes, and writes OUT/gpu-PART.json and OUT/gpu-summary.md:
#
#   benchmarks/gpu/run.sh [PART …] [--minutes 25] [--tiny] [--plan]
#
# Parts: efficiency-512x384, throughput, training, evaluation, efficiency-256x192,
# efficiency-1024x768. A file is written after each command; called again, what is measured already
# on this device and code is not measured again. --tiny tries all of it on a CPU; --plan prints the
# commands. OUT is reports/reference by default, PYTHON the interpreter (by default .venv's);
# see wheels.sh for machines without a network.
set -euo pipefail
cd "$(dirname "$0")/../.."
. benchmarks/gpu/environment.sh
"$PYTHON" benchmarks/gpu/run.py --out "${OUT:-reports/reference}" "$@"
