import { expect, test } from '../cloud';
import { SELFIE } from '../screens/scene';
import { words as wordsOf } from '../words';

const words = await wordsOf('instant');

test.use({ profile: 'ephemeral' });

test('a deployment that keeps nothing draws at once', async ({ page, cloud }) => {
  await page.goto('/');
  await page.getByRole('banner').getByRole('link').last().click();
  await page.waitForURL('**/instant');
  await page.locator('[data-picker=library]').setInputFiles(SELFIE);
  await page.getByRole('checkbox', { name: /agree/ }).check();
  await page.getByLabel(words.age).check();
  await page.getByRole('button', { name: words.draw }).click();
  await expect(page.locator('main a[download]')).toBeVisible({ timeout: 60_000 });
  expect((await cloud.objects('')).size).toBe(0);
});
