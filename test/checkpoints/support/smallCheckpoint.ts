import { isDeepStrictEqual } from "node:util";
import { bytesSource, type ModelFiles } from "../../../src/checkpoints/bytes/randomAccessFile.ts";
import type { Checkpoint } from "../../../src/checkpoints/checkpoint.ts";
import { openCheckpoint } from "../../../src/checkpoints/openCheckpoint.ts";
import { type BundleCheckpoint, openBundle } from "../../../src/checkpoints/tensorBundle/bundleCheckpoint.ts";
import { ModelError } from "../../../src/errors.ts";
import { bytes, concatenated, field, type MadeVariable, madeBundle, varint } from "./madeBundle.ts";

const text = (value: string) => new TextEncoder().encode(value);

const VARIABLES: MadeVariable[] = [
  { key: "model/a/kernel", shape: [2, 3], values: [1, -2, 3.5, 0, 1e-40, 6] },
  { key: "model/a/kernel_2", shape: [1], values: [7] },
  { key: "model/b/gamma", shape: [4], values: [1, 1, 1, 1] },
  { key: "model/none", shape: [0, 4], values: [] },
  { key: "save_counter", shape: [], values: [3n] },
];

/** An object graph in which the root holds all variables by their keys. */
function graphOf(keys: readonly string[]): Uint8Array {
  const children = keys.map((key, i) => field(1, concatenated(bytes(8), varint(i + 1), field(2, text(key)))));
  const nodes = keys.map((key) => {
    const attribute = [text("VARIABLE_VALUE"), text(`${key}:0`), text(key)].map((value, i) =>
      field(i + 1, value),
    );
    return field(1, field(2, concatenated(...attribute)));
  });
  return concatenated(field(1, concatenated(...children)), ...nodes);
}

const CONFIG = `model { # small
  center_net {
    num_classes: 2
    feature_extractor { type: "hourglass" '_104' }
    image_resizer < fixed_shape_resizer { height: 64, width: 128; } >
  }
}
`;
const LABELS = 'item { id: 1 name: "a" } item { id: 2 name: "b" display_name: "B" }';

/** The files of a model, each as small as it can be with everything in it that a reader meets. */
export const SMALL_FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ["m/checkpoint/checkpoint", text('model_checkpoint_path: "ckpt-0"\n')],
  ...[...madeBundle("m/checkpoint/ckpt-0", withGraph(), { shards: 2, blockEntries: 3 })].reverse(),
  ["m/label_map.pbtxt", text(LABELS)],
  ["m/pipeline.config", text(CONFIG)],
]);

function withGraph(): MadeVariable[] {
  const graph = new TextDecoder().decode(graphOf(VARIABLES.map(({ key }) => key)));
  return [
    ...VARIABLES.map((variable, i) => ({ ...variable, shard: i % 2 })),
    { key: "_CHECKPOINTABLE_OBJECT_GRAPH", shape: [], values: [graph], shard: 1 },
  ];
}

export function filesInMemory(files: ReadonlyMap<string, Uint8Array>): ModelFiles {
  return {
    where: "folder",
    paths: [...files.keys()],
    open: async (path) => bytesSource(files.get(path) ?? new Uint8Array(0), `folder ${path}`),
    close: async () => {},
  };
}

export const openArchive = (archive: Uint8Array) => openCheckpoint({ where: "m.tar.gz", bytes: archive });
export const openFiles = (files: ReadonlyMap<string, Uint8Array>) => openBundle(filesInMemory(files));

/** Everything that a checkpoint says, to be compared. */
export async function contentsOf(checkpoint: Checkpoint): Promise<unknown> {
  const variables: unknown[] = [];
  for (const [name, { dtype, shape }] of checkpoint.variables) {
    const data = dtype === "STRING" ? undefined : Buffer.from((await checkpoint.read(name)).buffer);
    variables.push([name, dtype, shape, data?.toString("hex")]);
  }
  await checkpoint.close?.();
  const { pipeline, labelMap } = (checkpoint as BundleCheckpoint).sidecar ?? {};
  return { variables, pipeline, labelMap, graph: "objectGraph" in checkpoint && checkpoint.objectGraph };
}

/**
 * Whether `open` refuses, with a ModelError of one line, or gives exactly `expected`. Throws an Error where
 * it does neither.
 */
export async function refusesOrEquals(
  open: () => Promise<Checkpoint>,
  expected: unknown,
  what: string,
): Promise<"refused" | "equal"> {
  let contents: unknown;
  try {
    contents = await contentsOf(await open());
  } catch (error) {
    if (error instanceof ModelError && !error.message.includes("\n")) return "refused";
    throw new Error(`${what}: ${error}`, { cause: error });
  }
  if (isDeepStrictEqual(contents, expected)) return "equal";
  throw new Error(`${what}: accepted with other contents`);
}
