import type { KernelCall, MemoryUse } from "../kernel.ts";
import { biasConstant, epilogueFields } from "../wasm/epilogue.ts";
import { runPlanes, spacedBytes, TILE, WHOLE_TILES } from "../wasm/gemm.ts";
import {
  BYTES_PER_CELL,
  BYTES_PER_FLOAT,
  LANES,
  panelSplits,
  planeCount,
  type WasmChoices,
  type WasmConstant,
  type WasmKernel,
  type WasmStep,
  wasmStep,
} from "../wasm/kernel.ts";
import { threadSplits } from "../wasm/threadSplits.ts";
import type { Conv2dAttributes } from "./op.ts";

const KERNEL_CELLS = 9;

/**
 * Each block reads all weights anew: larger blocks read them less often, smaller ones stay in the cache between the
 * transforms. 60 tiles of 256 channels are 4.4 MB. On one core of an AMD EPYC, Hourglass-104's layers took 3 % longer
 * with 30 tiles, and its layers with 64x64 maps 8 % longer with 90.
 */
const BLOCK_TILES = 60;

/**
 * Planes per run of a sum over channels (scripts/wasm/gemmTile.ts). Shorter ones err a little less, but take up to 5 %
 * longer.
 */
const RUN_PLANES = 8;

/** The gap between matrices (scripts/wasm/winogradLayer.ts). */
const GAP_BYTES = 64;

/**
 * A 3x3 convolution at stride 1 by Winograd's F(m x m, 3 x 3). For m = 4 the points (winogradMatrices.ts) and the runs
 * keep the RMS error near that of one plain float32 sum: 0.52e-6 beside 0.30e-6 of the outputs' RMS at 64 channels,
 * 0.63e-6 beside 0.59e-6 at 256 (simulated). For m = 2 it is smaller.
 */
export function winogradWasm(
  outputs: 2 | 4,
  call: KernelCall<Conv2dAttributes>,
  reason: string,
  { precision, memory }: WasmChoices,
): WasmKernel {
  const { inputs, output, attributes, epilogue } = call;
  const [, height, width, inputChannels] = inputs[0];
  const [, outputHeight, outputWidth, channels] = output;
  const points = (outputs + 2) ** 2;
  const planes = planeCount(inputChannels);
  const panels = Math.ceil(channels / TILE);

  const tilesAcross = Math.ceil(outputWidth / outputs);
  const tiles = tilesAcross * Math.ceil(outputHeight / outputs);
  const blockTiles = Math.min(BLOCK_TILES, Math.ceil(tiles / WHOLE_TILES) * WHOLE_TILES);
  const blocks = Math.ceil(tiles / blockTiles);
  // On several threads there may be more, which take less scratch memory.
  const leastSplits = panelSplits(panels, blocks);

  const tileBytes = spacedBytes(planes);
  const seenBytes = blockTiles * tileBytes + GAP_BYTES;
  const sumBytes = blockTiles * Math.ceil(panels / leastSplits) * 2 * BYTES_PER_CELL + GAP_BYTES;
  const weights = { outputs, inputChannels, channels };
  const algorithm = `Winograd F(${outputs}x${outputs}): ${reason}`;
  const eachRunReason = reasonToTransformEachRun(call, memory);
  const eachRun = eachRunReason !== undefined;
  return {
    algorithm: eachRun ? `${algorithm}; weights transformed in each run: ${eachRunReason}` : algorithm,
    constants: [
      eachRun ? storedWeights(weights) : transformedWeights(weights),
      biasConstant(epilogue, channels, TILE),
    ],
    workspaceBytes: eachRun ? transformedFloats(weights) * BYTES_PER_FLOAT : 0,
    scratchBytes: points * 2 * BYTES_PER_CELL + points * (seenBytes + sumBytes),
    steps: (at) => {
      const splits = Math.max(
        leastSplits,
        threadSplits({ panels, cells: tiles, blockCells: blockTiles, threads: at.threads }),
      );
      return [
        ...(eachRun ? [weightStep(weights, at.constants[0], at.workspace)] : []),
        wasmStep(`winograd${outputs}`, blocks * splits, {
          source: at.inputs[0],
          destination: at.output,
          height,
          width,
          outputHeight,
          outputWidth,
          ...epilogueFields(epilogue, at),
          padTop: attributes.padding.top,
          padLeft: attributes.padding.left,
          planes,
          run: precision === "exact" ? runPlanes(planes, precision) : RUN_PLANES,
          outputPlanes: planeCount(channels),
          weights: eachRun ? at.workspace : at.constants[0],
          tilesAcross,
          tiles,
          tileBytes,
          blockTiles,
          blocks,
          splits,
        }),
      ];
    },
  };
}

/** From this size, transforming the weights in each run took at most 3 % of a layer, 1.5 % of Hourglass-104. */
const MIN_CELLS_TO_TRANSFORM_EACH_RUN = 128 * 128;

/**
 * Why a layer's weights stay as they are stored and are transformed in each run; undefined if they are transformed once
 * and kept, which takes 1.8 (m = 2) or 4 (m = 4) times the memory.
 */
function reasonToTransformEachRun({ output }: KernelCall, memory: MemoryUse): string | undefined {
  if (memory === "low") return "memory low";
  return output[1] * output[2] >= MIN_CELLS_TO_TRANSFORM_EACH_RUN ? "a map from 128x128 on" : undefined;
}

interface WinogradWeights {
  readonly outputs: 2 | 4;
  readonly inputChannels: number;
  readonly channels: number;
}

/** G · g · Gᵀ for every pair of channels, as [points][outputs / 8][inputs][8]. */
function transformedWeights(weights: WinogradWeights): WasmConstant {
  const { floats, write } = storedWeights(weights);
  const step = (source: number, destination: number) => weightStep(weights, source, destination);
  return { floats: transformedFloats(weights), transform: { floats, step }, write };
}

/** As they are stored, [3][3][inputs][outputs], the outputs padded to whole panels. */
function storedWeights({ inputChannels, channels }: WinogradWeights): WasmConstant {
  const panels = Math.ceil(channels / TILE);
  return {
    floats: KERNEL_CELLS * inputChannels * panels * TILE,
    write(target, { kernel }) {
      for (let row = 0; row < KERNEL_CELLS * inputChannels; row++) {
        target.set(kernel.subarray(row * channels, (row + 1) * channels), row * panels * TILE);
      }
    },
  };
}

function transformedFloats({ outputs, inputChannels, channels }: WinogradWeights): number {
  const panels = Math.ceil(channels / TILE);
  return (outputs + 2) ** 2 * panels * TILE * planeCount(inputChannels) * LANES;
}

function weightStep(weights: WinogradWeights, source: number, destination: number): WasmStep {
  const { outputs, inputChannels, channels } = weights;
  return wasmStep(`winogradWeights${outputs}`, planeCount(inputChannels), {
    source,
    destination,
    channels: inputChannels,
    planes: planeCount(inputChannels),
    panels: Math.ceil(channels / TILE),
  });
}
