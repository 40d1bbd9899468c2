/** Imports point down only; each rule names what a folder must not reach. */
const down = (name, from, to, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to },
});

const ops = "^src/kernels/[^/]+/op\\.ts$|^src/kernels/window\\.ts$";

const nodeFiles =
  "^src/platform/(node|nodeMachine|passedChecks|cacheFolder|weightFiles|regularFile|pathBytes|gunzipStream|archiveCache)\\.ts$";

const KERNEL = "^src/kernels/[^/]+/(gpu|reference|wasm|wgsl)\\.ts$";

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolved",
      severity: "error",
      from: { path: "^src" },
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-dependency-at-run-time",
      comment: "What is not bundled into dist/node is a dependency.",
      severity: "error",
      from: { path: "^src" },
      to: {
        dependencyTypes: ["npm-dev"],
        pathNot: "node_modules/(cli-progress|commander|fflate|jpeg-js|gpu\\.js|tinyglobby|@types)/",
        dependencyTypesNot: ["type-only"],
      },
    },
    down(
      "tensor-and-errors-are-the-ground",
      "^src/(tensor|errors|detection)\\.ts$",
      "^src/",
      "Nothing lies below them.",
    ),
    down(
      "explanations-are-data",
      "^src/explain/",
      "^src/(?!explain/|detection\\.ts)",
      "What happened, as data and in words, for whoever shows it.",
    ),
    down("support-knows-no-domain", "^src/support/", "^src/(?!support/|errors\\.ts)"),
    down(
      "the-backend-contract-knows-no-backend",
      "^src/backend/",
      "^src/(?!backend/|graph/|kernels/kernel\\.ts|tensor\\.ts|errors\\.ts)",
      "What a backend promises, without any backend.",
    ),
    down("graph-knows-no-op", "^src/graph", "^src/(?!graph/|tensor\\.ts|errors\\.ts)"),
    down("kernels-know-the-graph-only", "^src/kernels", "^src/(?!kernels/|graph/|tensor\\.ts|errors\\.ts)"),
    {
      name: "ops-know-no-kernel",
      comment: "An op's declaration is the same for every backend.",
      severity: "error",
      from: { path: ops },
      to: { path: "^src/kernels", pathNot: ops },
    },
    {
      name: "shared-kernel-code-knows-no-op",
      comment: "kernels/wasm and kernels/wgsl hold what several ops share; the rest lies with its op.",
      severity: "error",
      from: { path: "^src/kernels/(wasm|wgsl)/" },
      to: { path: "^src/kernels/(?!(wasm|wgsl)/)[^/]+/" },
    },
    {
      name: "networks-call-ops",
      comment: "Blocks, backbones and heads build graphs out of op declarations; no kernel, no checkpoint.",
      severity: "error",
      from: { path: "^src/(blocks|backbones|heads)" },
      to: { path: "^src/", pathNot: `^src/(blocks|graph|$1)/|^src/tensor\\.ts$|${ops}` },
    },
    {
      name: "heads-know-no-backbone",
      severity: "error",
      from: { path: "^src/(heads|blocks)/" },
      to: { path: "^src/backbones/" },
    },
    down(
      "executors-know-no-model",
      "^src/executors",
      "^src/(?!executors/|kernels/|graph/|backend/|support/|platform/(node|browser)Machine\\.ts|tensor\\.ts|errors\\.ts)",
    ),
    ...Object.entries({ gpujs: "gpu", reference: "reference", wasm: "wasm", wgsl: "wgsl" }).map(
      ([executor, kind]) => ({
        name: `${executor}-imports-its-own-kernels`,
        comment: "Neither an executor nor one of its kernels imports a kernel of another backend.",
        severity: "error",
        from: { path: `^src/executors/${executor}/|^src/kernels/[^/]+/${kind}\\.ts$` },
        to: { path: KERNEL, pathNot: `/${kind}\\.ts$` },
      }),
    ),
    down(
      "decode-is-pure",
      "^src/decode/",
      "^src/(?!decode/|backend/peakQuery\\.ts|explain/(explanation|why)\\.ts|(detection|tensor|errors)\\.ts)",
    ),
    down(
      "image-knows-no-model",
      "^src/image/",
      "^src/(?!image/|backend/sampledImage\\.ts|support/|detection\\.ts|tensor\\.ts|errors\\.ts)",
    ),
    down(
      "analysis-knows-graphs-only",
      "^src/analysis/",
      "^src/(?!analysis/|backend/layerTimes\\.ts|graph/|kernels/[^/]+/op\\.ts|kernels/ops\\.ts|support/|tensor\\.ts|errors\\.ts)",
      "What is read off a graph: costs, receptive fields, blocks. Nothing runs.",
    ),
    down(
      "formats-know-detections-and-numbers-only",
      "^src/formats",
      "^src/(?!formats/|checkpoints/bytes/|detection\\.ts|tensor\\.ts|errors\\.ts)",
    ),
    down(
      "evaluation-knows-annotations-and-results-only",
      "^src/evaluation/",
      "^src/(?!evaluation/|support/|errors\\.ts)",
      "Numbers of two files in, rows and arrays out: no network, no image.",
    ),
    down(
      "only-the-detector-knows-its-threads",
      "^src/(?!batch/|detect\\.ts|cli/|evaluateModel/|index\\.ts)",
      "^src/batch/",
      "Many images at once: below detection nothing knows of it.",
    ),
    {
      name: "threads-load-detectors",
      comment: "What runs on the calling thread is given a detector; only a thread's own script loads one.",
      severity: "error",
      from: { path: "^src/batch/(?!serveImages\\.ts)" },
      to: { path: "^src/detect\\.ts$" },
    },
    down("nothing-below-evaluates-models", "^src/(?!evaluateModel/|cli/|index\\.ts)", "^src/evaluateModel/"),
    down(
      "reports-show-an-evaluation",
      "^src/evaluationReport/",
      "^src/(?!evaluationReport/|evaluation/|visualization/|image/|models/coco\\.ts|support/|detection\\.ts|errors\\.ts)",
      "An evaluation as a page, a chart or a drawing: nothing is computed here.",
    ),
    down(
      "visualization-draws-what-it-is-given",
      "^src/visualization/",
      "^src/(?!visualization/|image/|graph/|analysis/|kernels/ops\\.ts|models/|support/|detection\\.ts|tensor\\.ts|errors\\.ts)",
      "Numbers in, pixels out: nothing here runs a network.",
    ),
    down(
      "image-sources-know-no-model",
      "^src/imageSources/",
      "^src/(?!imageSources/|image/|platform/(node|browser)\\.ts|support/|errors\\.ts)",
      "They find files through the platform, and leave the decoding to image.",
    ),
    down(
      "checkpoints-know-no-model",
      "^src/checkpoints",
      "^src/(?!checkpoints/|support/|decode/objects/settings\\.ts|image/input/resizer/imageResizer\\.ts|tensor\\.ts|errors\\.ts)",
    ),
    down(
      "models-know-no-checkpoint",
      "^src/models",
      "^src/(checkpoints|loading|executors|platform|verify|cli|network\\.ts|detect(Options)?\\.ts)",
    ),
    down("the-library-knows-no-command-line", "^src/(?!cli/)", "^src/cli"),
    down(
      "loading-knows-no-network",
      "^src/loading/",
      "^src/(network|detect(Options)?|index)\\.ts$|^src/(analysis|executors|verify)/",
    ),
    down(
      "export-knows-no-backend",
      "^src/export/",
      "^src/(network|detect(Options)?|index)\\.ts$|^src/(executors|verify|cli|backend)/",
    ),
    down("nothing-below-illustrates", "^src/(?!illustration/|index\\.ts)", "^src/illustration/"),
    down("nothing-below-exports", "^src/(?!export/|cli/|index\\.ts)", "^src/export/"),
    down("detection-knows-no-verification", "^src/(network|detect(Options)?)\\.ts$", "^src/verify"),
    {
      name: "the-page-knows-the-public-interface-only",
      comment: "Besides, it shows the text of kernels, which is imported as `?raw`.",
      severity: "error",
      from: { path: "^site/", pathNot: "^site/vite\\.config\\.ts$" },
      to: { path: "^(src|scripts|bench|test)/", pathNot: "^src/index\\.ts$|^src/kernels/" },
    },
    {
      name: "the-worker-knows-no-page",
      comment: "It owns model, image and maps; state and drawing are the page's.",
      severity: "error",
      from: { path: "^site/worker/" },
      to: { path: "^site/(?!worker/)" },
    },
    {
      name: "the-page-takes-types-of-its-worker",
      comment: "Else the page's own thread would load the library. `client.ts` is the way there.",
      severity: "error",
      from: { path: "^site/(?!worker/)" },
      to: { path: "^site/worker/(?!(client|call)\\.ts)", dependencyTypesNot: ["type-only"] },
    },
    down("the-library-knows-no-page", "^src/", "^site/"),
    {
      name: "only-the-platform-and-the-command-line-know-node",
      severity: "error",
      from: {
        path: "^src",
        pathNot: `${nodeFiles}|^src/cli/|^src/batch/imageWorker\\.ts$|^src/image/jpeg/nodeEncoder\\.ts$|^src/executors/wgsl/device/machineGpu\\.node\\.ts$`,
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "node-is-reached-through-the-platform",
      comment:
        "Bundles for browsers replace #platform, #machine and #jpegEncoder; a direct import would stay.",
      severity: "error",
      from: { path: "^src", pathNot: `${nodeFiles}|^src/cli/` },
      to: { path: nodeFiles, dependencyTypesNot: ["aliased-subpath-import"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
