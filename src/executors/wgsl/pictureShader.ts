import type { PictureSampling } from "../../backend/sampledImage.ts";
import type { WgslDispatch } from "../../kernels/wgsl/kernel.ts";
import { wgslElements } from "../../kernels/wgsl/source.ts";
import type { Shape } from "../../tensor.ts";

/** What the shader depends on beside the input's shape; the picture's size is data. */
export interface PictureShaderKind {
  readonly arithmetic: PictureSampling["arithmetic"];
  /** Whether levels are looked up in a table. */
  readonly hasLevels: boolean;
}

/** In place of a pixel's number: there is no picture. */
export const OUTSIDE = 0xffffffff;
/** Vectors of the places before those of the columns; the rows' come last. */
export const PLACES_HEADER = 1;
/** Numbers of the table of levels: of three channels. */
export const LEVELS = 3 * 256;

/**
 * Samples a picture into a network's input: one thread a pixel of the input. The host works out, once a column
 * and once a row, between which pixels it lies; so the positions are those of the CPU, bit for bit. Fractions are
 * rounded to float32, in which everything is computed that is no integer.
 *
 * Operands: `input0` the picture's bytes, four a word; `constant0` the places; `constant1` the table of levels,
 * where there is one.
 */
export function pictureShader(
  [, height, width]: Shape,
  { arithmetic, hasLevels }: PictureShaderKind,
): WgslDispatch {
  const looked = hasLevels ? "levels[channel * 256u + u32(sampled)]" : "sampled";
  return wgslElements({
    title: "picture: sample",
    reads: { bytes: "input0", places: "constant0", ...(hasLevels && { levels: "constant1" }) },
    writes: { y: "output" },
    types: { bytes: "array<u32>", places: "array<vec4u>", levels: `array<f32, ${LEVELS}>` },
    declarations: `${LEVEL}
fn mixed(upperLeft: f32, upperRight: f32, lowerLeft: f32, lowerRight: f32, x: f32, y: f32) -> f32 {
${MIXED[arithmetic]}
}`,
    count: height * width,
    work: height * width * 12,
    body: `  let column = places[${PLACES_HEADER}u + index % ${width}u];
  let row = places[${PLACES_HEADER + width}u + index / ${width}u];
  let isPicture = column.x != ${OUTSIDE}u && row.x != ${OUTSIDE}u;
  var value = vec4f();
  for (var channel = 0u; channel < 3u; channel++) {
    var sampled = 0f;
    if (isPicture) {
      let lane = places[0][1u + channel];
      let upperLeft = level(row.x, column.x, lane);
      let upperRight = level(row.x, column.y, lane);
      let lowerLeft = level(row.y, column.x, lane);
      let lowerRight = level(row.y, column.y, lane);
      sampled = mixed(
        upperLeft, upperRight, lowerLeft, lowerRight, bitcast<f32>(column.z), bitcast<f32>(row.z),
      );
    }
    value[channel] = ${looked};
  }
  y[index] = value;`,
  });
}

/** Places begin with the picture's width and its channel for each of the input's; then: before, after, the fraction's bits. */
const LEVEL = `fn level(row: u32, column: u32, channel: u32) -> f32 {
  let at = (row * places[0].x + column) * 3u + channel;
  return f32((bytes[at / 4u] >> (at % 4u * 8u)) & 0xffu);
}
fn between(a: f32, b: f32, fraction: f32) -> f32 {
  return a + (b - a) * fraction;
}`;

const BILINEAR = "between(between(upperLeft, upperRight, x), between(lowerLeft, lowerRight, x), y)";

const MIXED: Readonly<Record<PictureSampling["arithmetic"], string>> = {
  float: `  return ${BILINEAR};`,
  fixedPoint: `  let right = u32(x * 2048f);
  let below = u32(y * 2048f);
  let upper = (u32(upperLeft) * (2048u - right) + u32(upperRight) * right) >> 4u;
  let lower = (u32(lowerLeft) * (2048u - right) + u32(lowerRight) * right) >> 4u;
  return f32((((upper * (2048u - below)) >> 16u) + ((lower * below) >> 16u) + 2u) >> 2u);`,
};
