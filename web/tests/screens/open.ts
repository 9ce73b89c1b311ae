import type { Page } from '@playwright/test';
import type Catalogues from '../../src/words/catalogues';
import type { Locale } from '../../src/words/spoken';
import { CHALLENGE, NOW, usual } from '../answers';
import type { Origin } from '../origin';
import type { Stage } from '../script';
import type { Watch } from '../test';
import { words } from '../words';
import { challenged, type Scene } from './scene';
import { scenes } from './scenes';

interface Place {
  page: Page;
  stage: Stage;
  origin: Origin;
  watch: Watch;
}

/** Opens a screen and brings it into a state. */
export async function open({ page, stage, origin, watch }: Place, screen: keyof Catalogues, state: string, locale: Locale): Promise<void> {
  const scene = scenes(origin.pictures)[screen]![state] as Scene;
  stage.play({ ...usual(origin.pictures), ...scene.script });
  watch.expect(...(scene.expected ?? []));
  if (scene.challenge) {
    watch.allow(CHALLENGE);
    await challenged(page.context(), scene.challenge);
  }
  if (scene.signedIn) await page.addInitScript(() => localStorage.setItem('signed-in', '1'));
  await page.clock.setFixedTime(NOW);
  await page.goto(screen === 'home' && locale === 'ja' ? '/ja' : scene.path);
  await scene.act?.(page, await words(screen, locale));
  await page.locator(scene.seen).first().waitFor();
}
