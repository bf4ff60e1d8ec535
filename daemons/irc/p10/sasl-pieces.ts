/** Messages of SASL in pieces of 400 bytes, as clients and links carry them: one that is shorter is the last. Pure. */

/** The longest piece; one of that length is followed by another. */
export const SASL_PIECE_BYTES = 400;

/** An empty message, or the end of one whose last piece was whole. */
export const EMPTY_PIECE = '+';

/** The pieces of a message. @param data base64; empty for an empty message */
export function saslPieces(data: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < data.length; at += SASL_PIECE_BYTES)
    pieces.push(data.slice(at, at + SASL_PIECE_BYTES));
  if (data.length % SASL_PIECE_BYTES === 0) pieces.push(EMPTY_PIECE);
  return pieces;
}

/** A message with another piece. */
export function joinPiece(text: string, piece: string): string {
  return piece === EMPTY_PIECE ? text : text + piece;
}
