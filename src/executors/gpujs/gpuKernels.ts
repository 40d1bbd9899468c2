import { type GPU, type IKernelRunShortcut, Input, type KernelVariable } from "gpu.js";
import type { GpuKernel, GpuKernelOf } from "../../kernels/kernel.ts";
import type { Parameter, Shape, Tensor } from "../../tensor.ts";
import type { PreparedNode } from "../preparedNode.ts";
import { GPUJS_KERNELS } from "./kernels.ts";

/** A value of gpu.js: the result of a kernel, or a handle that stands for it while a pipeline is traced. */
export type Handle = KernelVariable;

/** A node on gpu.js: one kernel, or several in a row of which each reads the map of the one before. */
export class GpuLayer {
  private readonly passes: readonly IKernelRunShortcut[];

  constructor(gpu: GPU, { op, call, parameters }: PreparedNode) {
    const kernelOf = GPUJS_KERNELS[op] as GpuKernelOf<object>;
    this.passes = [kernelOf(call)].flat().map((pass) => createKernel(gpu, pass, call.output, parameters));
  }

  run(inputs: readonly Handle[]): Handle {
    const [first, ...others] = this.passes;
    return others.reduce((value, pass) => pass(value) as Handle, first(...inputs) as Handle);
  }

  destroy(): void {
    for (const pass of this.passes) pass.destroy();
  }
}

/** Parameters are constants of the kernel, which stay on the device. Arguments would be uploaded in each call. */
function createKernel(
  gpu: GPU,
  kernel: GpuKernel,
  output: Shape,
  parameters: Readonly<Record<string, Parameter>>,
): IKernelRunShortcut {
  const constants: Record<string, number | Input> = { ...kernel.integers, ...kernel.floats };
  const constantTypes: Record<string, "Integer" | "Float" | "Input"> = {};
  for (const name of Object.keys(kernel.integers ?? {})) constantTypes[name] = "Integer";
  for (const name of Object.keys(kernel.floats ?? {})) constantTypes[name] = "Float";
  for (const [name, numbers] of Object.entries(kernel.tables ?? {})) {
    constants[name] = gpuInput(Float32Array.from(numbers), [numbers.length]);
    constantTypes[name] = "Input";
  }
  for (const [role, { data }] of Object.entries(parameters)) {
    constants[role] = gpuInput(data, kernel.parameters?.[role] ?? [data.length]);
    constantTypes[role] = "Input";
  }
  return gpu.createKernel(
    kernel.source as unknown as () => number,
    {
      output: gpuSize(output),
      constants,
      constantTypes,
      precision: "single",
      // gpu.js silently cuts longer loops; its default is 1000.
      loopMaxIterations: 2 ** 30,
    } as object,
  ) as unknown as IKernelRunShortcut;
}

/** gpu.js lists dimensions from the innermost: channels, columns, rows. */
function gpuSize([, height, width, channels]: Shape): [number, number, number] {
  return [channels, width, height];
}

export function tensorInput({ shape, data }: Tensor): Input {
  return gpuInput(data, gpuSize(shape));
}

function gpuInput(data: Float32Array, size: readonly number[]): Input {
  return new Input(data as unknown as number[], size as [number, number, number]);
}

/** A result of gpu.js, indexed by row, column and channel. */
export type Rows = Float32Array[][];

/**
 * A result as one flat array. gpu.js returns nested arrays. In some modes the innermost ones are views of a single
 * buffer that already holds the map; in others each has its own.
 */
export function flattenResult(rows: Rows, shape: Shape): Tensor {
  const [, height, width, channels] = shape;
  const first = rows[0][0];
  const last = rows[height - 1][width - 1];
  const count = height * width * channels;
  const lastOffset = first.byteOffset + (count - channels) * first.BYTES_PER_ELEMENT;
  if (last.buffer === first.buffer && last.byteOffset === lastOffset) {
    return { shape, data: new Float32Array(first.buffer as ArrayBuffer, first.byteOffset, count) };
  }
  const data = new Float32Array(count);
  rows.forEach((row, y) => {
    row.forEach((cell, x) => {
      data.set(cell, (y * width + x) * channels);
    });
  });
  return { shape, data };
}
