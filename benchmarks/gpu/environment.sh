# Sourced by the scripts beside it, in the repository's root. PYTHON names the interpreter. Wheels in
# the folder .whl (wheels.sh) are unpacked beside it first, for machines without a network.
PYTHON=${PYTHON:-python3}
export PYTHONPATH="$PWD:$PWD/methods${PYTHONPATH:+:$PYTHONPATH}"
if [ -d .whl ]; then
  site=${TMPDIR:-/tmp}/tryonbench-site
  "$PYTHON" -m pip install --quiet --no-deps --no-index --no-compile --upgrade --target "$site" \
    .whl/*.whl
  export PYTHONPATH="$PYTHONPATH:$site"
fi
