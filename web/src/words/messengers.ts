import type { components } from '../api/schema';

export type Messenger = components['schemas']['StickersAddon']['platforms'][number];

/** The messengers by their own names, in every language. */
const messengers: Record<Messenger, string> = { whatsapp: 'WhatsApp', telegram: 'Telegram', signal: 'Signal', imessage: 'iMessage', line: 'LINE', discord: 'Discord' };
export default messengers;
