/** Of two points, in float32: each square and their sum are rounded, as the originals do. */
export function squaredDistance(y: number, x: number, otherY: number, otherX: number): number {
  const alongY = Math.fround((y - otherY) ** 2);
  const alongX = Math.fround((x - otherX) ** 2);
  return Math.fround(alongY + alongX);
}
