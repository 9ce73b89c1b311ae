import { refusalOf, send, Trouble } from '../../api/call';
import type { Signed } from './passkey';

/** The photo of a case as a picture in memory: grey and blurred, or, signed for, as it is. Nothing stores the answer. */
export async function photoOf(id: string, signed?: Signed): Promise<Blob> {
  const request: RequestInit = { headers: { accept: 'image/jpeg, application/problem+json', ...(signed && { 'content-type': 'application/json' }) }, credentials: 'same-origin', cache: 'no-store' };
  if (signed) Object.assign(request, { method: 'POST', body: JSON.stringify(signed) });
  const response = await send(`/v1/desk/cases/${encodeURIComponent(id)}/${signed ? 'views' : 'preview'}`, request);
  if (!response.ok) throw await refusalOf(response);
  return response.blob().catch(() => {
    throw new Trouble('offline');
  });
}
