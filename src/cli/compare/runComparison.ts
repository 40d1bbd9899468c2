import { join } from "node:path";
import { runInWords } from "../../backend/backendDetails.ts";
import { compare, inputOf } from "../../compare/compare.ts";
import { openDump } from "../../compare/dump/dump.ts";
import { DumpValues, dumpInputSize } from "../../compare/dump/dumpValues.ts";
import { type NameMap, parseNameMap } from "../../compare/dump/nodeNames.ts";
import { type Detector, load } from "../../detect.ts";
import { ModelError, oneLine, systemMessage, UsageError } from "../../errors.ts";
import { decodeImage } from "../../image/imageFile.ts";
import { openModelWeights } from "../../loading/openWeights.ts";
import { checkInputSize, type InputSize, type Model } from "../../models/model.ts";
import { DEFAULT_MODEL, modelNamed } from "../../models/models.ts";
import { type Network, type NetworkOptions, runnable } from "../../network.ts";
import { readRegularFile } from "../../platform/regularFile.ts";
import type { Tensor } from "../../tensor.ts";
import { type GoldenCaseFiles, goldenCaseFiles } from "../../verify/generic/goldenCaseFiles.ts";
import { EXIT } from "../failures.ts";
import { isHttpUrl } from "../files/fetchImage.ts";
import { outputTarget } from "../files/outputTarget.ts";
import { readImage } from "../files/readImage.ts";
import { refuseOverwriting } from "../files/refuseOverwriting.ts";
import { foreignTruth, openTruth } from "../files/truthFile.ts";
import { weightsUses } from "../files/weightsPaths.ts";
import { writeOutput } from "../files/writeAtomically.ts";
import { print, printError, printJson, type Session } from "../io.ts";
import { formatBytes } from "../terminal/formatNumber.ts";
import { loadingLine } from "../terminal/progress.ts";
import { Collector } from "./collector.ts";
import { type CompareFlags, dumpOf, runsOf } from "./flags.ts";
import { type NamedDump, nodeList, nodeListLines } from "./nodeList.ts";
import { chartOf, jsonOf, LayerTable, leftOutLines, summaryLines } from "./report.ts";

/** Opens what is to be compared, compares it, and reports. */
export async function runComparison(
  image: string | undefined,
  flags: CompareFlags,
  session: Session,
): Promise<void> {
  const named = await openNamed(flags);
  if (flags.list) return printList(flags, named, session);
  const [first, second] = runsOf(flags);
  const truth = flags.truth === undefined ? undefined : await openTruth(flags.truth);
  await checkOutputs(image, flags);
  const inputSize = flags.size ?? (await sizeWithoutImage(image, flags, named));
  const bytes = image === undefined ? undefined : await readImage(image, session);
  const { model, weights, taps, tolerance, score, layout, json } = flags;
  const open = (options: NetworkOptions) => openDetector(model, { ...options, weights, inputSize }, session);
  const detectors: Detector[] = [];
  try {
    const a = await open(first);
    detectors.push(a);
    const b = named?.dump ?? (await open(second));
    if (!named) detectors.push(b as Detector);
    printNotes(detectors, session);
    const names = a.network.graph.nodes.map((node) => node.name);
    const table = new LayerTable(names, truth !== undefined);
    const collector = new Collector(flags.saveGolden !== undefined, truth, layout);
    const say = (line: string) => {
      if (!json) print(session, line);
    };
    // Printed with the first layer: what fails before prints nothing but its error.
    let heading = [...headingLines(image, detectors, named), table.heading];
    const result = await compare(a, b, {
      ...{ image: bytes, where: image, taps, tolerance, score, names: named?.names, layout },
      signal: session.signal,
      onLayer: (layer, values) => {
        collector.add(layer, values);
        const row = table.line(layer, collector.truths.get(layer.name));
        for (const line of [...heading, row]) say(line);
        heading = [];
      },
    });
    const { truths } = collector;
    if (truth && truths.size === 0) {
      throw foreignTruth(
        truth,
        `tensors named like layers that were compared, such as ${result.layers[0].name}`,
      );
    }
    const about = { model: a.network.model.name, image, dump: named?.dump.where };
    if (json) printJson(session, jsonOf(result, truths, about));
    const leftOut = taps ? [] : leftOutLines(result);
    for (const line of [...leftOut, ...summaryLines(result, truths)]) say(line);
    if (flags.chart !== undefined) {
      await writeOutput(flags.chart, chartOf(result, a.network.model.name), `option --chart ${flags.chart}`);
    }
    if (flags.saveGolden !== undefined) {
      const input = bytes
        ? inputOf(a.network, decodeImage(bytes, image))
        : await dumpInput(named, names, a.network);
      const fuse = named ? a.network.fused : (result.b?.fused ?? true);
      const source = named ? named.dump.where : result.b ? runInWords(result.b) : "another program";
      const facts = { model: a.network.model.name, source, input, tolerance: result.tolerance.max, fuse };
      await saveGolden(flags.saveGolden, goldenCaseFiles(collector.golden, facts));
      say(`golden case: ${flags.saveGolden}`);
    }
    if (result.firstBeyond) session.exitCode = EXIT.verification;
  } finally {
    for (const detector of detectors) await detector.dispose();
  }
}

