/** Where files are dropped or chosen. */
import { useState } from "preact/hooks";
import { filesOf } from "../../components/droppedFiles.ts";
import { nameClasses, openFiles, opening } from "../../state/weights.ts";
import { sortFiles } from "./dropped.ts";

async function take(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const { weights, labels } = sortFiles(files, opening.value.phase === "opened");
  if (weights.length > 0) await openFiles(weights);
  if (labels) await nameClasses(labels);
}

export function FileDrop() {
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can be chosen by the buttons inside, too.
    <div
      class={over ? "file-drop over" : "file-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={async (event) => {
        event.preventDefault();
        setOver(false);
        await take(await filesOf(event.dataTransfer));
      }}
    >
      <p>
        <strong>Drop a checkpoint here</strong>
      </p>
      <div class="row">
        <Choose words="Choose files" />
        <Choose words="Choose a folder" folder />
      </div>
      <small>
        A tar.gz of TensorFlow’s model zoo, a PyTorch file (.pth, .pkl), safetensors, or a model.json with its
        shards. A list of class names (.pbtxt, .txt, .yaml) may come along. Files are read on this machine and
        go nowhere.
      </small>
    </div>
  );
}

function Choose({ words, folder = false }: { readonly words: string; readonly folder?: boolean }) {
  return (
    <label class="button">
      {words}
      <input
        type="file"
        class="visually-hidden"
        multiple
        {...(folder && { webkitdirectory: true })}
        onChange={async ({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // The same file may be chosen again.
          currentTarget.value = "";
          await take(files);
        }}
      />
    </label>
  );
}
