/**
 * The Keras layers that have weights, in the order in which Keras numbers them (`layer_with_weights-N`, by
 * depth in the graph), with this project's scope for each. Layer names are those of `keras.applications`.
 */
export interface KerasLayer {
  readonly name: string;
  /** The scope of its parameters; a norm's ends in `.norm`. */
  readonly scope: string;
  readonly kind: LayerKind;
}

export type LayerKind = "convolution" | "depthwise" | "separable" | "transposed" | "norm";

/** Keras' names of a layer's variables → names of parameters below the layer's scope. */
export const VARIABLES: Readonly<Record<LayerKind, ReadonlyMap<string, string>>> = {
  convolution: new Map([
    ["kernel", "kernel"],
    ["bias", "bias"],
  ]),
  depthwise: new Map([["depthwise_kernel", "kernel"]]),
  separable: new Map([
    ["depthwise_kernel", "depthwise.kernel"],
    ["pointwise_kernel", "pointwise.kernel"],
    ["bias", "pointwise.bias"],
  ]),
  transposed: new Map([
    ["kernel", "kernel"],
    ["bias", "bias"],
  ]),
  norm: new Map([
    ["gamma", "gamma"],
    ["beta", "beta"],
    ["moving_mean", "mean"],
    ["moving_variance", "variance"],
  ]),
};

const convolution = (name: string, scope: string): KerasLayer => ({ name, scope, kind: "convolution" });
const norm = (name: string, scope: string): KerasLayer => ({ name, scope: `${scope}.norm`, kind: "norm" });

const MOBILENET_V2_BLOCKS = 17;

function mobilenetV2(): KerasLayer[] {
  const layers = [convolution("Conv1", "backbone.stem"), norm("bn_Conv1", "backbone.stem")];
  for (let block = 0; block < MOBILENET_V2_BLOCKS; block++) {
    const [name, scope] = [block === 0 ? "expanded_conv" : `block_${block}`, `backbone.block${block}`];
    if (block > 0) {
      layers.push(
        convolution(`${name}_expand`, `${scope}.expand`),
        norm(`${name}_expand_BN`, `${scope}.expand`),
      );
    }
    layers.push(
      { name: `${name}_depthwise`, scope: `${scope}.depthwise`, kind: "depthwise" },
      norm(`${name}_depthwise_BN`, `${scope}.depthwise`),
      convolution(`${name}_project`, `${scope}.project`),
      norm(`${name}_project_BN`, `${scope}.project`),
    );
  }
  return [...layers, convolution("Conv_1", "backbone.top"), norm("Conv_1_bn", "backbone.top")];
}

/** Keras numbers stages from 2 and blocks from 1; `0` is the shortcut. */
function resnetBlocks(
  blocks: readonly number[],
  layersOf: (name: string, scope: string, first: boolean) => KerasLayer[],
) {
  return blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, block) =>
      layersOf(
        `conv${stage + 2}_block${block + 1}`,
        `backbone.stage${stage + 2}.block${block + 1}`,
        block === 0,
      ),
    ).flat(),
  );
}

function resnetV1(blocks: readonly number[]): KerasLayer[] {
  const block = (name: string, scope: string, first: boolean) => [
    convolution(`${name}_1_conv`, `${scope}.conv1`),
    norm(`${name}_1_bn`, `${scope}.conv1`),
    convolution(`${name}_2_conv`, `${scope}.conv2`),
    norm(`${name}_2_bn`, `${scope}.conv2`),
    ...(first ? [convolution(`${name}_0_conv`, `${scope}.shortcut`)] : []),
    convolution(`${name}_3_conv`, `${scope}.conv3`),
    ...(first ? [norm(`${name}_0_bn`, `${scope}.shortcut`)] : []),
    norm(`${name}_3_bn`, `${scope}.conv3`),
  ];
  const stem = [convolution("conv1_conv", "backbone.stem"), norm("conv1_bn", "backbone.stem")];
  return [...stem, ...resnetBlocks(blocks, block)];
}

function resnetV2(blocks: readonly number[]): KerasLayer[] {
  const block = (name: string, scope: string, first: boolean) => [
    norm(`${name}_preact_bn`, `${scope}.preactivation`),
    convolution(`${name}_1_conv`, `${scope}.conv1`),
    norm(`${name}_1_bn`, `${scope}.conv1`),
    convolution(`${name}_2_conv`, `${scope}.conv2`),
    norm(`${name}_2_bn`, `${scope}.conv2`),
    ...(first ? [convolution(`${name}_0_conv`, `${scope}.shortcut`)] : []),
    convolution(`${name}_3_conv`, `${scope}.conv3`),
  ];
  const stem = convolution("conv1_conv", "backbone.stem");
  return [stem, ...resnetBlocks(blocks, block), norm("post_bn", "backbone.postactivation")];
}

/** Neck layers have no names of their own: Keras gives them running numbers (`conv2d_7`). */
function fpn(separable: boolean): KerasLayer[] {
  const layers = [convolution("", "fpn.lateral5")];
  for (const level of [4, 3, 2]) {
    const merge = `fpn.merge${level}`;
    layers.push(
      convolution("", `fpn.lateral${level}`),
      { name: "", scope: merge, kind: separable ? "separable" : "convolution" },
      norm("", separable ? `${merge}.pointwise` : merge),
    );
  }
  return layers;
}

function deconvolutionNeck(): KerasLayer[] {
  return [4, 3, 2].flatMap((level) => {
    const [before, after] = [`neck.level${level}.conv`, `neck.level${level}.deconvolution`];
    return [
      convolution("", before),
      norm("", before),
      { name: "", scope: after, kind: "transposed" as const },
      norm("", after),
    ];
  });
}

export interface KerasBackbone {
  /** As in `feature_extractor { type }` of a pipeline.config. */
  readonly type: string;
  readonly backbone: readonly KerasLayer[];
  readonly neck: readonly KerasLayer[];
}

/** Blocks per stage: He et al., arXiv:1512.03385, table 1. */
const RESNET_50 = [3, 4, 6, 3];
const RESNET_101 = [3, 4, 23, 3];

/** Backbones whose layers Keras numbers. Hourglasses have attribute paths instead. */
export const KERAS_BACKBONES: readonly KerasBackbone[] = [
  { type: "mobilenet_v2_fpn_sep_conv", backbone: mobilenetV2(), neck: fpn(true) },
  { type: "mobilenet_v2_fpn", backbone: mobilenetV2(), neck: fpn(false) },
  { type: "resnet_v1_50_fpn", backbone: resnetV1(RESNET_50), neck: fpn(false) },
  { type: "resnet_v1_101_fpn", backbone: resnetV1(RESNET_101), neck: fpn(false) },
  { type: "resnet_v2_50", backbone: resnetV2(RESNET_50), neck: deconvolutionNeck() },
];
