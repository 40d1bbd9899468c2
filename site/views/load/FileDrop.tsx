/** Where files are dropped or chosen. */
import { nameClasses, openFiles, opening } from "../../state/weights.ts";
import { sortFiles } from "./dropped.ts";

export async function takeFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const { weights, labels } = sortFiles(files, opening.value.phase === "opened");
  if (weights.length > 0) await openFiles(weights);
  if (labels) await nameClasses(labels);
}

/** @param over whether files are held over the view, all of which takes them. */
export function FileDrop({ over }: { readonly over: boolean }) {
  return (
    <div class={over ? "file-drop over" : "file-drop"}>
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
          await takeFiles(files);
        }}
      />
    </label>
  );
}
