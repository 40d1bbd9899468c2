#!/usr/bin/env bash
# Runs the packed GPU benchmark: run.sh [options of bench gpu]. Results go to $OUT, else ./gpu-results.
# ICD is the Vulkan driver's JSON file, if none is found.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${OUT:-$PWD/gpu-results}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

(cd "$here" && sha256sum --quiet -c SHA256SUMS) || { echo "this folder is damaged" >&2; exit 1; }
unpack() { # a bare machine may have no xz
  if command -v xz >/dev/null; then
    xz -dc "$1" >"$2"
  else
    python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[2], "wb"))' "$1" "$2"
  fi
}
for file in node dawn.node; do
  unpack "$here/$file.xz" "$work/$file" || exit 1
done
chmod +x "$work/node"
cp "$here/libvulkan.so.1" "$work/"

icd=${ICD:-}
for place in /usr/local/nvidia/share/vulkan/icd.d /etc/vulkan/icd.d /usr/share/vulkan/icd.d; do
  [ -n "$icd" ] || [ ! -e "$place/nvidia_icd.json" ] || icd=$place/nvidia_icd.json
done
[ -n "$icd" ] || { echo "no Vulkan driver found: set ICD to its JSON file" >&2; exit 1; }
# Older loaders read the second name.
export VK_DRIVER_FILES=$icd VK_ICD_FILENAMES=$icd XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/tmp} DAWN_NODE=$work/dawn.node
export LD_LIBRARY_PATH=$work:/usr/local/nvidia/lib64:/usr/local/nvidia/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
if ! "$work/node" --version >/dev/null 2>&1 || ldd "$work/dawn.node" 2>&1 | grep -q 'not found'; then
  export LD_LIBRARY_PATH=$here/runtime:$LD_LIBRARY_PATH
fi
bench() {
  {
    date -u
    echo "driver $icd"
    command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,clocks.max.sm,power.limit --format=csv,noheader
    (cd "$work" && "$work/node" "$here/bench/gpu/bench.mjs" --json "$out/gpu.json" "$@" 2>&1)
  } | tee "$out/gpu.txt"
  return "${PIPESTATUS[0]}"
}
bench "$@" && exit 0
status=$?
if grep -q 'expected a WebGPU adapter' "$out/gpu.txt"; then
  echo "trying again, with the packed libraries and the loader's log"
  export LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$here/libraries VK_LOADER_DEBUG=error,warn
  bench "$@"
  status=$?
fi
exit "$status"
