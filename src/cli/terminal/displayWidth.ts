let segmenter: Intl.Segmenter | undefined;

/** Made once it is needed: that takes some milliseconds. */
function graphemesOf(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

const NARROW = /^[ -~…]*$/;

/** Characters that terminals draw two columns wide: East Asian scripts and emoji. */
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** The number of terminal columns that the text takes. */
export function displayWidth(text: string): number {
  // Nearly all text; splitting it into graphemes takes a hundred times as long.
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += columnsOf(segment);
  return width;
}

/** Shortens the text to `columns` by replacing its start with an ellipsis: a path's end says the most. */
export function shortenStart(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const segments = Array.from(graphemesOf(text), ({ segment }) => segment);
  let width = 1;
  let start = segments.length;
  while (start > 0 && width + columnsOf(segments[start - 1]) <= columns) {
    start--;
    width += columnsOf(segments[start]);
  }
  return `…${segments.slice(start).join("")}`;
}

function columnsOf(grapheme: string): number {
  return WIDE.test(grapheme) ? 2 : 1;
}

/** Breaks the text between words into lines of at most `width` characters; a longer word gets its own line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
