import type { components } from '../../api/schema';

type Style = components['schemas']['GenerationRequest']['style'];

/** The styles by their ids: the service names them in English alone. */
const styles: Record<Style, [name: string, description: string]> = {
  'soft-anime': ['Soft anime', 'Calm colours, fine tinted lines'],
  'bold-cel': ['Bold cel', 'Loud flat colours, hard shadows'],
  'ink-manga': ['Ink manga', 'Black ink and screentone'],
  watercolour: ['Watercolour', 'Washes that bleed into the paper'],
  'pop-poster': ['Pop poster', 'A screen print with halftone dots'],
  pixel: ['Pixel', 'A portrait of a 16-bit game'],
};
export default styles;
