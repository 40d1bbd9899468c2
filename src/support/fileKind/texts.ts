import type { FileKind } from "./kind.ts";

const NAME_FOLDER = "Name the checkpoint's folder instead.";

/** How texts begin, in lower case. */
const TEXTS: readonly [beginning: RegExp, kind: FileKind][] = [
  [
    /^version https:\/\/git-lfs/,
    {
      family: "text",
      what: "a Git LFS pointer, not the file itself",
      hint: "Fetch the file with git lfs pull.",
    },
  ],
  [
    /^(<!--((?!-->)[\s\S])*-->\s*)*(<!doctype html|<html|<head|<body)/,
    {
      family: "text",
      what: "an HTML page",
      hint: "This is a web page. Check the address and download the file itself.",
    },
  ],
  [/^<([?!][\s\S]*<)?svg/, { family: "image", what: "an SVG drawing" }],
  [
    /^(<\?xml[^>]*>\s*)?<error>/,
    {
      family: "text",
      what: "an error message of a storage server (XML)",
      hint: "Check the address and its permissions, and download the file again.",
    },
  ],
  [/^<\?xml/, { family: "text", what: "an XML file" }],
  [/^%pdf/, { family: "other", what: "a PDF document" }],
  [/^yuv4mpeg2/, { family: "video", what: "a video (Y4M)" }],
  [/^p[1-7]\s/, { family: "image", what: "a Netpbm image" }],
  [
    /^\{\s*"(error|errors|message|detail|code|status)"/,
    {
      family: "text",
      what: "a JSON error message",
      hint: "Check the address and its permissions, and download the file again.",
    },
  ],
  [/^\{/, { reader: "json", family: "text", what: "JSON text" }],
  [/^\[/, { reader: "jsonList", family: "text", what: "JSON text" }],
  [
    /^(#[^\n]*\n\s*)*model\s*\{/,
    { family: "text", what: "a pipeline.config, not the weights", hint: NAME_FOLDER },
  ],
  [
    /^model_checkpoint_path\s*:/,
    { family: "text", what: "the note of which checkpoint is the latest", hint: NAME_FOLDER },
  ],
  [
    /^item\s*\{/,
    {
      reader: "labelMap",
      family: "text",
      what: "a label map",
      hint: "Give it as the option labelMap.",
    },
  ],
];

/** Undefined if the bytes are not text. */
export function textKind(beginning: Uint8Array): FileKind | undefined {
  const text = textOf(beginning);
  if (text === undefined) return undefined;
  const known = TEXTS.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? { reader: "text", family: "text", what: "a text file" };
}

/** Trimmed and in lower case. */
function textOf(beginning: Uint8Array): string | undefined {
  if (beginning.some(isControl)) return undefined;
  try {
    // With `stream`, the last character may be cut in two.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: true });
    return text.trimStart().toLowerCase();
  } catch {
    return undefined;
  }
}

function isControl(byte: number): boolean {
  return (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f;
}
