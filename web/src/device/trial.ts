import { call } from '../api/call';
import type { components } from '../api/schema';
import { upload } from '../api/upload';
import { get, put, remove } from './store';

/** What this browser keeps of a trial, so that a reload at any point goes on where it was. */
export interface KeptTrial {
  id: string;
  /** When all of it is deleted. */
  until: string;
  style: components['schemas']['TrialGenerationRequest']['style'];
  /** The picture, until its generation has begun. */
  picture?: Blob;
  /** The one place for it, and its form. */
  upload?: components['schemas']['UploadReply'];
}

export function keepTrial(trial: KeptTrial): Promise<boolean> {
  return put('draft', 'trial', trial);
}

export async function recallTrial(now = Date.now()): Promise<KeptTrial | undefined> {
  const trial = await get<KeptTrial>('draft', 'trial');
  if (!trial || now < Date.parse(trial.until)) return trial;
  await forgetTrial();
}

export function forgetTrial(): Promise<void> {
  return remove('draft', 'trial');
}

/** Sends the picture of a trial and begins its drawing; what was done before a reload is not done again. */
export async function drawTrial(trial: KeptTrial, progress: (share: number) => void): Promise<void> {
  const { picture } = trial;
  if (!picture) return;
  const path = { id: trial.id };
  if (!trial.upload) {
    trial.upload = await call('POST /v1/trials/{id}/uploads', { path, body: { content_type: picture.type, bytes: picture.size } });
    await keepTrial(trial);
  }
  await upload(trial.upload.post, picture, { progress });
  await call('POST /v1/trials/{id}/generations', { path, body: { upload_id: trial.upload.upload_id, style: trial.style } });
  await keepTrial({ id: trial.id, until: trial.until, style: trial.style });
}
