# Sourced by the scripts beside it, in the repository's root. PYTHON names the interpreter, by default
# that of `make setup` where it is there. Wheels in the folder .whl (wheels.sh) are unpacked beside it
# first, for machines without a network.
PYTHON=${PYTHON:-$([ -x .venv/bin/python ] && echo .venv/bin/python || echo python3)}
export PYTHONPATH="$PWD:$PWD/methods${PYTHONPATH:+:$PYTHONPATH}"
if [ -d .whl ]; then
  site=${TMPDIR:-/tmp}/tryonbench-site
  "$PYTHON" -m pip install --quiet --no-deps --no-index --no-compile --upgrade --target "$site" \
    .whl/*.whl
  export PYTHONPATH="$PYTHONPATH:$site"
fi
if ! "$PYTHON" -c 'import torch' 2>/dev/null; then
  echo "error: $PYTHON has no torch; name another interpreter with PYTHON, or run: make setup" >&2
  exit 2
fi
