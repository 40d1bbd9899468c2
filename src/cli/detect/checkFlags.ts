import { UsageError } from "../../errors.ts";
import { isStdout } from "../files/jsonLines.ts";
import type { DetectFlags } from "./flags.ts";

/** @throws UsageError for flags that contradict each other. */
export function checkFlags(inputs: readonly string[], flags: DetectFlags): void {
  checkManyFlags(inputs, flags);
  const { draw, out, save, annotations, pull, weights, heatmaps, activations, npy, activationScale } = flags;
  const { workers = "auto", profile } = flags;
  const refuse = (flag: string, expected: string, got: string) => {
    throw new UsageError({ where: `option ${flag}`, expected, got });
  };
  if (!draw && out !== undefined && !save && !heatmaps && !activations) {
    refuse("--no-draw", "to be used without --out <folder>, or with --save", "nothing to write there");
  }
  if (annotations !== undefined && !save?.includes("coco")) {
    refuse("--annotations", "to be used with --save coco", "other results");
  }
  for (const [flag, value] of Object.entries({ "--npy": npy, "--activation-scale": activationScale })) {
    if (value && !activations) refuse(flag, "to be used with --activations <layers>", "no layers");
  }
  if (workers !== "auto" && workers > 1 && (activations || profile)) {
    const flag = activations ? "--activations" : "--profile";
    refuse("--workers", `1 or auto with ${flag}, which takes one image at a time`, String(workers));
  }
  if (pull && weights !== undefined) refuse("--pull", "to be used without --weights", "both");
}

/** @throws UsageError likewise, for the flags of large runs. */
function checkManyFlags(inputs: readonly string[], flags: DetectFlags): void {
  const { list, shard, resume, json, save, profile } = flags;
  const refuse = (where: string, expected: string, got: string, hint?: string) => {
    throw new UsageError({ where, expected, got, hint });
  };
  if (inputs.length === 0 && list === undefined)
    refuse("argument <image>", "a value", "nothing", "See centernet --help.");
  if (inputs.length > 0 && list !== undefined)
    refuse("option --list", "to be used without images", inputs[0]);
  const flag = shard ? "--shard" : resume ? "--resume" : undefined;
  if (flag === undefined) return;
  const target = shard ? "--json <folder>" : "--json <file>";
  if (json === undefined || isStdout(json))
    refuse(`option ${flag}`, `to be used with ${target}`, json === undefined ? "none" : "standard output");
  if (save) {
    const hint = shard ? "centernet merge makes results of all shards." : undefined;
    refuse(`option ${flag}`, "to be used without --save, whose files have all images", "both", hint);
  }
  if (shard && profile)
    refuse("option --profile", "to be used without --shard, which keeps no times", "both");
}
