import type { Command } from "commander";
import {
  DEFAULT_FACE_SCORE,
  DEFAULT_SIDES,
  isSearchSide,
  MAX_SIDE,
  MIN_SIDE,
} from "../../anonymize/findFaces.ts";
import { JPEG_QUALITY } from "../../anonymize/rewriteImage.ts";
import { UsageError } from "../../errors.ts";
import { MASK_SHAPES, MASKS } from "../../image/mask/maskFaces.ts";
import { unknownName } from "../../support/unknownName.ts";
import { type AnonymizeFlags, runAnonymize } from "../anonymize/runAnonymize.ts";
import {
  backendOption,
  buildOption,
  parsePath,
  parseScore,
  threadsOption,
  valueOption,
} from "../arguments/options.ts";
import type { Session } from "../io.ts";

const HELP = `
Each image is searched at two sizes, and everything that scores at least 0.2 is
covered by a black rectangle that is 0.3 of its side larger on each side, and by
at least 16 pixels. Then the masked image is searched again, and what shows only
now is covered, too. Exif orientation is applied first.

No detector finds every face: look at each image before you pass it on. Clothes,
name tags and number plates stay. The table says how small a face may be to be
found at all; --sides 640,1280,2560 finds smaller ones, --turns lying ones. To
add or remove masks by hand, use Mask faces on the page of centernet serve.

New files hold pixels alone: no Exif (place, serial numbers, preview), XMP, IPTC,
comments or texts, no further images, nothing after the image's end. The numbers
of a color profile stay. PNG stays PNG, with its alpha; a JPEG is written at
quality ${JPEG_QUALITY}. Animations, CMYK and 16 bits are refused. An image that fails leaves
no file, and the exit code is 3. No file is ever overwritten.

--mask mosaic, --mask blur and --shape ellipse are weak: they keep something of
the face, and software can find it again.

Examples:
  centernet anonymize photos --out masked
  centernet anonymize photos --out masked --numbered --turns
  centernet anonymize group.jpg --sides 640,1280,2560 --score 0.1 --out masked`;

export function addAnonymize(program: Command, session: Session): void {
  program
    .command("anonymize")
    .description("Make faces in images unrecognizable, and write new files without metadata.")
    .argument("<image...>", "image files, folders or globs (JPEG or PNG)")
    .addOption(valueOption("--out <folder>", "folder for the new files", parsePath).makeOptionMandatory())
    .addOption(
      valueOption(
        "--mask <kind>",
        `${MASKS.join(", ")}; the last two are weak`,
        oneOf(MASKS, "a kind of mask"),
      ).default("solid"),
    )
    .addOption(
      valueOption(
        "--shape <shape>",
        `${MASK_SHAPES.join(" or ")}, which is weak`,
        oneOf(MASK_SHAPES, "a shape of masks"),
      ).default("box"),
    )
    .addOption(
      valueOption("--score <number>", "mask what scores at least this, from 0 to 1", parseScore).default(
        DEFAULT_FACE_SCORE,
      ),
    )
    .addOption(
      valueOption(
        "--sides <list>",
        "longest sides in pixels at which each image is searched, enlarged at most twice",
        parseSides,
      ).default(DEFAULT_SIDES, DEFAULT_SIDES.join()),
    )
    .option("--turns", "also search the image turned by quarters: four times slower")
    .option("--numbered", "name the files 1, 2, 3 instead of after the images")
    .addOption(backendOption())
    .addOption(threadsOption())
    .addOption(buildOption())
    .addHelpText("after", HELP)
    .action((inputs: string[], flags: AnonymizeFlags) => runAnonymize(inputs, flags, session));
}

function oneOf<Name extends string>(names: readonly Name[], expected: string) {
  return (text: string, where: string): Name => {
    const name = names.find((known) => known === text);
    if (name) return name;
    throw new UsageError(unknownName({ where, expected, name: text, names }));
  };
}

function parseSides(text: string, where: string): number[] {
  const sides = text.split(",").map(Number);
  if (sides.length <= MAX_SIDES && sides.every(isSearchSide)) return sides;
  const range = `from ${MIN_SIDE} to ${MAX_SIDE}`;
  const expected = `1 to ${MAX_SIDES} whole numbers ${range}, separated by commas`;
  throw new UsageError({ where, expected, got: text });
}

const MAX_SIDES = 8;
