/**
 * Intersection over union of boxes [x, y, width, height], in pycocotools' order of operations. Of a crowd it is the
 * share of the detection that lies in it. Boxes without area or with negative sides have none.
 */
export function boxFit(
  found: Float64Array,
  i: number,
  truth: Float64Array,
  j: number,
  isCrowd: boolean,
): number {
  const dx = found[4 * i];
  const dw = found[4 * i + 2];
  const gx = truth[4 * j];
  const gw = truth[4 * j + 2];
  const width = Math.min(dw + dx, gw + gx) - Math.max(dx, gx);
  if (width <= 0) return 0;
  const dy = found[4 * i + 1];
  const dh = found[4 * i + 3];
  const gy = truth[4 * j + 1];
  const gh = truth[4 * j + 3];
  const height = Math.min(dh + dy, gh + gy) - Math.max(dy, gy);
  if (height <= 0) return 0;
  const intersection = width * height;
  const union = isCrowd ? dw * dh : dw * dh + gw * gh - intersection;
  return intersection / union;
}
