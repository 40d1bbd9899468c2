import type { Workers } from "../../batch/chooseRunner.ts";
import type { Backend } from "../../executors/backends.ts";
import type { Precision, WasmBuild } from "../../kernels/kernel.ts";
import type { InputSize } from "../../models/model.ts";
import type { WhyPixel } from "../../models/view.ts";
import type { GridScale } from "../../visualization/activationGrid.ts";
import type { SaveFormat } from "../save/saveFormats.ts";
import type { Shard } from "../shards/shard.ts";
import type { HeatmapClasses } from "./heatmapFolder.ts";

/** What `centernet detect` was given. */
export interface DetectFlags {
  readonly model?: string;
  readonly weights?: string;
  readonly pull?: true;
  readonly labelMap?: string;
  readonly backend?: Backend;
  readonly precision?: Precision;
  readonly threads?: number;
  readonly workers?: Workers;
  readonly build?: WasmBuild;
  readonly lowMemory?: boolean;
  readonly size?: InputSize;
  readonly keepRes?: true;
  readonly flip?: true;
  readonly scales?: number[];
  readonly explain?: true;
  readonly why?: WhyPixel;
  readonly profile?: true;
  readonly reproduceReference?: true;
  readonly classes?: readonly string[];
  /** Undefined if the user did not choose one. */
  readonly score?: number;
  readonly max?: number;
  readonly out?: string;
  readonly json?: string;
  /** A text that lists the images; `-` for standard input. */
  readonly list?: string;
  readonly shard?: Shard;
  readonly resume?: true;
  readonly save?: readonly SaveFormat[];
  readonly annotations?: string;
  readonly crops?: string;
  readonly draw: boolean;
  readonly heatmaps?: HeatmapClasses;
  /** Names and patterns of layers. */
  readonly activations?: readonly string[];
  readonly activationScale?: GridScale;
  readonly npy?: true;
  readonly quiet?: true;
}

export const DEFAULT_OUT = "centernet-out";

export function outFolder({ out = DEFAULT_OUT }: DetectFlags): string {
  return out;
}
