import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BackendError } from "../../../src/errors.ts";
import { foldedForOnnx } from "../../../src/export/onnx/exportGraph.ts";
import { shapesByName } from "../../../src/graph/graph.ts";
import { decodeImage } from "../../../src/image/imageFile.ts";
import { modelNamed } from "../../../src/models/models.ts";
import { elementCount, type Layout, type Shape, type Tensor } from "../../../src/tensor.ts";
import { toChannelsFirst, toChannelsLast } from "../../layouts.ts";
import { inputSizeOf, type PythonPeer } from "../../networks.ts";
import { PYTHON_PROGRAMS } from "../../paths.ts";
import type { NetworkFiles } from "../../prepareNetwork.ts";
import { decodeConstants } from "../../readModelWeights.ts";
import type { Engine, EngineSpec, Memory } from "../engine.ts";

/** A peer's program beside this file, what it reads, and how it has its maps. */
interface Program {
  readonly file: string;
  readonly reads: (files: NetworkFiles) => string;
  readonly layout: Layout;
  /** For pip. */
  readonly packages: string;
}

const PROGRAMS: Readonly<Record<PythonPeer, Program>> = {
  openvino: {
    file: "openvinoGraph.py",
    reads: ({ onnx = "" }) => onnx,
    layout: "NCHW",
    packages: "openvino",
  },
  pytorch: {
    file: "torchGraph.py",
    reads: ({ folder }) => folder,
    layout: "NCHW",
    packages: "torch torchvision",
  },
  xnnpack: {
    file: "xnnpackGraph.py",
    reads: ({ tflite = "" }) => tflite,
    layout: "NHWC",
    packages: "ai-edge-litert",
  },
};

interface PythonRun extends Memory {
  /** Of the network alone. */
  readonly milliseconds: number;
}

/** A peer in a Python of the user's. Its process is the one whose memory counts. */
export async function pythonEngine(spec: EngineSpec): Promise<Engine> {
  const { network, files, threads, python = "python3" } = spec;
  const program = PROGRAMS[spec.engine as PythonPeer];
  const model = modelNamed(network.model);
  const size = inputSizeOf(network);
  const constants = await decodeConstants(model, size, files.weights);
  const graph = foldedForOnnx(model.graph(size));
  const shapes = shapesByName(graph);
  const outputs = Object.entries(graph.outputs).map(([name, node]) => ({
    name,
    shape: shapes.get(node) as Shape,
  }));
  const input = join(files.folder, `${spec.engine}-${process.pid}.bin`);
  const args = [join(PYTHON_PROGRAMS, program.file), program.reads(files), `${threads}`];
  const child = spawn(python, args, { stdio: "pipe" });
  const answers = answersOf(child, python, program);
  const { title } = await answers.next<{ title: string }>();
  let memory: Memory = { resident: 0, peak: 0 };

  const run = async (map: Tensor): Promise<{ milliseconds: number; maps: Record<string, Tensor> }> => {
    await writeFile(input, program.layout === "NCHW" ? toChannelsFirst(map) : map.data);
    child.stdin.write(`run ${input}\n`);
    const { milliseconds, ...used } = await answers.next<PythonRun>();
    memory = used;
    const bytes = await readFile(`${input}.out`);
    const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    let start = 0;
    const maps = outputs.map(({ name, shape }) => {
      const end = start + elementCount(shape);
      const data = numbers.subarray(start, end);
      start = end;
      return [name, program.layout === "NCHW" ? toChannelsLast(shape, data) : { shape, data }] as const;
    });
    return { milliseconds, maps: Object.fromEntries(maps) };
  };
  const viewsOf = (image: Uint8Array) =>
    model.views(decodeImage(image, "the image"), { size, constants }, {});
  const inputOf = (inputs: Readonly<Record<string, Tensor>>) => Object.values(inputs)[0];
  return {
    title,
    memory: () => memory,
    async run(image) {
      const start = performance.now();
      const { views, combine } = viewsOf(image);
      const [view] = views;
      const { milliseconds, maps } = await run(inputOf(view.inputs()));
      combine([view.decode(maps)]);
      return { network: milliseconds, total: performance.now() - start };
    },
    async outputs(image) {
      return (await run(inputOf(viewsOf(image).views[0].inputs()))).maps;
    },
  };
}

/** The lines of a child's standard output, as JSON. What it says elsewhere tells why it failed. */
function answersOf(child: ChildProcessWithoutNullStreams, python: string, { packages }: Program) {
  let said = "";
  child.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(-2000);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => {
    const fail = (got: string) => {
      const expected = `a Python with ${packages.replace(" ", " and ")} that runs the network`;
      const hint = `pip install ${packages} installs it; --python names another Python, --against leaves peers out.`;
      reject(new BackendError({ where: python, expected, got, hint }));
    };
    child.once("error", ({ message }) => fail(message));
    // Not "exit": the last it said may come after that.
    child.once("close", (code, signal) =>
      fail(said.trim().split("\n").at(-1) || (signal ?? `exit code ${code}`)),
    );
  });
  failed.catch(() => {});
  return {
    async next<Answer>(): Promise<Answer> {
      const { value } = await Promise.race([lines.next(), failed]);
      if (value === undefined) return failed;
      return JSON.parse(value) as Answer;
    },
  };
}
