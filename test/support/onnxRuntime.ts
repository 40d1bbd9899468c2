import { existsSync } from "node:fs";
import { importPeer } from "../../bench/importPeer.ts";
import { mayBeLeftOut } from "./required.ts";

interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => object;
}

interface OnnxSession {
  run(feeds: Readonly<Record<string, object>>): Promise<Readonly<Record<string, OnnxArray>>>;
}

export interface OnnxArray {
  readonly data: Float32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** Whether the peers are missing, which are dependencies of bench/ alone: `npm ci --prefix bench` installs them. */
export const WITHOUT_RUNTIME = !existsSync("bench/node_modules/onnxruntime-node") && mayBeLeftOut;

type Feeds = Readonly<Record<string, { readonly dims: readonly number[]; readonly data: Float32Array }>>;

/** Opens a file in onnxruntime-node, to be run as often as wanted. */
export async function openOnnx(
  file: Uint8Array,
): Promise<(feeds: Feeds) => Promise<Readonly<Record<string, OnnxArray>>>> {
  const ort = await importPeer<OnnxRuntime>("onnxruntime-node");
  const session = await ort.InferenceSession.create(file);
  return (feeds) => {
    const tensors = Object.entries(feeds).map(([name, { dims, data }]) => {
      return [name, new ort.Tensor("float32", data, dims)] as const;
    });
    return session.run(Object.fromEntries(tensors));
  };
}
