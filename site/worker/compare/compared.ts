/** What a comparison leaves in the worker: its differences, and the values of its layers as far as they fit. */
import {
  compareTensors,
  type LayerDifference,
  type NumberTensor,
  type TapMaps,
  type TapReport,
} from "centernet";
import type { Call } from "../call.ts";

/** A layer of both sides. */
export interface ComparedLayer {
  readonly name: string;
  readonly shape: readonly number[];
  /** Infinite or NaN if it could not be compared. */
  readonly max: number;
  readonly rms: number;
  /** What `max` and `rms` are in: standard deviations of the layer in B, or the layer's own unit. */
  readonly unit: "σ" | "absolute";
  readonly std?: number;
  readonly tolerance?: number;
  readonly beyond: boolean;
  readonly worst?: { readonly position: readonly number[]; readonly a: number; readonly b: number };
  /** Why it has no numbers, or what is special about them. */
  readonly note?: string;
  /** Whether A, B and their difference can be shown. */
  readonly hasMaps: boolean;
}

export interface Values {
  readonly a: NumberTensor;
  readonly b: NumberTensor;
}

/** Values of a layer that are not kept. */
export type ReadAgain = (name: string, call: Call) => Promise<Values | undefined>;

/** Both sides of all layers of the MoveNets, fused or not, take less. */
const MAX_KEPT_BYTES = 448 * 2 ** 20;

/** Values in the order in which they came, until there is no room for more. */
export class KeptValues {
  private readonly byName = new Map<string, Values>();
  private bytes = 0;

  keep(name: string, values: Values): void {
    const bytes = values.a.data.byteLength + values.b.data.byteLength;
    if (this.bytes + bytes > MAX_KEPT_BYTES) return;
    this.bytes += bytes;
    this.byName.set(name, values);
  }

  get(name: string): Values | undefined {
    return this.byName.get(name);
  }
}

export function layerOf({ worst, ...layer }: LayerDifference, tolerance: number): ComparedLayer {
  return { ...layer, ...(worst && { worst }), unit: "σ", tolerance, hasMaps: true };
}

/** A tap of a golden case. Its worst element is that of the report, or of the whole maps if there are any. */
export function layerOfTap(tap: TapReport, maps: TapMaps | undefined): ComparedLayer {
  const { name, shape, pass, compared, unfused, problem } = tap;
  const notes = [
    problem,
    unfused && "from a run op by op",
    compared && !maps && "compared at samples, or no map",
  ];
  const note = notes.filter(Boolean).join("; ");
  const common = { name, shape, beyond: !pass, hasMaps: maps !== undefined, ...(note && { note }) };
  if (!compared) return { ...common, max: Number.NaN, rms: Number.NaN, unit: "σ" };
  const { largest, rms, measure, tolerance, worst } = compared;
  const limit =
    measure === "spread" ? tolerance.spread : tolerance.relative === undefined && tolerance.absolute;
  const whole = maps && compareTensors(maps.got, maps.expected).worst;
  return {
    ...common,
    ...(maps && { shape: maps.got.shape }),
    max: largest,
    rms,
    unit: measure === "spread" ? "σ" : "absolute",
    ...(typeof limit === "number" && { tolerance: limit }),
    ...(whole
      ? { worst: whole }
      : worst && { worst: { position: [worst.index], a: worst.got, b: worst.expected } }),
  };
}
