/** The blocks one below the other, for narrow screens: in the same order as the graph. */
import { type BlockNumber, colorAt, colorScale } from "./blockNumbers.ts";
import {
  blockInWords,
  chooseLayer,
  block as openBlock,
  type Plan,
  type PlannedBlock,
  seen,
  staleSeen,
} from "./network.ts";

export function BlockList({ plan: { blocks } }: { readonly plan: Plan }) {
  const scale = colorScale();
  return (
    <ol class={staleSeen.value ? "block-list stale" : "block-list"} aria-label="Blocks of the network">
      {blocks
        .filter(({ nodes }) => nodes.length > 0)
        .map((block) => (
          <li key={block.name}>
            <Row block={block} number={scale?.of(block)} />
          </li>
        ))}
    </ol>
  );
}

function Row({ block, number }: { readonly block: PlannedBlock; readonly number?: BlockNumber }) {
  const [, height, width, channels] = block.shape;
  const last = block.nodes.at(-1);
  const picture = last && seen.value.get(last.name)?.thumbnail;
  return (
    <button
      type="button"
      class={block.needed ? "" : "pale"}
      data-block={block.name}
      aria-pressed={block === openBlock.value}
      title={blockInWords(block)}
      onClick={() => last && chooseLayer(last.name)}
    >
      <span
        class={`block-picture family-${block.family}`}
        {...(number && { style: { background: colorAt(number.share) } })}
      >
        {picture && <img src={picture} alt="" />}
      </span>
      <span class="block-name">{block.name}</span>
      <small>{number ? number.words : `${height} × ${width} × ${channels}`}</small>
    </button>
  );
}
