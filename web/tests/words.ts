import type Catalogues from '../src/words/catalogues';
import type { Locale } from '../src/words/spoken';

/** The words of a part of the site, by which tests find what people read. */
export async function words<N extends keyof Catalogues>(name: N, locale: Locale = 'en'): Promise<Catalogues[N]> {
  return (await import(`../src/words/${locale}/${name}.ts`)).default as Catalogues[N];
}
