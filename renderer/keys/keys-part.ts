/** The list of keys, whose code comes after that of the first page. */
import { pagePart } from '../shell/page-part.tsx';

export const keysDialog = pagePart(async () => (await import('./keys-dialog.tsx')).KeysDialog);
