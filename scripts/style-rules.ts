/**
 * Two habits of this code base that Biome has no rule for. A field is private by `#`, not by a word that only the type
 * checker knows; and an element that is known to be there is taken with `!`, not with a cast that could also change its
 * type. Used by check-sources.ts.
 */
import { isNode, type SourceNode, walk } from './source-tree.ts';

function breachOf(node: SourceNode): string | null {
  const isMember = node.type === 'PropertyDefinition' || node.type === 'MethodDefinition';
  if (isMember && node.accessibility === 'private' && node.kind !== 'constructor')
    return 'a private member is written with #, not with "private"';
  if (node.type !== 'TSAsExpression' || !isNode(node.expression) || !isNode(node.typeAnnotation)) return null;
  const { expression, typeAnnotation } = node;
  const isElement = expression.type === 'MemberExpression' && expression.computed === true;
  const isPlain = ['TSNumberKeyword', 'TSStringKeyword', 'TSBigIntKeyword'].includes(typeAnnotation.type);
  return isElement && isPlain ? 'an element that is known to be there is taken with !, not with "as"' : null;
}

/** Every breach in a file, a line each. */
export function styleBreaches(file: string, text: string, tree: SourceNode): string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    const breach = breachOf(node);
    if (breach !== null) found.push(`${file}:${text.slice(0, node.start).split('\n').length}: ${breach}`);
  });
  return found;
}
