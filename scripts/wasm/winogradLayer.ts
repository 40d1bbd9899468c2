/**
 * A 3x3 convolution at stride 1 in tiles of m x m outputs, F(m x m, 3 x 3). A unit takes a block of tiles through all
 * three steps while they are in the cache: (1) transform the inputs of each tile and plane; (2) for each of the n²
 * points, multiply matrices, [tiles x inputs] · [inputs x outputs]; (3) transform the sums back, add bias and residual,
 * and apply the activation.
 *
 * There is a gap of 64 bytes between matrices, and between the rows of one that would be a power of two apart: they would
 * compete for the same cache sets. The inputs of tiles that reach over the edge of the map are first copied to a patch of zeros, and their outputs
 * go through a patch as well.
 *
 * Weights: [n²][outputs / 8][inputs][8]. Units: blocks of tiles, times splits of the output channels.
 */
export function winogradLayer(outputs: number): string {
  const inputs = outputs + 2;
  const points = inputs * inputs;
  const patchBytes = points * 16;
  return `export function winograd${outputs}(address: usize, unit: i32, scratch: usize): void {
  const call = Winograd${outputs}Call.at(address);
  const firstTile = (unit % call.blocks) * call.blockTiles;
  const tiles = min(call.blockTiles, call.tiles - firstTile);
  const groups = (tiles + TILE_CELLS - 1) / TILE_CELLS;
  const panels = (call.outputPlanes + 1) >> 1;
  const panelsPerSplit = (panels + call.splits - 1) / call.splits;
  const firstPanel = (unit / call.blocks) * panelsPerSplit;
  const lastPanel = min(panels, firstPanel + panelsPerSplit);

  const patch = scratch;
  const stage = patch + ${patchBytes};
  const transformed = stage + ${patchBytes};
  const tileBytes = call.tileBytes;
  const transformedStride = call.blockTiles * tileBytes + 64;
  const sums = transformed + ${points} * transformedStride;
  const sumBytes = call.blockTiles * 16;
  const sumStride = panelsPerSplit * 2 * sumBytes + 64;
  const panelBytes = call.planes * 128;
  const weightStride = panels * panelBytes;

  // Four planes at a time fill whole cache lines of the matrices.
  for (let firstPlane = 0; firstPlane < call.planes; firstPlane += 4) {
    const lastPlane = min(call.planes, firstPlane + 4);
    for (let tile = 0; tile < tiles; tile++) {
      const row = ((firstTile + tile) / call.tilesAcross) * ${outputs} - call.padTop;
      const column = ((firstTile + tile) % call.tilesAcross) * ${outputs} - call.padLeft;
      const inside =
        row >= 0 && column >= 0 && row + ${inputs} <= call.height && column + ${inputs} <= call.width;
      for (let plane = firstPlane; plane < lastPlane; plane++) {
        const source = call.source + plane * call.height * call.width * 16;
        const target = transformed + tile * tileBytes + plane * 16;
        if (inside) {
          const place = source + (row * call.width + column) * 16;
          inputTransform${outputs}(place, call.width * 16, target, transformedStride, stage);
        } else {
          copyIn(source, call.height, call.width, row, column, patch, ${inputs});
          inputTransform${outputs}(patch, ${inputs * 16}, target, transformedStride, stage);
        }
      }
    }
  }

  for (let point = 0; point < ${points}; point++) {
    for (let panel = firstPanel; panel < lastPanel; panel++) {
      const weights = call.weights + point * weightStride + panel * panelBytes;
      const from = transformed + point * transformedStride;
      const to = sums + point * sumStride + (panel - firstPanel) * 2 * sumBytes;
      gemmTiles(from, tileBytes, weights, call.planes, call.run, to, sumBytes, groups);
    }
  }

  const low = f32x4.splat(call.low);
  const high = f32x4.splat(call.high);
  const rowBytes = call.outputWidth * 16;
  const lastPlane = min(call.outputPlanes, lastPanel * 2);
  for (let plane = firstPanel * 2; plane < lastPlane; plane++) {
    const bias = v128.load(call.bias + plane * 16);
    for (let tile = 0; tile < tiles; tile++) {
      const row = ((firstTile + tile) / call.tilesAcross) * ${outputs};
      const column = ((firstTile + tile) % call.tilesAcross) * ${outputs};
      const from = sums + (plane - firstPanel * 2) * sumBytes + tile * 16;
      const place = plane * call.outputHeight * rowBytes + row * rowBytes + column * 16;
      const target = call.destination + place;
      const residual = call.residual ? call.residual + place : 0;
      if (row + ${outputs} <= call.outputHeight && column + ${outputs} <= call.outputWidth) {
        outputTransform${outputs}(from, sumStride, target, rowBytes, stage, bias, residual, low, high);
      } else {
        const none = f32x4.splat(Infinity);
        outputTransform${outputs}(from, sumStride, patch, ${outputs * 16}, stage, bias, 0, f32x4.neg(none), none);
        const rows = min(${outputs}, call.outputHeight - row);
        copyOut(patch, ${outputs}, rows, min(${outputs}, call.outputWidth - column), target, rowBytes, residual, low, high);
      }
    }
  }
}

/**
 * Transforms the weights of a plane of input channels (the unit) from [3][3][inputs][outputs]. Channels that pad the last
 * plane get zeros. The matrices are powers of two apart and compete for the same cache sets, so results are collected
 * first and written in whole cache lines.
 */
export function winogradWeights${outputs}(address: usize, plane: i32, scratch: usize): void {
  const call = WinogradWeights${outputs}Call.at(address);
  const rowBytes = call.panels * 32;
  const stride = call.panels * call.planes * 128;
  const lines = scratch + ${patchBytes};
  for (let panel = 0; panel < call.panels; panel++) {
    for (let part = 0; part < 8; part++) {
      const channel = plane * 4 + (part >> 1);
      const source = call.source + channel * rowBytes + panel * 32 + (part & 1) * 16;
      const target = lines + part * 16;
      if (channel < call.channels) {
        weightTransform${outputs}(source, call.channels * rowBytes, target, 128, scratch);
      } else {
        for (let point = 0; point < ${points}; point++) v128.store(target + point * 128, f32x4.splat(0));
      }
    }
    const target = call.destination + (panel * call.planes + plane) * 128;
    for (let point = 0; point < ${points}; point++) {
      for (let part = 0; part < 128; part += 16) {
        v128.store(target + point * stride + part, v128.load(lines + point * 128 + part));
      }
    }
  }
}
`;
}

/** Functions that the layers of every tile size share. */
export const EDGE_FUNCTIONS = `
/** Copies a square of a plane to the patch, with zeros outside the map. */
function copyIn(plane: usize, height: i32, width: i32, top: i32, left: i32, patch: usize, side: i32): void {
  for (let y = top; y < top + side; y++) {
    for (let x = left; x < left + side; x++) {
      const inside = <u32>y < <u32>height && <u32>x < <u32>width;
      v128.store(patch, inside ? v128.load(plane + (y * width + x) * 16) : f32x4.splat(0));
      patch += 16;
    }
  }
}

/** Copies the part of a patch that lies inside the map, after adding the residual and applying the activation. */
function copyOut(
  patch: usize, side: i32, rows: i32, columns: i32, target: usize, rowBytes: i32, residual: usize,
  low: v128, high: v128,
): void {
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let value = v128.load(patch + (y * side + x) * 16);
      if (residual) value = f32x4.add(value, v128.load(residual + x * 16));
      v128.store(target + x * 16, f32x4.pmin(f32x4.pmax(value, low), high));
    }
    target += rowBytes;
    if (residual) residual += rowBytes;
  }
}
`;
