/** What decides the results of a run besides its images: written down, so that parts of different runs are never mixed. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { DEFAULT_MAX, DEFAULT_SCORE } from "../../detectOptions.ts";
import { systemMessage, UsageError } from "../../errors.ts";
import type { Network } from "../../network.ts";
import { isHttp } from "../../platform/node.ts";
import { systemPath } from "../../platform/pathBytes.ts";
import type { DetectFlags } from "../detect/flags.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import type { ResultModel } from "../save/cocoFiles.ts";

/**
 * SHA-256 of the files of weights. Undefined if there are none yet, which loading reports.
 *
 * @throws UsageError for weights at an address, which may change, and for files that cannot be read.
 */
export async function weightsDigest(
  { weights, model }: DetectFlags,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (weights !== undefined && isHttp(weights)) {
    const hint = "Download them once.";
    throw new UsageError({ where: "option --weights", expected: "a file", got: "an address", hint });
  }
  const paths: string[] = [];
  for (const { path } of await weightsUses(weights, model)) {
    const info = await stat(systemPath(path)).catch(() => undefined);
    if (info?.isFile()) paths.push(path);
  }
  // Of a model's name, the first place that has weights counts.
  const used = weights === undefined ? paths.slice(0, 1) : paths;
  return used.length === 0 ? undefined : filesDigest(used, signal);
}

/** @throws UsageError for a file that cannot be read. */
async function filesDigest(paths: readonly string[], signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    const own = createHash("sha256");
    try {
      for await (const part of createReadStream(systemPath(path), { highWaterMark: 2 ** 20, signal }))
        own.update(part);
    } catch (error) {
      signal.throwIfAborted();
      throw new UsageError(
        { where: path, expected: "to read it", got: systemMessage(error) },
        { cause: error },
      );
    }
    if (paths.length === 1) return own.digest("hex");
    hash.update(`${basename(path)}\n${own.digest("hex")}\n`);
  }
  return hash.digest("hex");
}

/** The options that decide what is found in an image. */
export async function optionsOf(
  flags: DetectFlags,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const { score = DEFAULT_SCORE, max = DEFAULT_MAX, classes, flip, scales, explain, why } = flags;
  const { reproduceReference, size, keepRes, activations, labelMap } = flags;
  const decode = { score, max, classes, flip, scales, explain, why, reproduceReference };
  const labels = labelMap === undefined ? undefined : await filesDigest([labelMap], signal);
  // As JSON keeps it.
  return JSON.parse(JSON.stringify({ ...decode, size, keepRes, activations, labelMap: labels }));
}

/** What the user asked the network to run on, by the name that it has in `ranOn`. */
export function askedOf({ backend, build, precision }: DetectFlags): Readonly<Record<string, unknown>> {
  return { ...(backend && backend !== "auto" && { backend }), build, precision };
}

/** What computes, as far as bits depend on it. */
export function ranOn({ backend, backendDetails, fused }: Network): Readonly<Record<string, unknown>> {
  const { build, precision, memory, adapter } = backendDetails;
  return JSON.parse(JSON.stringify({ backend, build, precision, memory, adapter, fused }));
}

/** What results need of a model. */
export function resultModel({ model }: Network): ResultModel {
  const { name, outputs, keypointNames, classes } = model;
  const named = classes.map(({ classId, label }) => ({ classId, label }));
  return { name, outputs, ...(keypointNames && { keypointNames }), classes: named };
}
