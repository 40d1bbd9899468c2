import type { Backend } from "../../executors/backends.ts";
import type { Mask, MaskShape } from "../../image/mask/maskFaces.ts";
import type { WasmBuild } from "../../kernels/kernel.ts";

/** The options of `centernet anonymize`. */
export interface AnonymizeFlags {
  readonly out: string;
  readonly mask: Mask;
  readonly shape: MaskShape;
  readonly score: number;
  readonly sides: readonly number[];
  readonly turns?: boolean;
  readonly numbered?: boolean;
  readonly backend?: Backend;
  readonly threads?: number;
  readonly build?: WasmBuild;
}
