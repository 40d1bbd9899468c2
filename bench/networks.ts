import { UsageError } from "../src/errors.ts";
import type { InputSize } from "../src/models/model.ts";
import { nearestNames } from "../src/support/nearestNames.ts";

/** A model at a size, and the peers that run the same network. */
export interface BenchNetwork {
  /** Name for `--only`. */
  readonly name: string;
  /** Name in the table of docs/performance.md. */
  readonly title: string;
  readonly model: string;
  /** Width of the input, in pixels. */
  readonly side: number;
  /** Its height, if it isn't square. */
  readonly height?: number;
  /** Weights that ship with the package, or synthetic ones: no time depends on their values. */
  readonly weights: "packaged" | "synthetic";
  readonly peers: readonly PeerName[];
  /** For networks that take minutes. */
  readonly mostRuns?: number;
  /** centernet's option `memory`. */
  readonly memory?: "low";
}

export const PYTHON_PEERS = ["openvino", "xnnpack", "pytorch"] as const;
export type PythonPeer = (typeof PYTHON_PEERS)[number];

export const PEERS = [
  "onnxruntime-web",
  "tfjs-backend-wasm",
  "litert-js",
  "onnxruntime-node",
  ...PYTHON_PEERS,
] as const;
export type PeerName = (typeof PEERS)[number];

export function isPythonPeer(peer: PeerName): peer is PythonPeer {
  return PYTHON_PEERS.some((name) => name === peer);
}

/** They run what this benchmark writes for them. */
const ANY_NETWORK = ["onnxruntime-web", "litert-js", "onnxruntime-node", "openvino", "xnnpack"] as const;

export const NETWORKS: readonly BenchNetwork[] = [
  {
    name: "hourglass-104",
    title: "Hourglass-104",
    model: "centernet_hg104_512x512_coco17_tpu-8",
    side: 512,
    weights: "synthetic",
    peers: ANY_NETWORK,
    mostRuns: 2,
  },
  {
    name: "hourglass-104-low",
    title: "Hourglass-104, memory low",
    model: "centernet_hg104_512x512_coco17_tpu-8",
    side: 512,
    weights: "synthetic",
    peers: [],
    mostRuns: 2,
    memory: "low",
  },
  {
    name: "centernet-104",
    title: "CenterNet-104 (triplets)",
    model: "centernet-104",
    side: 511,
    weights: "synthetic",
    peers: ANY_NETWORK,
    mostRuns: 2,
  },
  {
    name: "resnet-50-fpn",
    title: "ResNet-50 V1 FPN",
    model: "centernet_resnet50_v1_fpn_512x512_coco17_tpu-8",
    side: 512,
    weights: "synthetic",
    peers: ANY_NETWORK,
  },
  {
    name: "mobilenetv2-fpn",
    title: "MobileNetV2 FPN",
    model: "centernet_mobilenetv2fpn_512x512_coco17_od",
    side: 512,
    weights: "synthetic",
    peers: ANY_NETWORK,
  },
  {
    name: "movenet-multipose",
    title: "MoveNet multipose",
    model: "movenet-multipose",
    side: 256,
    weights: "packaged",
    peers: [...ANY_NETWORK, "tfjs-backend-wasm"],
  },
  {
    name: "centerface",
    title: "CenterFace",
    model: "centerface",
    side: 640,
    height: 480,
    weights: "packaged",
    peers: ANY_NETWORK,
  },
  {
    name: "dla-34",
    title: "DLA-34 (deformable)",
    model: "ctdet_coco_dla_2x",
    side: 512,
    weights: "synthetic",
    peers: [...ANY_NETWORK, "pytorch"],
  },
  {
    name: "hourglass-104-1024",
    title: "Hourglass-104",
    model: "centernet_hg104_1024x1024_coco17_tpu-32",
    side: 1024,
    weights: "synthetic",
    peers: [],
    mostRuns: 1,
  },
];

export function inputSizeOf({ side, height = side }: BenchNetwork): InputSize {
  return { height, width: side };
}

/** @throws UsageError for an unknown name; the hint is the nearest known one. */
export function networkNamed(name: string, where: string): BenchNetwork {
  const network = NETWORKS.find((candidate) => candidate.name === name);
  if (network) return network;
  const names = NETWORKS.map((candidate) => candidate.name);
  const nearest = nearestNames([name], names).get(name);
  throw new UsageError({
    where,
    expected: `some of ${names.join(", ")}`,
    got: name === "" ? "nothing" : name,
    hint: nearest && `Did you mean ${nearest}?`,
  });
}
