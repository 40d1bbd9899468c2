/** What the files are for that a user drops together. */

/** Lists of classes; weights never have these names. */
const LABELS = /\.(pbtxt|txt|ya?ml|names)$/i;

export interface Dropped {
  readonly weights: readonly File[];
  /** Names the classes. */
  readonly labels?: File;
}

/** Without weights, a list of classes is for those that are open; with none open, the library says what is wrong. */
export function sortFiles(files: readonly File[], isOpen: boolean): Dropped {
  // A checkpoint's own label map is read with it.
  if (files.some(({ name }) => name.endsWith(".index"))) return { weights: files };
  const lists = files.filter(({ name }) => LABELS.test(name));
  const weights = files.filter((file) => !lists.includes(file));
  if (weights.length > 0 || isOpen) return { weights, labels: lists[0] };
  return { weights: files };
}
