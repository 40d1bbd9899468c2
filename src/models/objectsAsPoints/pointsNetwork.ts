/**
 * Objects as Points (Zhou et al., arXiv:1904.07850) on DLA-34 and on ResNets, as its authors' code builds it
 * (`lib/models/networks` of github.com/xingyizhou/CenterNet).
 */
import { DLA_34, type DlaOptions, dla34, dlaUp } from "../../backbones/dla34.ts";
import { resnetUp, TORCH_RESNET, type TorchResnetOptions, torchResnet } from "../../backbones/resnetTorch.ts";
import type { BoxForm } from "../../decode/objects/settings.ts";
import { type Graph, GraphBuilder, type Scope, type Value } from "../../graph/graph.ts";
import { boxHeads, centerHead } from "../../heads/objectHeads.ts";
import { poseHeads } from "../../heads/poseHeads.ts";
import { shapeOf } from "../../tensor.ts";
import type { InputSize } from "../model.ts";

/** Everything that a file's variables show of a network. */
export interface PointsArchitecture {
  readonly backbone: { readonly dla: DlaOptions } | { readonly resnet: TorchResnetOptions };
  readonly classes: number;
  /** How many keypoints a pose has. Absent if the network only finds boxes. */
  readonly keypoints?: number;
  /** If it has a size for each class, or no offsets. */
  readonly boxForm?: BoxForm;
  /** Output channels of the 3x3 convolution in every head. */
  readonly headChannels: number;
}

const DLA = { backbone: { dla: DLA_34 }, headChannels: 256 } as const;
const resnet = (name: keyof typeof TORCH_RESNET) =>
  ({ backbone: { resnet: TORCH_RESNET[name] }, headChannels: 64 }) as const;

/** By the names of `--arch`. */
export const POINTS_NETWORKS = {
  dla_34: DLA,
  resdcn_18: resnet("resdcn_18"),
  resdcn_101: resnet("resdcn_101"),
  res_18: resnet("res_18"),
  res_101: resnet("res_101"),
} as const satisfies Record<string, Omit<PointsArchitecture, "classes">>;

/** The sides of the network's input are multiples of this, the stride of its innermost map. */
export const POINTS_SIZE_MULTIPLE = 32;

/**
 * Input: `image`, blue, green, red, normalized. Outputs as in the zoo: `centerHeatmap`, `boxSize`, `boxOffset` and, with
 * keypoints, `keypointHeatmap`, `keypointRegression`, `keypointOffset`, each H/4 x W/4; sizes and offsets are (y, x).
 * `boxForm` tells what else the original's options `--cat_spec_wh` and `--not_reg_offset` make of the boxes.
 *
 * Scopes of the parameters: `backbone`, `neck` and `heads`.
 */
export function pointsGraph(architecture: PointsArchitecture, { height, width }: InputSize): Graph {
  const builder = new GraphBuilder();
  const { root } = builder;
  const image = builder.input("image", shapeOf(height, width, 3));
  const features = pointsFeatures(image, root, architecture); // H/4 x W/4 x C
  const { classes, keypoints, headChannels, boxForm = {} } = architecture;
  const p = root.at("heads");
  const options = { filters: headChannels, separable: false };
  const outputs: Record<string, Value> = {
    ...centerHead(features, p, classes, options),
    ...boxHeads(features, p, {
      ...options,
      sizes: boxForm.sizePerClass ? classes : 1,
      noOffset: boxForm.noOffset,
    }),
    ...(keypoints !== undefined && poseHeads(features, p, keypoints, { ...options, sharedOffset: true })),
  };
  for (const [name, value] of Object.entries(outputs)) builder.output(name, value);
  return builder.build();
}

function pointsFeatures(image: Value, root: Scope, { backbone }: PointsArchitecture): Value {
  const [body, neck] = [root.at("backbone"), root.at("neck")];
  if ("dla" in backbone) return dlaUp(dla34(image, body, backbone.dla), neck);
  return resnetUp(torchResnet(image, body, backbone.resnet), neck, backbone.resnet);
}

/** The usual spelling: `DLA-34`, `ResNet-18 deformable`. */
export function pointsTitle({ backbone }: PointsArchitecture): string {
  if ("dla" in backbone) return "DLA-34";
  const { block, blocks, deformable } = backbone.resnet;
  const layers = blocks.reduce((sum, count) => sum + count * (block === "basic" ? 2 : 3), 2);
  return `ResNet-${layers}${deformable ? " deformable" : ""}`;
}
