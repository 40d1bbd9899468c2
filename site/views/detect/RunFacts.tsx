/** Which run the detections are of, and where its time went. */
import { Facts } from "../../components/Facts.tsx";
import { answer } from "../../state/detection.ts";

const STEPS = ["decode", "preprocess", "network", "postprocess"] as const;

export function RunFacts() {
  const result = answer.value;
  if (!result) return null;
  const { times, ranOn, notes, decodedBy, model } = result;
  const total = STEPS.reduce((sum, step) => sum + times[step], 0);
  return (
    <section aria-labelledby="times-heading">
      <h2 id="times-heading">Time, {total.toFixed(0)} ms</h2>
      <div class="time-bar" aria-hidden="true">
        {STEPS.map((step) => (
          <span key={step} class={step} style={{ flexGrow: String(times[step]) }} />
        ))}
      </div>
      <Facts
        of={[
          ...STEPS.map((step) => [step, `${times[step].toFixed(1)} ms`] as const),
          ["loading the model", `${times.load.toFixed(0)} ms, once`],
          ["model", model],
          ["ran on", ranOn],
          [
            "decoded by",
            decodedBy === "browser"
              ? "the browser, whose pixels differ between browsers"
              : "this library, as on the command line",
          ],
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
