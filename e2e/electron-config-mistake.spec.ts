/** The desktop app is started on a configuration file with a mistake. */
import { expect, test } from './desktop.ts';

test.use({
  exactConfig: true,
  config: '[ircd]\nlisten = "everywhere"\n',
});

test('the window opens all the same and names file, line and key', async ({ desktop }) => {
  const alert = desktop.page.getByRole('alert').filter({ hasText: 'mistake' });
  await expect(alert).toContainText(/signalbox\.toml(:|, line )2\b/);
  await expect(alert).toContainText('ircd.listen');
});
