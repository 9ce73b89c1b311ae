import { plural } from '../plural';
import type { components } from '../../api/schema';
import reasons from './reasons';
import styles from './styles';

type Summary = components['schemas']['GenerationSummary'];
type Kind = components['schemas']['DeliverableReply']['kind'];
type Blocked = components['schemas']['BlockedReply'];
type Decision = components['schemas']['DecisionReply'];
type Provenance = components['schemas']['DeliverableReply']['provenance'];

const kinds: Record<Kind, string> = {
  master: 'Drawing',
  transparent: 'Cut out',
  'speech-bubble': 'With the bubble',
  avatar: 'Avatar',
  favicon: 'Favicon',
  'open-graph': 'Link preview',
  banner: 'Banner',
  story: 'Story',
  wallpaper: 'Wallpaper',
  sticker: 'Sticker',
  tray: 'Icon of a pack',
  pack: 'Pack',
};

const provenance: Record<Provenance, string> = {
  c2pa: 'Signed: its Content Credentials say how it was made',
  xmp: 'Says in its metadata how it was made',
  manifest: 'Listed in the signed list of the zip',
  members: 'Its files say how they were made',
};

/** Of a photo that was blocked: what was found is not said in more words, as whoever reads along need not know. */
const blocked = {
  categories: {
    'needs-review': 'The check is not sure about this photo.',
    'content-rules': 'The check found something that our terms may not allow.',
  } satisfies Record<Blocked['category'], string>,
  automatic: 'A program blocked it, and a person looks at it.',
  resumed: 'A person looked at it: it is drawn after all.',
  decidedBy: 'Decision',
  by: (time: string) => `By ${time}`,
  decided: 'Decided',
  outcomes: { uphold: 'It stays blocked.', overturn: 'It was not to be blocked.' } satisfies Record<Decision['outcome'], string>,
  grounds: {
    sexual: 'Ground: sexual content.',
    violence: 'Ground: violence.',
    'self-harm': 'Ground: self-harm.',
    hate: 'Ground: hate.',
    'child-safety': 'Ground: the safety of children.',
    'not-theirs': 'Ground: a person who did not agree.',
    'other-terms': 'Ground: another rule of the terms.',
    allowed: 'Ground: none.',
  } satisfies Record<Decision['ground'], string>,
  photo: 'Your photo',
  photoUntil: (time: string, when: string) => `Deleted ${when}, on ${time}, whatever is decided`,
  photoGone: 'Deleted',
  appeal: 'Appeal',
  appeals: {
    possible: 'You may appeal once. Another person than the first decides.',
    open: 'You appealed. Another person than the first decides.',
    upheld: 'You appealed, and another person decided that it stays blocked. You may still go to a court.',
    overturned: 'You appealed, and were right.',
    'not-needed': 'Not needed.',
  } satisfies Record<Blocked['appeal'], string>,
  sendAgain: 'You were right, but the photo was deleted by then. Send it again.',
  appealBegin: 'Appeal',
  appealText: 'Why should it not be blocked?',
  appealHint: 'Who decides reads this beside the photo.',
  appealLeft: (count: number) => plural('en', count, { one: '# character left', other: '# characters left' }),
  appealOver: (count: number) => plural('en', count, { one: '# character too many', other: '# characters too many' }),
  appealEmpty: 'Write a sentence or two.',
  appealSend: 'Send the appeal',
};

export default {
  title: 'Drawing',
  styles,
  reasons,
  kinds,
  provenance,
  blocked,
  states: { queued: 'Waiting for its turn', screening: 'Checking the picture', drawing: 'Drawing', finishing: 'Cutting avatars and stickers', done: 'Done', blocked: 'Not accepted', failed: 'Not drawn' } satisfies Record<Summary['state'], string>,
  yours: 'Your picture',
  leave: 'You may close this page. It goes on without you, and we mail you when it is ready.',
  notify: 'Tell me here when it is ready',
  notifyOn: 'You are told when it is ready, as long as this tab is open.',
  notifyDenied: 'This browser does not allow notifications from here.',
  ready: 'Your drawing is ready',
  ended: 'Your drawing has ended',
  cancel: 'Cancel',
  cancelHeading: 'Cancel this drawing?',
  cancelEarly: 'Nothing is drawn yet: all its credits come back.',
  cancelLate: 'What is drawn already is charged; the rest of the credits comes back. The pictures are deleted.',
  cancelYes: 'Cancel the drawing',
  cancelNo: 'Let it go on',
  cancelled: 'Cancelled',
  heading: (style: string, count: number) => plural('en', count, { one: style, other: `${style}, # drawings` }),
  made: (date: string) => `Made ${date}`,
  drawing: (number: number) => `Drawing ${number}`,
  saveAll: 'Save all',
  zip: (size: string) => `zip, ${size}`,
  share: 'Share',
  stickers: 'Add to a messenger',
  again: 'Again',
  remove: 'Delete',
  open: (name: string) => `Look at it: ${name}`,
  avatars: 'Avatars',
  avatarsText: 'Each stays whole under a circle.',
  pictures: 'Pictures',
  packs: 'Packs',
  save: (name: string) => `Save ${name}`,
  size: (width: number, height: number) => `${width} × ${height}`,
  noCharge: 'Nothing was charged.',
  deletes: (days: number) => plural('en', days, { one: 'The picture itself is deleted within # day, or at once if you like.', other: 'The picture itself is deleted within # days, or at once if you like.' }),
  removeNow: 'Delete it now',
  newPicture: 'Try another picture',
  seed: (seed: number) => `Seed ${seed}`,
  credentials: 'Every picture says that it is drawn.',
  credentialsText: 'Content Credentials are signed into the files, and the selfie is in none of them.',
  verify: 'Check one',
  viewer: 'Picture',
  previous: 'The one before',
  following: 'The next one',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  compare: 'Compare with the photo',
  compareSlider: 'How much of the photo is seen',
  shareFailed: 'This browser could not share it. Save it instead.',
  none: 'Which drawing?',
  noneText: 'This address names none.',
};
