/** How large a graph is drawn: in heights of a row of a table, so that it goes with density and size of text. */
import type { GraphLayout, PlacedNode } from './graph-layout.ts';

/** Pixels. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface GraphSizes {
  readonly width: number;
  readonly height: number;
  readonly placeOf: (placed: PlacedNode) => Place;
}

/** In rows: a card and what is between two cards, beside and below each other. */
const CARD_WIDTH = { least: 5.5, most: 9 } as const;
const CARD_HEIGHT = 1.4;
const BESIDE = 2.4;
const BELOW = 0.3;

/**
 * @param row height of a row of a table
 * @param available width that there is; null before it was measured
 */
export function graphSizes(
  { columns, lines }: Pick<GraphLayout, 'columns' | 'lines'>,
  row: number,
  available: number | null,
): GraphSizes {
  const gaps = (columns - 1) * BESIDE * row;
  const fitting = available === null ? CARD_WIDTH.most * row : (available - gaps) / Math.max(1, columns);
  const width = Math.floor(Math.min(CARD_WIDTH.most * row, Math.max(CARD_WIDTH.least * row, fitting)));
  const height = Math.round(CARD_HEIGHT * row);
  const line = height + Math.round(BELOW * row);
  return {
    width: columns * width + gaps,
    height: Math.max(0, lines * line - (line - height)),
    placeOf: (placed) => ({
      left: placed.column * (width + BESIDE * row),
      top: Math.round(placed.line * line),
      width,
      height,
    }),
  };
}
