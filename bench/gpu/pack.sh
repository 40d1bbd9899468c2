#!/usr/bin/env bash
# Makes a folder that runs the GPU benchmark on a Linux machine (x86-64) without Node and without network:
#   bench/gpu/pack.sh <folder>        then there: <folder>/run.sh [options of bench gpu]
# CENTERNET_WEBGPU is the folder of the npm package webgpu; VULKAN_LOADER a libvulkan.so.1, if none is found.
set -euo pipefail
out=$(realpath -m "${1:?usage: pack.sh <folder>}")
webgpu=${CENTERNET_WEBGPU:?set it to the folder of the npm package webgpu}
cd "$(dirname "$0")/../.."
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT

# Only delete what this script made.
if [ -n "$(ls -A "$out" 2>/dev/null)" ] && [ ! -f "$out/SHA256SUMS" ]; then
  echo "$out: expected an empty folder or one made by pack.sh, got another. Choose a new one." >&2
  exit 1
fi
rm -rf "$out"
mkdir -p "$out/bench/gpu"
# The benchmark reads its version from two folders up.
cp package.json "$out/"
node bench/gpu/bundle.mjs "$out/bench/gpu/bench.mjs"
cp "$(node -p process.execPath)" "$temporary/node"
cp "$webgpu/dist/linux-x64/dawn.node" "$temporary/dawn.node"
for file in node dawn.node; do
  strip --strip-unneeded "$temporary/$file" 2>/dev/null || true
done
"$temporary/node" --version >/dev/null # still starts
for file in node dawn.node; do
  xz -T0 -6 -c "$temporary/$file" >"$out/$file.xz"
done

loader=${VULKAN_LOADER:-}
for place in /usr/lib/x86_64-linux-gnu /usr/lib/chromium; do
  [ -n "$loader" ] || [ ! -e "$place/libvulkan.so.1" ] || loader=$place/libvulkan.so.1
done
[ -n "$loader" ] || { echo "no libvulkan.so.1 found: set VULKAN_LOADER to one" >&2; exit 1; }
cp -L "$loader" "$out/libvulkan.so.1"
# For a machine whose own C++ runtime is missing or older.
mkdir "$out/runtime"
for library in libstdc++.so.6 libgcc_s.so.1; do
  cp -L "/usr/lib/x86_64-linux-gnu/$library" "$out/runtime/" 2>/dev/null || cp -L "/lib/x86_64-linux-gnu/$library" "$out/runtime/"
done
# The X libraries that NVIDIA's driver needs, for a machine without X.
mkdir "$out/libraries"
for library in libX11.so.6 libXext.so.6 libxcb.so.1 libXau.so.6 libXdmcp.so.6 libbsd.so.0 libmd.so.0; do
  cp -L "/usr/lib/x86_64-linux-gnu/$library" "$out/libraries/" || echo "without $library" >&2
done
install -m 755 bench/gpu/run.sh "$out/run.sh"
(cd "$out" && sha256sum node.xz dawn.node.xz bench/gpu/bench.mjs package.json libvulkan.so.1 run.sh runtime/* libraries/* >SHA256SUMS)
du -sm "$out"
