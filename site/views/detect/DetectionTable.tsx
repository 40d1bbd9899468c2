/** The detections in numbers: what the boxes over the image show, for readers too. */
import { SEEN_KEYPOINT } from "centernet";
import { score } from "../../state/settings.ts";
import type { DetectAnswer } from "../../worker/detect.ts";
import { colorClass, marked } from "./marked.ts";

export function DetectionTable({
  of: { detections: all, nothingFound },
}: {
  readonly of: Pick<DetectAnswer, "detections" | "nothingFound">;
}) {
  const found = all.filter((each) => each.score >= score.value);
  if (found.length === 0) {
    const best = all[0];
    return (
      <p class="empty-note">
        {best
          ? `No detection reaches the score. The best candidate has ${best.score.toFixed(2)}: lower the score.`
          : nothingFound}
      </p>
    );
  }
  return (
    <table class="numbers">
      <caption>
        {found.length} of {all.length} candidates
      </caption>
      <thead>
        <tr>
          <th scope="col">label</th>
          <th scope="col">score</th>
          <th scope="col">
            box <small>left, top, right, bottom</small>
          </th>
          <th scope="col">keypoints</th>
        </tr>
      </thead>
      <tbody>
        {found.map(({ label, score: reached, box, keypoints }, index) => (
          <tr
            key={index}
            tabIndex={0}
            onMouseEnter={() => (marked.value = index)}
            onMouseLeave={() => (marked.value = undefined)}
            onFocus={() => (marked.value = index)}
            onBlur={() => (marked.value = undefined)}
          >
            <td>
              <span class={`swatch ${colorClass(index)}`} aria-hidden="true" />
              {label}
            </td>
            <td>{reached.toFixed(3)}</td>
            <td>{[box.xmin, box.ymin, box.xmax, box.ymax].map(Math.round).join(", ")}</td>
            <td>
              {keypoints &&
                `${keypoints.filter((point) => point.score >= SEEN_KEYPOINT).length}/${keypoints.length}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
