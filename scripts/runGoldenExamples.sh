#!/usr/bin/env bash
# Runs examples/golden-cases/onnx_runtime.py as docs/golden-cases.md shows it: a model leaves as ONNX, ONNX Runtime writes
# a golden case of all its values, and verify compares them. Needs Python 3.11 or newer.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check -r examples/golden-cases/requirements-onnx.txt

[ -f dist/node/cli.js ] || npm run build
centernet() { node dist/node/cli.js "$@"; }

centernet export movenet-lightning --layout NCHW -o "$folder/movenet.onnx"
"$folder/venv/bin/python" examples/golden-cases/onnx_runtime.py "$folder/movenet.onnx" movenet-lightning "$folder/case"
centernet verify --golden "$folder/case" | tail -n 5

# A case that anything passes would prove nothing.
sed -i 's/"tolerance": 0.001/"tolerance": 1e-9/' "$folder/case/case.json"
code=0
centernet verify --golden "$folder/case" >/dev/null || code=$?
[ "$code" = 4 ] || { echo "expected exit code 4 at a tolerance of 1e-9, got $code"; exit 1; }
