import { backendInWords } from "../backend/backendDetails.ts";
import { decodeFaces } from "../decode/faces/decodeFaces.ts";
import type { FaceMaps } from "../decode/faces/faceRows.ts";
import { ModelError, UsageError } from "../errors.ts";
import { toChannelsLast } from "../formats/layout.ts";
import { CENTERFACE, FACE_SETTINGS, faceMaps } from "../models/centerface/centerface.ts";
import { loadNetwork } from "../network.ts";
import { shapeOf } from "../tensor.ts";
import { type GoldenCase, goldenInput } from "./goldenCase.ts";
import { type FaceDecodes, type FaceSteps, faceTapSource, scoreTolerance } from "./taps/faces.ts";
import { type RunnableNetwork, tapValues } from "./tapValues.ts";
import { type CaseReport, type CaseRunner, type VerifyModelOptions, verifyCase } from "./verifyCase.ts";

/** The case of CenterFace that has no network: its inputs are the heads. */
const DECODE_ALONE = "centerface decode";

export function isFaceCase(model: string, golden: GoldenCase): boolean {
  return golden.family === "onnx" && model === CENTERFACE && golden.model === DECODE_ALONE;
}

/**
 * Runs a golden case of CenterFace on the input tensor that it holds, or its decode alone on the heads that it holds.
 *
 * @throws UsageError if the model is another one.
 * @throws ModelError if the case states no threshold.
 */
export async function verifyFaces(
  name: string | undefined,
  golden: GoldenCase,
  options: VerifyModelOptions,
): Promise<CaseReport> {
  const { onCompared, signal } = options;
  if (golden.model === DECODE_ALONE) {
    const heads = headsIn(golden);
    const decoded = decodesOf(heads, golden);
    const none = { values: new Map(), unfused: new Set<string>() };
    const runner = { tapSource: faceTapSource, run: async () => ({ ...none, decoded }) };
    return verifyCase(golden, runner, { input: heads.centerHeatmap, onCompared });
  }
  const open = (fuse: boolean) => loadNetwork(name, { ...options, fuse });
  const network = await open(true);
  try {
    if (network.model.name !== CENTERFACE) {
      const fault = { where: `verify ${network.model.name}`, expected: CENTERFACE, got: "another model" };
      throw new UsageError({ ...fault, hint: "The case belongs to it." });
    }
    const runner = faceRunner(network, () => open(false), golden, signal);
    const input = goldenInput(golden);
    const report = await verifyCase(golden, runner, { input, onCompared });
    return { ...report, ranOn: backendInWords(network.backend, network.backendDetails) };
  } finally {
    await network.dispose();
  }
}

/** Runs the fused network; values hidden inside its groups come from a run of the unfused one. */
export function faceRunner(
  network: RunnableNetwork,
  openUnfused: () => Promise<RunnableNetwork>,
  golden: GoldenCase,
  signal?: AbortSignal,
): CaseRunner<FaceDecodes> {
  return {
    tapSource: faceTapSource,
    async run(image, names) {
      const found = await tapValues(network, openUnfused, { image }, names, signal);
      return { ...found, decoded: decodesOf(faceMaps(found.outputs), golden) };
    },
  };
}

/** The heads' maps among the case's inputs. */
function headsIn(golden: GoldenCase): FaceMaps {
  const map = (name: string) => {
    const tap = golden.taps.find((candidate) => candidate.name === name);
    const [batch, channels, height, width] = tap?.shape ?? [];
    if (!tap || batch !== 1 || tap.layout !== "NCHW" || tap.positions) {
      throw new ModelError({ where: golden.name, expected: `a whole map ${name}`, got: "none" });
    }
    return toChannelsLast(Float32Array.from(tap.values), shapeOf(height, width, channels), "NCHW");
  };
  const [centerHeatmap, boxSize, boxOffset, landmarks] = ["537", "538", "539", "540"].map(map);
  return { centerHeatmap, boxSize, boxOffset, landmarks };
}

/** The decode at each threshold of the case. */
function decodesOf(maps: FaceMaps, golden: GoldenCase): FaceDecodes {
  const { fields, input, name: where } = golden;
  const stated = fields.get("thresholds") ?? [fields.get("threshold") ?? null];
  const thresholds = Array.isArray(stated) ? stated.filter((value) => typeof value === "number") : [];
  if (thresholds.length === 0) throw new ModelError({ where, expected: "a threshold", got: "none" });
  const scale = (axis: string) => Math.fround(Number(input?.get(axis) ?? 1));
  return new Map(
    thresholds.map((threshold, i): [string, FaceSteps] => {
      const edge = decodeFaces(maps, { ...FACE_SETTINGS, threshold: threshold - scoreTolerance(golden) });
      const { rows, kept } = decodeFaces(maps, { ...FACE_SETTINGS, threshold });
      return [
        i === 0 ? "default" : String(threshold),
        {
          rows: edge.rows,
          kept: Int32Array.from(kept, (row) => edge.rows.cells.indexOf(rows.cells[row])),
          threshold,
          width: maps.centerHeatmap.shape[2],
          scale: [scale("scaleX"), scale("scaleY")],
        },
      ];
    }),
  );
}
