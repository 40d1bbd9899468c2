/** The peaks that were decoded, best first: one is followed through the steps. */
import { plain } from "../../components/numbers.ts";
import { choosePeak, decoded, peak } from "./decode.ts";
import { onPage } from "./steps.ts";

export function PeakTable() {
  const found = decoded.value;
  if (!found) return null;
  // Of several persons; the pose of one person is scored by its keypoints alone.
  const rescored =
    found.family === "poses" &&
    found.candidates.some(({ value, score, weight }) => weight === undefined && value !== score);
  return (
    <>
      <table class="numbers peaks">
        <caption>{onPage(found.summary)}</caption>
        <thead>
          <tr>
            <th scope="col">peak</th>
            <th scope="col">cell</th>
            <th scope="col">value</th>
            <th scope="col">score</th>
            <th scope="col">became</th>
          </tr>
        </thead>
        <tbody>
          {found.candidates.map(({ rank, cell, value, score, label, outcome, detection }, index) => (
            <tr key={index} class={index === peak.value ? "chosen" : undefined}>
              <td>
                <button type="button" aria-pressed={index === peak.value} onClick={() => choosePeak(index)}>
                  {rank}. {label}
                </button>
              </td>
              <td>{`${cell.x},${cell.y}`}</td>
              <td>{plain(value)}</td>
              <td>{score.toFixed(3)}</td>
              <td>{detection === undefined ? OUTCOMES[outcome] : `detection ${detection + 1}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rescored && (
        <p class="note">
          The value is the heatmap's. A pose's score is the value times the mean score of its visible
          keypoints, so that a center without a body comes last.
        </p>
      )}
    </>
  );
}

const OUTCOMES = {
  shown: "shown",
  suppressed: "suppressed",
  threshold: "below the threshold",
  limit: "beyond the limit",
  noArea: "no area",
  outside: "outside",
  classes: "other class",
  score: "low score",
  max: "beyond the number",
} as const;
