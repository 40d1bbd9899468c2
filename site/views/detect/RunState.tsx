/** Why there is no result yet, or none at all, and the ways on. */
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { answer, resume, run } from "../../state/detection.ts";
import { image } from "../../state/image.ts";
import { openView, setParams } from "../../state/route.ts";
import { chooseBackend, settings } from "../../state/settings.ts";
import { models, openFiles } from "../../state/weights.ts";
import type { Progress } from "../../worker/call.ts";
import { WorkerError } from "../../worker/client.ts";

export function RunState() {
  const state = run.value;
  if (state.phase === "failed") {
    return (
      <>
        <ErrorNote error={state.error} />
        <Remedies error={state.error} />
      </>
    );
  }
  if (state.phase === "running") return answer.value ? null : <Wait progress={state.progress} />;
  if (state.phase !== "canceled") return null;
  return (
    <p class="address-notes">
      Canceled.
      <button type="button" onClick={resume}>
        Run again
      </button>
    </p>
  );
}

/** What the line of state says, too, but where a first result is waited for and whole on narrow screens. */
function Wait({ progress: { text, fraction } }: { readonly progress: Progress }) {
  return (
    <p class="task wait" aria-hidden="true">
      <progress max={1} {...(fraction !== undefined && { value: fraction })} />
      <span>{text}</span>
    </p>
  );
}

interface Remedy {
  readonly words: string;
  readonly apply: () => void;
}

/** What the error's sentence advises, to be clicked. */
function Remedies({ error }: { readonly error: Error }) {
  const remedies = remediesOf(error);
  if (remedies.length === 0) return null;
  return (
    <div class="row">
      {remedies.map(({ words, apply }) => (
        <button key={words} type="button" onClick={apply}>
          {words}
        </button>
      ))}
    </div>
  );
}

/** What the library calls files that may hold weights. */
const WEIGHTS = /weights|archive|gzip|pickle|model|label map/;

/** What the page's worker says of weights that it could not fetch. */
const UNANSWERED = /expected its weights, got no /;

function remediesOf(error: Error): Remedy[] {
  const source = image.value?.source;
  if (error.name === "ImageError" && source instanceof File && WEIGHTS.test(error.message)) {
    return [{ words: "Open it in Load", apply: () => openInLoad(source) }];
  }
  const again = { words: "Run again", apply: resume };
  if (UNANSWERED.test(error.message)) return [again];
  if (!["BackendError", "WorkerError"].includes(error.name)) return [];
  const { backend } = settings.value;
  const lacksMemory = error instanceof WorkerError && error.lacksMemory;
  if (lacksMemory) return [...forMemory(error.message), again];
  // Every browser has one of the two.
  const other = backend === "wasm" ? "cpu" : "wasm";
  return [
    { words: `Run on ${other}`, apply: () => chooseBackend(other) },
    ...(backend === "cpu" ? [] : [again]),
  ];
}

function openInLoad(file: File): void {
  void openFiles([file]);
  openView("load", { image: undefined });
}

/** Less memory for the same numbers first, if the library says that it suffices; then a smaller input. */
function forMemory(sentence: string): Remedy[] {
  const { model, weights, inputSize } = settings.value;
  const known = weights === undefined ? models.value?.find(({ name }) => name === model) : undefined;
  const side = inputSize ?? known?.defaultSize.width ?? 0;
  const smaller = known?.squares?.regular.filter((each) => each < side).at(-1);
  return [
    ...(sentence.includes("low memory")
      ? [{ words: "Use low memory", apply: () => setParams({ memory: "low" }) }]
      : []),
    ...(smaller
      ? [{ words: `Use ${smaller} × ${smaller}`, apply: () => setParams({ size: String(smaller) }) }]
      : []),
  ];
}
