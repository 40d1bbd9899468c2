/**
 * Matches the detections of one image and category with its truth, for each threshold: greedily, the best score first,
 * each taking the free truth that fits it best.
 */

/** Scratch space that grows, so that no image allocates. */
export class Matching {
  /** Detections and truths of the image. */
  foundCount = 0;
  truthCount = 0;
  /** [detection][truth], the detections by score, the truth in the order of the file. */
  fits = new Float64Array(0);
  /** The best fit of each detection; NaN if one of them is. */
  best = new Float64Array(0);
  crowds = new Uint8Array(0);
  /** Of the area range at hand. */
  ignored = new Uint8Array(0);
  private order = new Int32Array(0);
  /** [threshold][detection]: the truth that it took, or -1. */
  truthOf = new Int32Array(0);
  /** [threshold][truth]: the detection that took it (for a crowd the last), or -1. */
  foundOf = new Int32Array(0);

  constructor(private readonly thresholds: readonly number[]) {}

  resize(foundCount: number, truthCount: number): void {
    this.foundCount = foundCount;
    this.truthCount = truthCount;
    const { length: thresholds } = this.thresholds;
    if (this.fits.length < foundCount * truthCount) this.fits = new Float64Array(2 * foundCount * truthCount);
    if (this.best.length < foundCount) this.best = new Float64Array(2 * foundCount);
    if (this.crowds.length < truthCount) {
      this.crowds = new Uint8Array(2 * truthCount);
      this.ignored = new Uint8Array(2 * truthCount);
      this.order = new Int32Array(2 * truthCount);
    }
    if (this.truthOf.length < thresholds * foundCount)
      this.truthOf = new Int32Array(2 * thresholds * foundCount);
    if (this.foundOf.length < thresholds * truthCount)
      this.foundOf = new Int32Array(2 * thresholds * truthCount);
  }

  /** Truths that count first, those to be ignored last; else as in the file. */
  truthOrder(): Int32Array {
    const { order, ignored, truthCount } = this;
    let at = 0;
    for (let g = 0; g < truthCount; g++) if (!ignored[g]) order[at++] = g;
    for (let g = 0; g < truthCount; g++) if (ignored[g]) order[at++] = g;
    return order.subarray(0, truthCount);
  }

  /** Fills `truthOf` and `foundOf` from `fits`, `crowds` and `ignored`. */
  run(): void {
    const { thresholds, foundCount, truthCount, fits, best: bests, crowds, ignored, truthOf, foundOf } = this;
    const order = this.truthOrder();
    foundOf.fill(-1, 0, thresholds.length * truthCount);
    for (let t = 0; t < thresholds.length; t++) {
      const threshold = Math.min(thresholds[t], 1 - 1e-10);
      for (let d = 0; d < foundCount; d++) {
        let match = -1;
        if (!(bests[d] < threshold)) {
          let best = threshold;
          for (let n = 0; n < truthCount; n++) {
            const g = order[n];
            if (foundOf[t * truthCount + g] >= 0 && !crowds[g]) continue;
            if (match >= 0 && !ignored[match] && ignored[g]) break;
            const fit = fits[d * truthCount + g];
            // Equality matches, and among equals the last wins.
            if (fit < best) continue;
            best = fit;
            match = g;
          }
          if (match >= 0) foundOf[t * truthCount + match] = d;
        }
        truthOf[t * foundCount + d] = match;
      }
    }
  }
}
