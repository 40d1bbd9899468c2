import { UsageError } from "../errors.ts";
import { formatShape, type Tensor } from "../tensor.ts";

/**
 * All of a network's output maps have one height and width, and each the channels that its meaning asks
 * for. `channels` states them by the map's name. Throws UsageError, naming the first map that is wrong.
 */
export function checkMaps<Name extends string>(
  maps: Readonly<Record<Name, Tensor>>,
  channels: Readonly<Record<Name, number>>,
): void {
  const names = Object.keys(channels) as Name[];
  const [, height, width] = maps[names[0]].shape;
  for (const name of names) {
    const { shape, data } = maps[name];
    const expected = [1, height, width, channels[name]];
    const fits = shape.every((side, axis) => side === expected[axis]);
    if (fits && data.length === height * width * channels[name]) continue;
    throw new UsageError({
      where: `map ${name}`,
      expected: `shape ${formatShape(expected)}`,
      got: `${formatShape(shape)} with ${data.length} elements`,
    });
  }
}
