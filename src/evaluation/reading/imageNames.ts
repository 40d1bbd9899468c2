import type { AnnotatedImage } from "./annotations.ts";

/** Finds the annotated image of a file: by the end of its path, then by a base name that only one has. */
export class ImageNames {
  private readonly byBaseName = new Map<string, number[]>();

  constructor(private readonly images: readonly AnnotatedImage[]) {
    for (const [i, { fileName }] of images.entries()) {
      const name = baseName(fileName);
      const same = this.byBaseName.get(name);
      if (same) same.push(i);
      else this.byBaseName.set(name, [i]);
    }
  }

  /** The image's index, or undefined. */
  find(path: string): number | undefined {
    const whole = `/${path.replaceAll("\\", "/")}`;
    const same = this.byBaseName.get(baseName(path)) ?? [];
    const matching = same.filter((i) => whole.endsWith(`/${this.images[i].fileName.replaceAll("\\", "/")}`));
    const [longest] = matching.sort(
      (a, b) => this.images[b].fileName.length - this.images[a].fileName.length,
    );
    return longest ?? (same.length === 1 ? same[0] : undefined);
  }
}

function baseName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}
