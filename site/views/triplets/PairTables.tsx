/** What became of all pairs of corners: the boxes, the counts by reason, and the best rejected ones. */
import { PAIR_REJECTIONS, type PairOutcome } from "centernet";
import { Facts } from "../../components/Facts.tsx";
import { count } from "../../components/numbers.ts";
import { boxes, choosePair, chosen } from "./triplets.ts";

const LISTED = 20;
const OUTCOMES: Readonly<Record<PairOutcome, string>> = {
  accepted: "confirmed by a center",
  ...PAIR_REJECTIONS,
};
/** In a word or two, for a row. */
const SHORT: Readonly<Record<PairOutcome, string>> = {
  accepted: "confirmed",
  class: "two classes",
  embedding: "embeddings apart",
  geometry: "corners swapped",
  outside: "beyond the image",
  noCenter: "no center",
};

export function PairCounts() {
  const found = boxes.value;
  if (!found) return null;
  const { pairs, suppressed } = found.explanation;
  const all = Object.values(pairs).reduce((sum, each) => sum + each, 0);
  return (
    <Facts
      of={[
        ["pairs of corners", <strong key="all">{count(all)}</strong>],
        ...(Object.keys(OUTCOMES) as PairOutcome[]).map(
          (outcome) => [SHORT[outcome], `${count(pairs[outcome])} ${OUTCOMES[outcome]}`] as const,
        ),
        ["boxes", `${count(found.boxes.length)}, ${count(suppressed)} dropped by soft-NMS, for overlap`],
      ]}
    />
  );
}

export function BoxTable() {
  const found = boxes.value;
  if (!found) return null;
  return (
    <table class="numbers peaks">
      <caption>
        {found.boxes.length > LISTED ? `The best ${LISTED} of ${found.boxes.length} boxes` : "Boxes"}
      </caption>
      <thead>
        <tr>
          <th scope="col">box</th>
          <th scope="col">score</th>
          <th scope="col">corners</th>
          <th scope="col">center</th>
          <th scope="col">embeddings apart</th>
        </tr>
      </thead>
      <tbody>
        {found.boxes.slice(0, LISTED).map(({ label, score, triplet }, index) => (
          <Row key={index} name={`box-${index + 1}`} title={`${index + 1}. ${label}`}>
            <td>{score.toFixed(3)}</td>
            <td>{`${triplet.topLeft.score.toFixed(2)} ${triplet.bottomRight.score.toFixed(2)}`}</td>
            <td>{triplet.center.score.toFixed(2)}</td>
            <td>{triplet.embeddingDistance.toFixed(2)}</td>
          </Row>
        ))}
      </tbody>
    </table>
  );
}

export function RejectedTable() {
  const found = boxes.value;
  if (!found) return null;
  const { rejected } = found.explanation;
  return (
    <table class="numbers peaks">
      <caption>The best rejected pairs of each reason</caption>
      <thead>
        <tr>
          <th scope="col">pair</th>
          <th scope="col">score</th>
          <th scope="col">corners</th>
          <th scope="col">embeddings apart</th>
          <th scope="col">reason</th>
        </tr>
      </thead>
      <tbody>
        {rejected.map(({ labels, score, topLeft, bottomRight, embeddingDistance, reason }, index) => (
          <Row
            key={index}
            name={`pair-${index + 1}`}
            title={labels[0] === labels[1] ? labels[0] : labels.join(", ")}
          >
            <td>{score.toFixed(3)}</td>
            <td>{`${topLeft.score.toFixed(2)} ${bottomRight.score.toFixed(2)}`}</td>
            <td>{embeddingDistance.toFixed(2)}</td>
            <td title={PAIR_REJECTIONS[reason]}>{SHORT[reason]}</td>
          </Row>
        ))}
      </tbody>
    </table>
  );
}

function Row({
  name,
  title,
  children,
}: {
  readonly name: string;
  readonly title: string;
  readonly children: preact.ComponentChildren;
}) {
  const isChosen = chosen.value === name;
  return (
    <tr class={isChosen ? "chosen" : undefined}>
      <td>
        <button type="button" aria-pressed={isChosen} onClick={() => choosePair(name)}>
          {title}
        </button>
      </td>
      {children}
    </tr>
  );
}
