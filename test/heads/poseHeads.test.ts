import { expect, test } from "vitest";
import { GraphBuilder } from "../../src/graph/graph.ts";
import { poseHeads } from "../../src/heads/poseHeads.ts";
import { shapeOf } from "../../src/tensor.ts";

const HEAD = { filters: 8, separable: false };

test.each([
  ["each keypoint's own", undefined, 34],
  ["one for all", true, 2],
] as const)("%s offset", (_, sharedOffset, channels) => {
  const builder = new GraphBuilder();
  const features = builder.input("features", shapeOf(5, 6, 4));
  const heads = poseHeads(features, builder.root, 17, { ...HEAD, sharedOffset });
  expect(heads.keypointOffset.shape).toEqual(shapeOf(5, 6, channels));
  expect(heads.keypointRegression.shape).toEqual(shapeOf(5, 6, 34));
  expect(heads.keypointHeatmap.shape).toEqual(shapeOf(5, 6, 17));
  expect(builder.build().parameters["keypointOffset.out.kernel"]).toEqual({ shape: [1, 1, 8, channels] });
});
