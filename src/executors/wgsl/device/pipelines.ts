import type { WgslDispatch, WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import type {
  GpuBindGroup,
  GpuBuffer,
  GpuCommandEncoder,
  GpuComputePass,
  GpuComputePipeline,
  GpuDevice,
} from "./webgpu.ts";

/** The largest network needs some 200. If images decide the size, each size has its own. */
const MAX_KEPT = 1024;

/** A device's compiled shaders. Equal texts are compiled once, for all plans on the device. */
export class Pipelines {
  private static readonly all = new WeakMap<GpuDevice, Pipelines>();
  /** Those that were used last come last. */
  private readonly pipelines = new Map<string, Promise<GpuComputePipeline>>();

  static of(device: GpuDevice): Pipelines {
    const known = Pipelines.all.get(device) ?? new Pipelines(device);
    Pipelines.all.set(device, known);
    return known;
  }

  private constructor(private readonly device: GpuDevice) {}

  /** Starts compiling without waiting: the device compiles several shaders at a time. */
  compile(code: string): Promise<GpuComputePipeline> {
    const known = this.pipelines.get(code);
    if (known) {
      this.pipelines.delete(code);
      this.pipelines.set(code, known);
      return known;
    }
    const module = this.device.createShaderModule({ code });
    const pipeline = this.device.createComputePipelineAsync({
      layout: "auto",
      compute: { module, entryPoint: "main" },
    });
    this.pipelines.set(code, pipeline);
    // Whoever awaits the pipeline gets the error; until then it must not count as unhandled.
    pipeline.catch(() => this.pipelines.delete(code));
    const [oldest] = this.pipelines.keys();
    if (this.pipelines.size > MAX_KEPT) this.pipelines.delete(oldest);
    return pipeline;
  }

  async bind(dispatch: WgslDispatch, bufferOf: (operand: WgslOperand) => GpuBuffer): Promise<BoundDispatch> {
    const pipeline = await this.compile(dispatch.code);
    const entries = dispatch.operands.map((operand, binding) => ({
      binding,
      resource: { buffer: bufferOf(operand) },
    }));
    const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group, workgroups: dispatch.workgroups, work: dispatch.work };
  }
}

/** A dispatch that is ready to be recorded. */
export interface BoundDispatch {
  readonly pipeline: GpuComputePipeline;
  readonly group: GpuBindGroup;
  readonly workgroups: readonly [number, number, number];
  readonly work: number;
}

export function encodeDispatch(pass: GpuComputePass, { pipeline, group, workgroups }: BoundDispatch): void {
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(...workgroups);
}

/** Records a dispatch in a pass of its own. */
export function encodeAlone(encoder: GpuCommandEncoder, dispatch: BoundDispatch): void {
  const pass = encoder.beginComputePass();
  encodeDispatch(pass, dispatch);
  pass.end();
}
