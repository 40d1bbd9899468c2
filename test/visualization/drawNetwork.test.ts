import { expect, test } from "vitest";
import { networkLayout } from "../../src/analysis/networkLayout.ts";
import { GraphBuilder } from "../../src/graph/graph.ts";
import { relu } from "../../src/kernels/elementwise/op.ts";
import { modelNamed } from "../../src/models/models.ts";
import { shapeOf } from "../../src/tensor.ts";
import { drawNetwork } from "../../src/visualization/drawNetwork.ts";

/** Names of the elements of a well-formed document, in order; an error if tags do not nest. */
function elementsOf(svg: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [, slash, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
    if (slash) expect(open.pop()).toBe(name);
    else {
      names.push(name);
      if (!rest.endsWith("/")) open.push(name);
    }
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<[^<>]*>/g, "")).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;)/);
  return names;
}

test("every block is a box with a title, and every edge a curve", () => {
  const model = modelNamed("centernet_hg104_512x512_coco17_tpu-8");
  const graph = model.graph(model.defaultSize);
  const svg = drawNetwork(graph, { title: "Hourglass-104" });
  const layout = networkLayout(graph);
  const names = elementsOf(svg);
  const count = (name: string) => names.filter((other) => other === name).length;
  expect(count("title")).toBe(1 + layout.length);
  const edges = layout.flatMap(({ inputs }) => inputs);
  expect(svg.match(/class="edge"/g)).toHaveLength(edges.length);
  for (const block of layout) expect(svg).toContain(`<title>${block.name}: `);
  expect(svg).toContain(
    "<title>heads.center: 128 x 128 x 90, 6 layers: conv2d, bias, relu, sigmoid; output centerHeatmap</title>",
  );
  expect(svg.match(/<g opacity="0.35"><title>/g)).toHaveLength(3);
  expect(svg).toContain(
    "<title>stack0.heads.center: 128 x 128 x 90, 6 layers: conv2d, bias, relu, sigmoid; needed by no output",
  );
});

test("the picture says what it is, and is readable in a dark scheme", () => {
  const model = modelNamed("movenet-lightning");
  const svg = drawNetwork(model.graph(model.defaultSize));
  expect(svg).toMatch(
    /^<svg [^>]*role="img"[^>]*>\n<title>Network<\/title>\n<desc>202 layers in 31 blocks, from image 192 x 192 x 3 to /,
  );
  expect(svg).toContain("@media (prefers-color-scheme: dark)");
  for (const words of ["convolution", "upsampling", "elementwise", "computes an output"]) {
    expect(svg).toContain(`>${words}</text>`);
  }
});

test("names and titles cannot break out of the document", () => {
  const builder = new GraphBuilder();
  const image = builder.input('image<&"', shapeOf(8, 8, 3));
  builder.output("</svg>", relu(image, builder.root.at("<script>")));
  const svg = drawNetwork(builder.build(), { title: "a < b & \u0007" });
  elementsOf(svg);
  expect(svg).not.toContain("<script>");
  expect(svg).not.toContain("\u0007");
});
