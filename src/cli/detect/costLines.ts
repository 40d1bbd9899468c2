import type { Cost } from "../../cost.ts";
import { formatBytes, formatSeconds } from "../terminal/formatNumber.ts";

/** Shorter runs need no announcement. */
const LONG_SECONDS = 5;
/** An image that costs this many times more than the last that was announced is announced too. */
const MUCH_MORE = 1.5;

/** Says before an image that will take long what it will cost. Images that cost about the same are not announced again. */
export class CostLines {
  private announced = 0;

  constructor(private readonly say: (line: string) => void) {}

  of(image: string): (cost: Cost) => void {
    return ({ seconds = 0, memoryBytes, multiplyAdds }) => {
      if (seconds < LONG_SECONDS || multiplyAdds < this.announced * MUCH_MORE) return;
      this.announced = multiplyAdds;
      const memory = memoryBytes === undefined ? "" : ` and ${formatBytes(memoryBytes)} of memory`;
      this.say(`${image}: will take about ${formatSeconds(seconds)} on this machine${memory}`);
    };
  }
}
