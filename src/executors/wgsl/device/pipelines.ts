import type { WgslDispatch, WgslOperand } from "../../../kernels/wgsl/kernel.ts";
import type {
  GpuBindGroup,
  GpuBuffer,
  GpuCommandEncoder,
  GpuComputePass,
  GpuComputePipeline,
  GpuDevice,
} from "./webgpu.ts";

/** A device's compiled shaders. Equal texts are compiled once. */
export class Pipelines {
  private readonly pipelines = new Map<string, Promise<GpuComputePipeline>>();

  constructor(private readonly device: GpuDevice) {}

  /** Starts compiling without waiting: the device compiles several shaders at a time. */
  compile(code: string): Promise<GpuComputePipeline> {
    const known = this.pipelines.get(code);
    if (known) return known;
    const module = this.device.createShaderModule({ code });
    const pipeline = this.device.createComputePipelineAsync({
      layout: "auto",
      compute: { module, entryPoint: "main" },
    });
    // Whoever awaits the pipeline gets the error; until then it must not count as unhandled.
    pipeline.catch(() => {});
    this.pipelines.set(code, pipeline);
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
