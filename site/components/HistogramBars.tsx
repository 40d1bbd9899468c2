/** How often values occur, as bars of logarithmic height. */
import type { Histogram } from "centernet";
import { plain } from "./numbers.ts";

const [WIDTH, HEIGHT] = [320, 84];

export function HistogramBars({ of, alt }: { readonly of: Histogram; readonly alt: string }) {
  const top = Math.log1p(Math.max(...of.counts));
  const step = WIDTH / of.counts.length;
  const path = of.counts
    .map((count, bin) => {
      const height = top > 0 ? (Math.log1p(count) / top) * HEIGHT : 0;
      return `M${bin * step} ${HEIGHT}v${-height}h${step - 0.6}v${height}z`;
    })
    .join("");
  return (
    <figure class="histogram">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={alt}>
        <path d={path} />
      </svg>
      <figcaption>
        <span>{plain(of.min)}</span>
        <small>log scale</small>
        <span>{plain(of.max)}</span>
      </figcaption>
    </figure>
  );
}
