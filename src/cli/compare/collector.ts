import type { LayerDifference, LayerValues } from "../../compare/compare.ts";
import { INPUT } from "../../compare/dump/nodeNames.ts";
import type { Layout } from "../../tensor.ts";
import { type GoldenValue, goldenValue } from "../../verify/generic/goldenCaseFiles.ts";
import { compareWithTruth, type Truth, type TruthComparison } from "../../verify/truth/truth.ts";

/** What is made of each layer's values beside comparing them, while they are there. */
export class Collector {
  /** Of the second run, for --save-golden. */
  readonly golden = new Map<string, GoldenValue>();
  /** Errors of both runs against float64, for --truth. */
  readonly truths = new Map<string, TruthComparison>();

  constructor(
    private readonly savesGolden: boolean,
    private readonly truth: Truth | undefined,
    /** Of the true values, where their file states none. */
    private readonly layout: Layout | undefined,
  ) {}

  add({ name, shape, std }: LayerDifference, { a, b }: LayerValues): void {
    if (this.savesGolden && name !== INPUT) {
      const data = b.data instanceof Float32Array ? b.data : Float32Array.from(b.data);
      this.golden.set(name, goldenValue(name, { shape, data }));
    }
    const values = this.truth?.find([name], shape, { layout: this.layout });
    const found = values && compareWithTruth(values, { values: b.data }, a.data, std);
    if (found) this.truths.set(name, found);
  }
}
