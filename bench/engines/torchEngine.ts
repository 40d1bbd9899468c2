import { type ChildProcess, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { BackendError } from "../../src/errors.ts";
import { foldedForOnnx } from "../../src/export/onnx/exportGraph.ts";
import { shapesByName } from "../../src/graph/graph.ts";
import { decodeImage } from "../../src/image/imageFile.ts";
import { modelNamed } from "../../src/models/models.ts";
import { elementCount, type Shape, type Tensor } from "../../src/tensor.ts";
import { toChannelsFirst, toChannelsLast } from "../layouts.ts";
import { inputSizeOf } from "../networks.ts";
import { TORCH_GRAPH } from "../paths.ts";
import type { Engine, EngineSpec, Memory } from "./engine.ts";

interface TorchRun extends Memory {
  /** Of the network alone. */
  readonly milliseconds: number;
}

/** PyTorch on the network's graph, in a Python of the user's. Its process is the one whose memory counts. */
export async function torchEngine({
  network,
  files,
  threads,
  python = "python3",
}: EngineSpec): Promise<Engine> {
  const model = modelNamed(network.model);
  const size = inputSizeOf(network);
  const graph = foldedForOnnx(model.graph(size));
  const shapes = shapesByName(graph);
  const outputs = Object.entries(graph.outputs).map(([name, node]) => ({
    name,
    shape: shapes.get(node) as Shape,
  }));
  const folder = dirname(files.weights);
  const input = join(folder, `torch-${process.pid}.bin`);
  const child = spawn(python, [TORCH_GRAPH, folder, `${threads}`], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = answersOf(child, python);
  const { title } = await answers.next<{ title: string }>();
  let memory: Memory = { resident: 0, peak: 0 };

  const run = async (map: Tensor): Promise<{ milliseconds: number; maps: Record<string, Tensor> }> => {
    await writeFile(input, toChannelsFirst(map));
    child.stdin?.write(`run ${input}\n`);
    const { milliseconds, ...used } = await answers.next<TorchRun>();
    memory = used;
    const bytes = await readFile(`${input}.out`);
    const numbers = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    let start = 0;
    const maps = outputs.map(({ name, shape }) => {
      const end = start + elementCount(shape);
      const data = numbers.subarray(start, end);
      start = end;
      return [name, toChannelsLast(shape, data)] as const;
    });
    return { milliseconds, maps: Object.fromEntries(maps) };
  };
  const viewsOf = (image: Uint8Array) =>
    model.views(decodeImage(image, "the image"), { size, constants: new Map() }, {});
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

/** The lines of a child's standard output, as JSON. */
function answersOf(child: ChildProcess, program: string) {
  if (!child.stdout) throw new Error("the child has no standard output");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(noTorch(program, error.message)));
    child.once("exit", (code) => reject(noTorch(program, `exit code ${code}`)));
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

function noTorch(program: string, got: string): BackendError {
  return new BackendError({
    where: program,
    expected: "a Python with torch and torchvision that runs the network",
    got,
    hint: "pip install torch torchvision installs them; --python names another Python.",
  });
}
