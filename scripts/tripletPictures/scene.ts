import { type Box, heatmapLight, type Size, type Tensor } from "./project.ts";
import { element, type Point } from "./svg.ts";

export const RED_AND_YELLOW = ["#e84a40", "#fac63c"];
export const GREEN_AND_WHITE = ["#249278", "#f2f0e2"];

export function sky(size: Size): string {
  return element("rect", { ...size, fill: "#a8cde8" });
}

export function disc({ x, y }: Point, r: number, fill: string): string {
  return element("circle", { cx: x, cy: y, r, fill });
}

/** A kite of two colors whose tips touch the middles of the box's sides, on a string down to `ground`. */
export function kite({ xmin, ymin, xmax, ymax }: Box, colors: readonly string[], ground: number): string {
  const [x, y] = [(xmin + xmax) / 2, (ymin + ymax) / 2];
  const string = { d: `M${x} ${y}L${x - (xmax - xmin) / 3} ${ground}`, stroke: "#5c6c7c" };
  const quarters = `M${x} ${y}H${xmin}L${x} ${ymin}zH${xmax}L${x} ${ymax}z`;
  const whole = `M${xmin} ${y}L${x} ${ymin}L${xmax} ${y}L${x} ${ymax}z`;
  const spars = { d: `M${xmin} ${y}H${xmax}M${x} ${ymin}V${ymax}`, stroke: "#543e2e" };
  return [
    element("path", { ...string, "stroke-opacity": 0.8, "stroke-width": 2 }),
    element("path", { d: whole, fill: colors[1] }),
    element("path", { d: quarters, fill: colors[0] }),
    element("path", { ...spars, "stroke-width": (xmax - xmin) / 60, "stroke-linecap": "round" }),
  ].join("\n");
}

/**
 * Darkens what is below and adds a heatmap's cells as light, from red through yellow to white, as the
 * project's `drawHeatmap` does.
 */
export function heat(map: Tensor, { width, height }: Size, channel = 0): string {
  const [, rows, columns] = map.shape;
  const light = heatmapLight(map, channel);
  const cells = new Map<string, string>();
  for (let cell = 0; cell < rows * columns; cell++) {
    const color = `#${Buffer.from(light.subarray(3 * cell, 3 * cell + 3)).toString("hex")}`;
    const square = `M${cell % columns} ${Math.floor(cell / columns)}h1v1h-1z`;
    if (color !== "#000000") cells.set(color, (cells.get(color) ?? "") + square);
  }
  const transform = `scale(${width / columns} ${height / rows})`;
  const added = { transform, style: "mix-blend-mode:screen", "shape-rendering": "crispEdges" };
  const paths = [...cells].map(([fill, d]) => element("path", { fill, d }));
  return `${element("rect", { width, height, "fill-opacity": 0.6 })}\n${element("g", added, paths)}`;
}
