/** The question before something is done with many rows, whose code comes after that of the first page: nobody is asked it before they have selected some. */
import { pagePart } from '../shell/page-part.tsx';

export const bulkDialog = pagePart(async () => (await import('./bulk-dialog.tsx')).BulkDialog);
