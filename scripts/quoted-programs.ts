/**
 * Quotes programs in a page of docs, so that what it shows is what the tests run: between `<!-- program FILE -->` and `<!-- end -->`
 * stands the file without its imports. Called by reference-docs.ts and its test.
 */

const QUOTE = /<!-- program (\S+) -->\n[\s\S]*?<!-- end -->/g;

/** The page with every quote as the file is now. `read` brings the text of a file by its path in the repository. */
export function withPrograms(page: string, read: (file: string) => string): string {
  return page.replace(
    QUOTE,
    (_, file: string) => `<!-- program ${file} -->\n\`\`\`ts\n${bodyOf(read(file))}\n\`\`\`\n<!-- end -->`,
  );
}

/** Without the comment that opens it and its imports, which are the same everywhere. */
function bodyOf(text: string): string {
  return text
    .replace(/^\/\*\*[\s\S]*?\*\/\n/, '')
    .replace(/^import[\s\S]*?;\n/gm, '')
    .trim();
}
