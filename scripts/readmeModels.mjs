// Writes the README's table of models out of the code; --check only says whether it is up to date.
import { DEFAULT_MODEL, describeGraph, MODELS } from "../dist/node/index.js";
import { writeReadmePart } from "./readmePart.mjs";

const HEAD = ["model", "backbone", "input", "finds", "parameters", "GFLOPs", "published", "weights"];
const rows = MODELS.map((model) => {
  const { totals } = describeGraph(model.graph(model.defaultSize));
  return [
    `\`${model.name}\`${model.name === DEFAULT_MODEL ? " (default)" : ""}`,
    model.backbone,
    sizes(model),
    model.outputs,
    totals.trainableParameters.toLocaleString("en"),
    totals.gflops.toFixed(3),
    published(model.published),
    weights(model),
  ];
});
const table = [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

writeReadmePart({
  what: "the table of models",
  script: "node scripts/readmeModels.mjs",
  start: "<!-- models: node scripts/readmeModels.mjs writes this table -->\n",
  end: "<!-- end of models -->",
  text: table,
});

function sizes({ defaultSize, sizeMultiple, sizedByImage }) {
  const { height, width } = defaultSize;
  if (sizedByImage) return `the photo's own; costs at ${width} × ${height}`;
  return `${width} × ${height}${sizeMultiple ? `, or multiples of ${sizeMultiple}` : ""}`;
}

function weights({ hasArchive, weightsHint }) {
  if (hasArchive) return "`centernet pull`";
  if (/ship/.test(weightsHint)) return "included";
  return /convert/i.test(weightsHint) ? "convert them, see below" : "give them, see below";
}

function published(figures) {
  if (!figures) return "";
  const precisions = [
    figures.boxes === undefined ? [] : [`${figures.boxes.toFixed(1)} boxes`],
    figures.keypoints === undefined ? [] : [`${figures.keypoints.toFixed(1)} keypoints`],
  ].flat();
  const measured = [`mAP ${precisions.join(", ")}`, `${figures.milliseconds} ms`].join("; ");
  return figures.images ? `${measured} (${figures.images}, ${figures.gpu})` : measured;
}
