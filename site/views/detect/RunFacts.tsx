/** Which run the detections are of, and where its time went. */
import { Facts } from "../../components/Facts.tsx";
import { answer } from "../../state/detection.ts";

const STEPS = ["decode", "preprocess", "network", "postprocess"] as const;

export function RunFacts() {
  const result = answer.value;
  if (!result) return null;
  const { times, ranOn, notes } = result;
  const total = STEPS.reduce((sum, step) => sum + times[step], 0);
  return (
    <section aria-labelledby="times-heading">
      <h2 id="times-heading">Time, {total.toFixed(0)} ms</h2>
      <Facts
        of={[
          ...STEPS.map((step) => [step, `${times[step].toFixed(1)} ms`] as const),
          ["loading the model", `${times.load.toFixed(0)} ms, once`],
          ["ran on", ranOn],
        ]}
      />
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </section>
  );
}
