// Writes the README's table of models out of the code; --check only says whether it is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { DEFAULT_MODEL, describeGraph, MODELS } from "../dist/node/index.js";

const START = "<!-- models: node scripts/readmeModels.mjs writes this table -->\n";
const END = "<!-- end of models -->";

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

const readme = readFileSync("README.md", "utf8");
const start = readme.indexOf(START);
const end = readme.indexOf(END);
if (start === -1 || end === -1) throw new Error("README.md: expected the marks of the table of models");
const written = `${readme.slice(0, start)}${START}\n${table}\n\n${readme.slice(end)}`;
if (process.argv.includes("--check")) {
  if (written !== readme) {
    console.error(
      "README.md: the table of models is not what the code says. Run node scripts/readmeModels.mjs.",
    );
    process.exit(1);
  }
  console.log("README.md: the table of models is up to date");
} else {
  writeFileSync("README.md", written);
}

function sizes({ defaultSize, sizeMultiple, sizedByPicture }) {
  const { height, width } = defaultSize;
  if (sizedByPicture) return `the photo's own; costs at ${width} × ${height}`;
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
  return figures.pictures ? `${measured} (${figures.pictures}, ${figures.gpu})` : measured;
}
