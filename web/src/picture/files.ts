import type { components } from '../api/schema';
import messengers from '../words/messengers';

export type Deliverable = components['schemas']['DeliverableReply'];

/** A picture of a drawing in the formats there are of it. */
export interface Picture {
  /** Its name without the number of the drawing and the format: `covers/banner`. */
  name: string;
  kind: Deliverable['kind'];
  /** The lightest file, to look at. */
  shown: Deliverable;
  /** The files, to save: PNG first. */
  files: Deliverable[];
}

export interface Drawing {
  number: number;
  /** Whole pictures; the drawing itself is the first. All stickers are one picture: they differ in size alone. */
  pictures: Picture[];
  /** Avatars and the favicon, the largest first. */
  avatars: Deliverable[];
}

const ORDER: Deliverable['kind'][] = ['master', 'speech-bubble', 'sticker', 'transparent', 'banner', 'open-graph', 'story', 'wallpaper'];

/** The deliverables of a generation as a person looks at them: by drawing, and one picture for all its formats. */
export function drawingsOf(deliverables: Deliverable[]): Drawing[] {
  const drawings = new Map<number, Deliverable[]>();
  for (const file of deliverables) {
    const number = Number(file.name.match(/^(\d+)\//)?.[1]);
    if (number) drawings.set(number, [...(drawings.get(number) ?? []), file]);
  }
  return [...drawings].sort(([a], [b]) => a - b).map(([number, files]) => ({ number, pictures: picturesOf(files), avatars: avatarsOf(files) }));
}

/** The packs, which hold all drawings, and their icons. */
export function packsOf(deliverables: Deliverable[]): Deliverable[] {
  return deliverables.filter(({ kind }) => kind === 'pack' || kind === 'tray');
}

function picturesOf(files: Deliverable[]): Picture[] {
  const named = new Map<string, Deliverable[]>();
  for (const file of files.filter(({ kind }) => ORDER.includes(kind))) {
    const name = file.kind === 'sticker' ? 'stickers' : file.name.replace(/^\d+\//, '').replace(/\.\w+$/, '');
    named.set(name, [...(named.get(name) ?? []), file]);
  }
  const pictures = [...named].map(([name, of]) => {
    const sorted = of.toSorted((a, b) => Number(b.format === 'png') - Number(a.format === 'png'));
    return { name, kind: sorted[0]!.kind, shown: sorted.reduce((least, file) => (file.bytes < least.bytes ? file : least)), files: sorted };
  });
  return pictures.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

function avatarsOf(files: Deliverable[]): Deliverable[] {
  return files.filter(({ kind }) => kind === 'avatar' || kind === 'favicon').sort((a, b) => b.width - a.width);
}

/** Whether a picture is a scene of another shape than the drawing's square. */
export function isCover({ kind }: Picture): boolean {
  return ['banner', 'open-graph', 'story', 'wallpaper'].includes(kind);
}

/** What a file is called among the files of its picture: its format, or the messenger that takes the sticker. */
export function labelOf(file: Deliverable): string {
  const messenger = Object.entries(messengers).find(([id]) => file.kind === 'sticker' && fileName(file).startsWith(id));
  return messenger?.[1] ?? file.format.toUpperCase();
}

/** The name of a file without its folders: `banner.png`. */
export function fileName({ name }: Deliverable): string {
  return name.split('/').at(-1) ?? name;
}

/** Where an avatar is of use, from its name: `x-linkedin-400` is for X and LinkedIn. */
export function platformOf(avatar: Deliverable): string {
  const platforms: Record<string, string> = {
    youtube: 'YouTube', messenger: 'Telegram, Slack', 'x-linkedin': 'X, LinkedIn', instagram: 'Instagram', twitch: 'Twitch',
    tiktok: 'TikTok', facebook: 'Facebook', pinterest: 'Pinterest', discord: 'Discord', favicon: 'Favicon',
  };
  const stem = fileName(avatar).replace(/-\d+\.\w+$/, '');
  return platforms[stem] ?? stem;
}

const TYPES: Record<Deliverable['format'], string> = { png: 'image/png', webp: 'image/webp', wastickers: 'application/octet-stream', zip: 'application/zip' };

/** The bytes of a file, as a file that can be shared. */
export async function fetchFile(file: Deliverable): Promise<File> {
  const reply = await fetch(file.url, { mode: 'cors', credentials: 'omit' });
  if (!reply.ok) throw new Error(`status ${reply.status}`);
  return new File([await reply.blob()], fileName(file), { type: TYPES[file.format] });
}

/** Whether this browser can share pictures with other apps. */
export function canShare(): boolean {
  const probe = new File([], 'a.png', { type: 'image/png' });
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [probe] });
}

/** Shares files and nothing else: words beside them make some apps drop the files. `false` when it did not work. */
export async function share(files: Deliverable[]): Promise<boolean> {
  try {
    await navigator.share({ files: await Promise.all(files.map(fetchFile)) });
    return true;
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError';
  }
}
