/** Requests for what a layer computes with. */
import {
  activationGrid,
  type Detector,
  histogramOf,
  kernelMaps,
  type Parameter,
  releaseMemory,
  statisticsOf,
} from "centernet";
import { bitmapOf } from "../bitmap.ts";
import type { Call } from "../call.ts";
import { detectorFor, type Settings } from "../session.ts";
import { PAGE_CHANNELS } from "./layer.ts";
import { missing } from "./tapped.ts";

interface WeightsQuery {
  readonly settings: Settings;
  readonly layer: string;
  /** `kernel`, `bias`, … */
  readonly role: string;
  /** The output channel whose weights are drawn, if each has a kernel of its own. */
  readonly output: number;
  /** Pages of inputs. */
  readonly page: number;
}

type Parameters = Readonly<Record<string, Parameter>>;
/** Of the layer that was asked for last. */
let last:
  | { readonly detector: Detector; readonly layer: string; readonly value: Promise<Parameters> }
  | undefined;

export const weightHandlers = {
  /** One parameter of a layer: what its numbers are like, and those of a kernel in color. */
  async weights({ settings, layer, role, output, page }: WeightsQuery, call: Call) {
    const detector = await detectorFor(settings, call);
    call.progress({ text: "reading weights" });
    const { op } = detector.network.graph.nodes.find(({ name }) => name === layer) ?? missing(layer);
    const parameter = (await parametersOf(detector, layer))[role];
    call.signal.throwIfAborted();
    if (!parameter) throw new Error(`${layer}: it has no ${role}`);
    return {
      layer,
      role,
      shape: parameter.shape,
      statistics: statisticsOf(parameter.data),
      histogram: histogramOf(parameter.data),
      ...(role === "kernel" && { grid: await gridOf(op, parameter, output, page, call) }),
    };
  },
};

/** A matrix is a grid of one tile. */
async function gridOf(op: string, kernel: Parameter, output: number, page: number, call: Call) {
  const maps = kernelMaps(op, kernel, output);
  const channels = maps.shape[3];
  const from = Math.min(page, Math.ceil(channels / PAGE_CHANNELS) - 1) * PAGE_CHANNELS;
  const count = Math.min(PAGE_CHANNELS, channels - from);
  const { image, ranges } = activationGrid(maps, { scale: "symmetric", from, count });
  const bitmap = await bitmapOf(image);
  releaseMemory(image.data);
  call.transfer(bitmap);
  const form: "matrix" | "channels" | "inputs" = op.startsWith("depthwise")
    ? "channels"
    : kernel.shape[0] * kernel.shape[1] === 1
      ? "matrix"
      : "inputs";
  return { bitmap, range: ranges[0], form, from, count, all: channels, pageSize: PAGE_CHANNELS };
}

function parametersOf(detector: Detector, layer: string): Promise<Parameters> {
  if (last?.detector === detector && last.layer === layer) return last.value;
  const value = detector.network.parametersOf(layer);
  last = { detector, layer, value };
  value.catch(() => {
    if (last?.value === value) last = undefined;
  });
  return value;
}
