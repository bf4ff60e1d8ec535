/** The result of a command in its dialog, whose code comes after that of the first page: nothing has a result before it was run. */
import { pagePart } from '../shell/page-part.tsx';

export const resultView = pagePart(async () => (await import('./result-view.tsx')).ResultView);
