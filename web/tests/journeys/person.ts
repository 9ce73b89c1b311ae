import { expect, type Cloud, type Page } from '../cloud';
import { SELFIE } from '../screens/scene';
import type { Watch } from '../test';
import { words } from '../words';

const common = await words('common');
const new_ = await words('new');
const signIn = await words('sign-in');
const generation = await words('generation');

/** Enters an address and the code that is mailed to it, and for a new account, whose test has a watch for us, the age; the dialog is open. */
export async function enter(page: Page, cloud: Cloud, email: string, watch?: Watch): Promise<void> {
  // The API asks a new address for its age by 428, once the code is right; the browser has a line on that.
  watch?.expect(/status of 428/);
  const dialog = page.getByRole('dialog');
  const before = (await cloud.mails(email)).length;
  await dialog.getByLabel(signIn.email).fill(email);
  await dialog.getByRole('button', { name: signIn.send }).click();
  await dialog.getByLabel(signIn.code, { exact: true }).fill(await code(cloud, email, before));
  if (watch) {
    await dialog.getByLabel(signIn.age16).check();
    await dialog.getByRole('button', { name: signIn.open }).click();
  }
  await expect(dialog).toBeHidden();
}

/** The newest code that was mailed to an address, after so many mails. */
export async function code(cloud: Cloud, email: string, before = 0): Promise<string> {
  return (await cloud.mail(email, /(?<![A-Za-z0-9])\d{6}(?![A-Za-z0-9])/, before))[0];
}

/** Signs in from the head of a page. */
export async function signsIn(page: Page, cloud: Cloud, email: string, watch: Watch): Promise<void> {
  await page.goto('/gallery');
  await page.getByRole('banner').getByRole('button', { name: common.signIn, exact: true }).click();
  await enter(page, cloud, email, watch);
}

/** Chooses a picture and agrees to its drawing; one tap is left. */
export async function chooses(page: Page, picture = SELFIE): Promise<void> {
  await page.goto('/new');
  await page.locator('[data-picker=library]').setInputFiles(picture);
  await page.getByRole('checkbox', { name: /agree/ }).check();
}

export const draw = (page: Page) => page.getByRole('button', { name: new RegExp(`^(${new_.draw}|${new_.signInDraw})$`) });

/** Waits until the pictures of the generation that is shown are there. */
export async function isDone(page: Page): Promise<string> {
  await page.getByRole('link', { name: generation.saveAll }).waitFor({ timeout: 90_000 });
  return new URL(page.url()).searchParams.get('id')!;
}

/** Orders a drawing and waits for it; the person is signed in. */
export async function draws(page: Page, picture = SELFIE): Promise<string> {
  await chooses(page, picture);
  await draw(page).click();
  return isDone(page);
}

/** Waits until the draft with its consent is on the device, where the next page finds it. */
export async function isKept(page: Page): Promise<void> {
  const find = (): Promise<boolean> =>
    new Promise((found) => {
      const open = indexedDB.open('studio');
      open.onsuccess = () => {
        const all = open.result.transaction('draft').objectStore('draft').getAll();
        all.onsuccess = () => (open.result.close(), found(all.result.some((draft: { consent?: boolean }) => draft.consent)));
      };
    });
  await expect.poll(() => page.evaluate(find)).toBe(true);
}
