/** How many files were written, and the first of them: all that is said of them in the end. */
export class WrittenFiles {
  count = 0;
  first = "";

  add(path: string): void {
    if (this.count++ === 0) this.first = path;
  }
}
