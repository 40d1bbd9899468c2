/** What is open: how far its reading is, what it is, or what is wrong with it. */
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { Select } from "../../components/Select.tsx";
import { openView } from "../../state/route.ts";
import { cancelOpening, models, openAs, opening } from "../../state/weights.ts";
import { chooseImages, IMAGE_NAME } from "../detect/sources.ts";
import { WeightsFacts } from "./WeightsFacts.tsx";

export function Opened() {
  const state = opening.value;
  if (state.phase === "empty") {
    return (
      <>
        <h2 id="opened-heading">What a file is</h2>
        <p class="empty-note">
          Open one to see its model, its size and the memory that it needs, before it runs.
        </p>
      </>
    );
  }
  return (
    <>
      <h2 id="opened-heading">{state.chosen.title}</h2>
      {state.phase === "opening" && (
        <div class="row">
          <progress
            max={1}
            {...(state.progress.fraction !== undefined && { value: state.progress.fraction })}
            aria-label={state.progress.text}
          />
          <button type="button" onClick={cancelOpening}>
            Cancel
          </button>
          <small>{state.progress.text}</small>
        </div>
      )}
      {state.phase === "failed" && (
        <>
          <ErrorNote error={state.error} />
          {areImages(state.chosen.files, state.error) ? (
            <button type="button" onClick={() => openInDetect(state.chosen.files)}>
              Open {state.chosen.files?.length === 1 ? "it" : "them"} in Detect
            </button>
          ) : (
            state.chosen.weights !== undefined && <AsModel chosen={state.chosen.model} />
          )}
        </>
      )}
      {state.phase === "opened" && <WeightsFacts chosen={state.chosen} description={state.description} />}
    </>
  );
}

/** Whether what was given as weights is for detecting in. */
function areImages(files: readonly File[] = [], error: Error): boolean {
  if (files.length > 1) return files.every(({ name }) => IMAGE_NAME.test(name));
  return files.length === 1 && error.message.endsWith("Images are for the view Detect.");
}

function openInDetect(files: readonly File[] = []): void {
  cancelOpening();
  openView("detect", {});
  chooseImages(files);
}

/** Some files do not say which model they are. */
function AsModel({ chosen }: { readonly chosen?: string }) {
  const names = models.value?.map(({ name }) => [name, name] as const) ?? [];
  return (
    <Select
      label="If the file does not say its model, choose it"
      value={chosen ?? ""}
      values={[["", "as the file says"], ...names]}
      onChoose={(name) => openAs(name === "" ? undefined : name)}
    />
  );
}
