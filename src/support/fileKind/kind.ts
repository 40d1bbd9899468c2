/** What a file is, as `fileKind` tells it. */
export interface FileKind {
  /** The kinds that readers here take. */
  readonly reader?:
    | "jpeg"
    | "png"
    | "safetensors"
    | "torch"
    | "onnx"
    | "gzip"
    | "tar"
    | "json"
    | "jsonList"
    | "labelMap"
    | "text";
  /** What it is good for: this decides the way out for whoever meant another file. */
  readonly family: "image" | "video" | "weights" | "archive" | "text" | "other";
  /** With an article: "a WebP image". */
  readonly what: string;
  /** The way out if the kind has one of its own, as a sentence. */
  readonly hint?: string;
}
