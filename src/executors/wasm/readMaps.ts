import type { Findings } from "../../backend/executor.ts";
import { BYTES_PER_FLOAT, planarBytes, wasmStep } from "../../kernels/wasm/kernel.ts";
import { elementCount, type Shape, type Tensor } from "../../tensor.ts";
import { align } from "./placeMaps.ts";
import { readPlanar } from "./planarMap.ts";
import { MAX_READ_UNITS, type PlanLayout, type PlannedStep } from "./planLayout.ts";

// Maps leave a plan's memory in the layout of tensors. The module writes them so (assembly/channelsLast.ts), on all threads, to
// memory whose maps are no longer read; then each is taken out by one copy. No memory is reserved for it.

export interface MapRead {
  readonly name: string;
  /** Absent if there is no room: then the calling thread copies the map number by number. */
  readonly step?: PlannedStep;
}

/** A unit's cells: fewer would cost calls, and more would not stay in the L1 cache until they are checked. */
const UNIT_BYTES = 16 * 1024;

/** How to copy maps out once the node with index `after` has run. */
export function planReads(layout: PlanLayout, names: readonly string[], after: number): MapRead[] {
  let { address, bytes } = largestGap(layout, names, after);
  return names.map((name, index) => {
    const shape = layout.shapes.get(name) as Shape;
    const wanted = elementCount(shape) * BYTES_PER_FLOAT;
    if (wanted > bytes) return { name };
    const step = readStep(layout, name, shape, { destination: address, ...layout.reads[index] });
    address += align(wanted);
    bytes -= align(wanted);
    return { name, step };
  });
}

function readStep(
  layout: PlanLayout,
  name: string,
  [, height, width, channels]: Shape,
  at: { readonly destination: number; readonly fields: number; readonly findings: number },
): PlannedStep {
  const cells = height * width;
  const wanted = Math.max(UNIT_BYTES / BYTES_PER_FLOAT / channels, cells / MAX_READ_UNITS);
  const unitCells = Math.ceil(wanted / 4) * 4;
  const { destination, findings, fields } = at;
  const source = layout.maps.get(name) as number;
  const call = { source, destination, cells, channels, unitCells, findings };
  return { ...wasmStep("channelsLast", Math.ceil(cells / unitCells), call), address: fields };
}

/** The largest piece of the maps' memory that holds nothing that is still to be read. */
function largestGap({ lifetimes, maps, mapMemory }: PlanLayout, names: readonly string[], after: number) {
  const end = mapMemory.address + mapMemory.bytes;
  const live = lifetimes
    .filter(({ name, from, until }) => from <= after && (until > after || names.includes(name)))
    .map(({ name, bytes }) => ({ address: maps.get(name) as number, bytes }))
    .sort((a, b) => a.address - b.address);
  let largest = { address: end, bytes: 0 };
  let free = mapMemory.address;
  for (const { address, bytes } of [...live, { address: end, bytes: 0 }]) {
    if (address - free > largest.bytes) largest = { address: free, bytes: address - free };
    free = Math.max(free, align(address + bytes));
  }
  return largest;
}

/** Copies maps out after their steps have run. `findings` are absent if some map had none. */
export function takeMaps(
  memory: WebAssembly.Memory,
  layout: PlanLayout,
  reads: readonly MapRead[],
): { readonly maps: Tensor[]; readonly findings?: Findings } {
  const maps = reads.map(({ name, step }): Tensor => {
    const shape = layout.shapes.get(name) as Shape;
    if (!step) {
      const planes = new Float32Array(
        memory.buffer,
        layout.maps.get(name),
        planarBytes(shape) / BYTES_PER_FLOAT,
      );
      return readPlanar(shape, planes);
    }
    const copied = new Float32Array(memory.buffer, step.fields.destination, elementCount(shape));
    return { shape, data: new Float32Array(copied) };
  });
  if (reads.some(({ step }) => !step)) return { maps };
  let all = 0;
  for (const { step } of reads) {
    if (step) for (const unit of new Int32Array(memory.buffer, step.fields.findings, step.units)) all |= unit;
  }
  return { maps, findings: { finite: (all & NOT_FINITE) === 0, zero: (all & NOT_ZERO) === 0 } };
}

/** What a unit may have found, as bits. */
const NOT_FINITE = 1;
const NOT_ZERO = 2;
