import type { Command } from "commander";
import { DEFAULT_MODEL } from "../../models/models.ts";
import {
  backendOption,
  buildOption,
  layoutOption,
  lowMemoryOption,
  parseName,
  parsePath,
  parsePathEnding,
  parseTaps,
  parseTolerance,
  parseYesNo,
  precisionOption,
  scoreOption,
  sizeOption,
  threadsOption,
  valueOption,
  weightsOption,
} from "../arguments/options.ts";
import { type CompareFlags, checkFlags, parsePartner } from "../compare/flags.ts";
import { runComparison } from "../compare/runComparison.ts";
import type { Session } from "../io.ts";

const HELP = `
Runs a network twice on one image and compares the two runs layer by layer, or
compares one run with the tensors of another program. A is the first run, B the
one that it is compared with. Differences are in standard deviations (σ) of the
layer in B. The exit code is 4 if a layer is beyond the tolerance.

--backend, --build, --precision, --fuse and --threads set both runs; the options
that begin with --with set B alone. If only one of the two runs is fused, the
layers that both have are compared.

--with also takes a safetensors file, or a folder of NumPy's .npy files, with
the tensors of another program under this project's names; --list prints them.
--names gives a JSON file { "their name": "name of a layer" }. Layouts NHWC and
NCHW are found out where only one of them fits; else give --layout, or state it
in the file's metadata. If a tensor is named input and no image is given, the
network runs on it; with an image, the network runs on that, and the first line
compares the input made of it with the tensor.

With --json one object is printed:
  { model, image?, dump?, a, b?, tolerance: { max, reason }, pass, firstBeyond?,
    layers: [ { name, shape, max, rms, std, beyond,
                worst?: { index, position, a, b },
                truth?: { rms, max, original: { rms, max }, ratio } } ],
    onlyIn: { a, b }, detections?: [ { outcome, a?, b?, pixels? } ] }

Examples:
  centernet compare samples/people.jpg --backend wasm --with cpu
  centernet compare photo.jpg --backend wasm --with-fuse no --taps 'heads.*'
  centernet compare photo.jpg --backend wasm --build plain --with-build relaxed
  centernet compare --list --model movenet-lightning --fuse no
  centernet compare --model movenet-lightning --fuse no --with dump.safetensors`;

const SECOND = "the same for the second run";

export function addCompare(program: Command, session: Session): void {
  const path = (flags: string, description: string) => valueOption(flags, description, parsePath);
  program
    .command("compare")
    .description("Compare two runs of a model, or a run with another program's, layer by layer.")
    .argument("[image]", "an image file or URL; - reads standard input")
    .addOption(valueOption("--model <name>", `see centernet models (default: ${DEFAULT_MODEL})`, parseName))
    .addOption(weightsOption())
    .addOption(sizeOption())
    .addOption(backendOption())
    .addOption(
      valueOption(
        "--with <backend or file>",
        "what to compare with: a backend, a safetensors file or a folder of .npy files (default: the same backend)",
        parsePartner,
      ),
    )
    .addOption(buildOption())
    .addOption(buildOption("--with-build <name>", SECOND))
    .addOption(precisionOption())
    .addOption(precisionOption("--with-precision <name>", SECOND))
    .addOption(
      valueOption("--fuse <yes or no>", "run layers fused, as detect does (default: yes)", parseYesNo),
    )
    .addOption(valueOption("--with-fuse <yes or no>", SECOND, parseYesNo))
    .addOption(threadsOption())
    .addOption(lowMemoryOption())
    .addOption(path("--names <file>", "the tensors' own names, as JSON: { their name: layer }"))
    .addOption(layoutOption("the tensors' order of axes: NHWC or NCHW"))
    .addOption(
      valueOption(
        "--taps <list>",
        "compare only these layers: names, or patterns with *, separated by commas",
        parseTaps,
      ),
    )
    .addOption(
      valueOption(
        "--tolerance <number>",
        "the largest difference allowed, in standard deviations of the layer (default: by what is compared)",
        parseTolerance,
      ),
    )
    .addOption(scoreOption())
    .option(
      "--list",
      "print the names of all layers and their shapes; with --with <file>, what it has of them",
    )
    .addOption(
      valueOption("--chart <file>", "draw the differences of all layers as an SVG", parsePathEnding(".svg")),
    )
    .addOption(path("--save-golden <folder>", "save what B computed as a golden case, for centernet verify"))
    .addOption(
      path("--truth <file>", "safetensors of the layers in float64: print both runs' errors against it"),
    )
    .option("--json", "print one JSON object instead")
    .addHelpText("after", HELP)
    .action((image: string | undefined, flags: CompareFlags) => {
      checkFlags(image, flags);
      return runComparison(image, flags, session);
    });
}
