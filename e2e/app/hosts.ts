/**
 * In which hosts a spec runs, by the first word of its file's name. Both hosts serve the same build of the window, and what
 * it asks and is told goes through the same contract: what the window alone decides (its addresses, keys, questions, layout
 * and words) is tried in one of them, the one whose pages take less processor time. What a host carries out is tried in both:
 * processes that start, crash and end, windows, files, sessions, records and streams, and every page once in each Chromium.
 * scripts/spec-hosts.test.ts holds specs to it.
 */

/** Specs that a project does not run. */
export const NOT_OF = {
  electron: /\/(headless|window)-[^/]+\.spec\.ts$/,
  headless: /\/electron-[^/]+\.spec\.ts$/,
} as const;
