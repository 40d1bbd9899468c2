/** The order of a map's axes, as other programs have it. */
import type { Numbers } from "../checkpoints/bytes/dtype.ts";
import { quote } from "../checkpoints/bytes/json.ts";
import { type Fault, ModelError } from "../errors.ts";
import { formatShape, LAYOUTS, type Layout, type Shape, sameShape } from "../tensor.ts";

/** @throws the error of that class for anything but the two names, in upper or lower case. */
export function parseLayout(text: string, where: string, Refusal: new (fault: Fault) => Error): Layout {
  const layout = LAYOUTS.find((name) => name === text.toUpperCase());
  if (layout) return layout;
  throw new Refusal({ where, expected: `${LAYOUTS.join(" or ")}, the order of the axes`, got: quote(text) });
}

interface Found {
  readonly shape: readonly number[];
  readonly layout?: Layout;
}

/**
 * The layout of a tensor that holds a map of this shape, with or without its batch axis of 1: the stated one, or else
 * the only one that fits. A map whose height, width and channels are equal fits both.
 *
 * @throws ModelError if neither fits, or not the stated one, or if both fit and nothing is stated.
 */
export function findLayout({ shape: found, layout: stated }: Found, shape: Shape, where: string): Layout {
  const fitting = LAYOUTS.filter((layout) => {
    const axes = axesIn(layout, shape);
    return sameShape(found, axes) || sameShape(found, axes.slice(1));
  });
  const [layout] = fitting;
  if (stated ? !fitting.includes(stated) : layout === undefined) {
    const axes = (stated ? [stated] : LAYOUTS).map((name) => `${formatShape(axesIn(name, shape))} (${name})`);
    const hint = stated && layout ? `It fits ${layout}, but ${stated} was stated.` : undefined;
    throw new ModelError({ where, expected: axes.join(" or "), got: formatShape(found), hint });
  }
  if (stated ?? fitting.length === 1) return stated ?? layout;
  // One number, whatever the order of its axes.
  if (shape[1] === 1) return layout;
  throw new ModelError({
    where,
    expected: "a stated layout: both orders of its axes fit",
    got: formatShape(found),
    hint: "Give the option layout, or state it in the metadata of the file.",
  });
}

const INPUT_AXES = { NHWC: "[1, height, width, 3]", NCHW: "[1, 3, height, width]" } as const;

/**
 * The shape of the map that a network's input holds: an RGB image of any size.
 *
 * @throws ModelError if it is no such input, or if both layouts fit and nothing is stated.
 */
export function inputShapeOf({ shape: found, layout }: Found, where: string): Shape {
  const [height, width, channels] = found.length === 4 && found[0] === 1 ? found.slice(1) : found;
  const shapes: Shape[] = [];
  if (found.length >= 3 && found.length <= 4) {
    if (channels === 3 && layout !== "NCHW") shapes.push([1, height, width, 3]);
    if (height === 3 && layout !== "NHWC") shapes.push([1, width, channels, 3]);
  }
  if (shapes.length === 1) return shapes[0];
  const axes = (layout ? [layout] : LAYOUTS).map((name) => `${INPUT_AXES[name]} (${name})`);
  const expected =
    shapes.length === 0
      ? `an image of three channels, ${axes.join(" or ")}`
      : "a stated layout: both orders of its axes fit";
  throw new ModelError({ where, expected, got: formatShape(found) });
}

/** The NHWC index of element `i` of an NCHW map of so many cells. */
export function channelsLastIndex(i: number, cells: number, channels: number): number {
  return (i % cells) * channels + Math.floor(i / cells);
}

/** The numbers as a map in this project's layout. */
export function toChannelsLast<Values extends Numbers>(
  values: Values,
  shape: Shape,
  layout: Layout,
): { readonly shape: Shape; readonly data: Values } {
  if (layout === "NHWC") return { shape, data: values };
  const [, height, width, channels] = shape;
  const data = values.slice() as Values;
  for (let i = 0; i < values.length; i++) data[channelsLastIndex(i, height * width, channels)] = values[i];
  return { shape, data };
}

function axesIn(layout: Layout, [batch, height, width, channels]: Shape): number[] {
  return layout === "NHWC" ? [batch, height, width, channels] : [batch, channels, height, width];
}
