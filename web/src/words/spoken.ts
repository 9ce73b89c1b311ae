import type Catalogues from './catalogues';

export type Locale = 'en' | 'ja';
export type Common = Catalogues['common'];
export type WordsOf<N extends keyof Catalogues> = Catalogues[N];

const catalogues = import.meta.glob<{ default: unknown }>(['./en/*.ts', './ja/*.ts', '!./*/{challenge,consent,erase,picker,reasons,styles}.ts']);

/** The language of the page, and the words that every page has. Another language is another page. */
export let locale: Locale = 'en';
export let common = {} as Common;
/** The words of what may go wrong; the start page, which asks for nothing, does without them until a dialog opens. */
export let problems = {} as Catalogues['problems'];

export async function speak(language: Locale): Promise<void> {
  locale = language;
  common = await words('common');
}

/** Loads the words of what may go wrong. */
export async function speakOfProblems(): Promise<void> {
  problems = await words('problems');
}

/** Loads the words of a part of the site, in the language of the page. */
export async function words<N extends keyof Catalogues>(name: N): Promise<Catalogues[N]> {
  const load = catalogues[`./${locale}/${name}.ts`];
  if (!load) throw new Error(`no words: ${locale}/${name}`);
  return (await load()).default as Catalogues[N];
}