async function openNamed(flags: CompareFlags): Promise<NamedDump | undefined> {
  const path = dumpOf(flags);
  if (path === undefined) return undefined;
  const names = flags.names === undefined ? undefined : await readNames(flags.names);
  return { dump: await openDump(path), names, layout: flags.layout };
}

const MAX_NAMES = 32e6;

async function readNames(path: string): Promise<NameMap> {
  const bytes = await readRegularFile(path, MAX_NAMES).catch((error: unknown) => {
    const expected = `a JSON file of names, of at most ${formatBytes(MAX_NAMES)}`;
    throw new ModelError({ where: path, expected, got: systemMessage(error) }, { cause: error });
  });
  return parseNameMap(bytes, path);
}

const GOLDEN_FILES = ["case.json", "tensors.safetensors"] as const;

/** @throws UsageError for an output that cannot be written, or would overwrite what is read. */
async function checkOutputs(image: string | undefined, flags: CompareFlags): Promise<void> {
  const { chart, saveGolden: folder, weights, model, names, truth } = flags;
  const outputs = [
    ...(chart === undefined ? [] : [{ path: chart, name: `option --chart ${chart}` }]),
    ...(folder === undefined
      ? []
      : GOLDEN_FILES.map((file) => ({ path: join(folder, file), name: `option --save-golden ${folder}` }))),
  ];
  if (outputs.length === 0) return;
  const inputs = { image, names, truth, "option --with": dumpOf(flags) };
  const read = Object.entries(inputs).flatMap(([what, path]) =>
    path === undefined || path === "-" || isHttpUrl(path)
      ? []
      : [{ path, role: "input" as const, name: `${what} ${path}` }],
  );
  refuseOverwriting([
    ...(await weightsUses(weights, model)),
    ...read,
    ...outputs.map((output) => ({ ...output, role: "output" as const })),
  ]);
  for (const { path, name } of outputs) await outputTarget(path, name);
}

async function saveGolden(folder: string, files: GoldenCaseFiles): Promise<void> {
  for (const file of GOLDEN_FILES) {
    await writeOutput(join(folder, file), files[file], `option --save-golden ${folder}`);
  }
}

function dumpInput(
  named: NamedDump | undefined,
  nodes: readonly string[],
  network: Network,
): Promise<Tensor> {
  if (named) return new DumpValues(named.dump, nodes, named).readInput(network);
  throw new UsageError({ where: "option --save-golden", expected: "the network's input", got: "none" });
}

/** The size of the dump's input, if the network runs on that and does not take any size. */
async function sizeWithoutImage(
  image: string | undefined,
  { model: name, weights }: CompareFlags,
  named: NamedDump | undefined,
): Promise<InputSize | undefined> {
  if (image !== undefined || !named) return undefined;
  const size = dumpInputSize(named.dump, named);
  const { model, checkpoint } = await openModelWeights(name, { weights });
  await checkpoint.close?.();
  return model.sizedByImage ? undefined : size;
}

function openDetector(
  model: string | undefined,
  options: NetworkOptions,
  { stderr, signal }: Session,
): Promise<Detector> {
  return load(model, { ...options, onProgress: loadingLine(stderr), signal });
}

/** What was noted about the weights and the backends, each once. */
function printNotes(detectors: readonly Detector[], session: Session): void {
  const notes = detectors.flatMap(({ network: { notes, backendDetails } }) => [
    ...notes,
    ...(backendDetails.note ? [backendDetails.note] : []),
  ]);
  for (const note of new Set(notes)) printError(session, oneLine(note));
}

function headingLines(
  image: string | undefined,
  detectors: readonly Detector[],
  named: NamedDump | undefined,
): string[] {
  const [{ network }] = detectors;
  const runs = detectors.map(({ network: { backend, backendDetails, fused } }) =>
    runInWords({ backend, backendDetails, fused }),
  );
  const input = image ?? "the dump's input";
  return [
    `${network.model.name} on ${input}`,
    `A: ${runs[0]}`,
    `B: ${named ? named.dump.where : runs[1]}`,
    "",
  ];
}

async function printList(flags: CompareFlags, named: NamedDump | undefined, session: Session): Promise<void> {
  const { model, size } = await listedModel(flags);
  const graph = runnable(model.graph(size), flags.fuse ?? true);
  const list = nodeList(graph, named);
  if (flags.json) printJson(session, { model: model.name, input: size, ...list });
  else for (const line of nodeListLines(list)) print(session, line);
}

async function listedModel({
  model: name,
  weights,
  size,
}: CompareFlags): Promise<{ model: Model; size: InputSize }> {
  let model = weights === undefined ? modelNamed(name ?? DEFAULT_MODEL) : undefined;
  if (!model) {
    const opened = await openModelWeights(name, { weights });
    await opened.checkpoint.close?.();
    model = opened.model;
  }
  const chosen = size ?? model.defaultSize;
  checkInputSize(model, chosen);
  return { model, size: chosen };
}
