/** Faces are masked: look, take masks away or draw more, then save. */
import { useEffect } from "preact/hooks";
import { ErrorNote } from "../../components/ErrorNote.tsx";
import { TaskLine } from "../../components/TaskLine.tsx";
import { image } from "../../state/image.ts";
import type { ChosenImage } from "../../worker/session.ts";
import { ImageSources } from "../detect/ImageSources.tsx";
import { ImageStrip, type ItemState, type StripContent } from "../detect/ImageStrip.tsx";
import { ModeLinks } from "../detect/ModeLinks.tsx";
import { MaskSettings } from "./MaskSettings.tsx";
import { MaskStage } from "./MaskStage.tsx";
import { MaskTable } from "./MaskTable.tsx";
import { maskNotes } from "./maskSettings.ts";
import { failure, found, masksOf, searchAgain, searching, startMasking, thumbnailOf } from "./masks.ts";
import { SaveMasked } from "./SaveMasked.tsx";
import { startChecking } from "./stillFound.ts";
import "../../styles/mask.css";

export function MaskView() {
  useEffect(startMasking, []);
  useEffect(startChecking, []);
  return (
    <>
      <section aria-labelledby="image-heading">
        <ModeLinks />
        <h1 id="image-heading" class="visually-hidden">
          Image with masks
        </h1>
        {maskNotes.value.map(({ name, text }) => (
          <p key={name} class="note">
            {text}
          </p>
        ))}
        <MaskStage />
        <ImageStrip content={STRIP} />
        <ImageSources />
        <SearchState />
        <MaskTable />
        <SaveMasked />
      </section>
      <MaskSettings />
    </>
  );
}

function SearchState() {
  if (failure.value) return <ErrorNote error={failure.value} />;
  if (searching.state.value.phase === "running") return <TaskLine of={searching} />;
  if (!image.value || found.value) return null;
  return (
    <p class="address-notes">
      Canceled.
      <button type="button" onClick={searchAgain}>
        Search again
      </button>
    </p>
  );
}

const STRIP: StripContent = { stateOf, thumbnailOf };

function stateOf(own: ChosenImage): ItemState {
  const masks = masksOf(own);
  if (!masks) return { kind: "open", short: "not looked at", words: "not looked at" };
  if (masks.error) return { kind: "failed", short: "✕ error", words: masks.error.message };
  const words = `${masks.count} ${masks.count === 1 ? "mask" : "masks"}`;
  return { kind: "found", short: words, words };
}
