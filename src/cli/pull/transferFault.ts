/** A download that stopped for a reason that may pass: it is tried again. Never leaves this folder. */
export class TransferFault extends Error {
  override readonly name = "TransferFault";
}
