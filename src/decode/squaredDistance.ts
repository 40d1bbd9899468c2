/**
 * Of two points, in float32 as TensorFlow.js computes it: squares and their sum are rounded, differences
 * not (TensorFlow rounds those too; `refineKeypoints.ts` needs its bits).
 */
export function squaredDistance(y: number, x: number, otherY: number, otherX: number): number {
  const alongY = Math.fround((y - otherY) ** 2);
  const alongX = Math.fround((x - otherX) ** 2);
  return Math.fround(alongY + alongX);
}
