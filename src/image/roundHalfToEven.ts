/** To the nearest whole number, ties to the even one, as IEEE 754 and the libraries followed here round. */
export function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const isTie = value - below === 0.5;
  return isTie && below % 2 === 0 ? below : Math.floor(value + 0.5);
}
