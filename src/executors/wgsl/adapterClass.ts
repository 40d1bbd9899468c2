import type { Tile, WgslTarget } from "../../kernels/wgsl/kernel.ts";
import { SMALL_TILES, TILES } from "../../kernels/wgsl/tiles.ts";
import type { GpuAdapter } from "./device/webgpu.ts";

/** What kernels and submits are sized by. */
export interface AdapterClass extends Pick<WgslTarget, "tiles" | "slots"> {
  /**
   * Multiply-adds in a submit. A system that waits longer than some seconds for one resets the device: so much
   * takes 0.2 s on the weakest device of the class.
   */
  readonly workOfSubmit: number;
}

const isAtMost = (threads: number) => (tile: Tile) =>
  (tile.rows * tile.columns) / (tile.threadRows * tile.threadColumns) <= threads;

const CLASSES = {
  /** Several teraflops, tens of cores that hold two workgroups each. */
  discrete: { tiles: TILES, slots: 264, workOfSubmit: 100e9 },
  /** From 0.3 teraflops on. */
  integrated: { tiles: TILES.filter(isAtMost(64)), slots: 48, workOfSubmit: 20e9 },
  /** The processor. */
  software: { tiles: SMALL_TILES, slots: 4, workOfSubmit: 0.2e9 },
} satisfies Record<string, AdapterClass>;

/** AMD calls its integrated GPUs Radeon, too, and browsers tell no more than the vendor: in doubt, not discrete. */
const DISCRETE = /nvidia|geforce|radeon (rx (?!vega \d+ graphics)|pro|vii)|firepro|instinct/i;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

export function adapterClass(adapter: GpuAdapter): AdapterClass {
  if (isSoftware(adapter)) return CLASSES.software;
  return DISCRETE.test(adapterName(adapter)) ? CLASSES.discrete : CLASSES.integrated;
}

/** Whether the processor plays the part of a GPU. */
export function isSoftware(adapter: GpuAdapter): boolean {
  const { info, isFallbackAdapter } = adapter;
  return Boolean(isFallbackAdapter || info?.isFallbackAdapter || SOFTWARE.test(adapterName(adapter)));
}

/** As far as the system tells it: `nvidia hopper NVIDIA H200`. */
export function adapterName({ info }: GpuAdapter): string {
  const { vendor, architecture, device, description } = info ?? {};
  const words = [vendor, architecture, description || device].filter(Boolean);
  return words.length > 0 ? words.join(" ") : "a GPU without a name";
}
