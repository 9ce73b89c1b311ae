import { plural } from '../plural';
import styles from './styles';

export default {
  title: 'Gallery',
  heading: 'Gallery',
  styles,
  running: 'Being drawn now',
  states: { queued: 'Waiting', screening: 'Checking', drawing: 'Drawing', finishing: 'Finishing', done: 'Done', blocked: 'Not accepted', failed: 'Not drawn' },
  drawings: (count: number) => plural('en', count, { one: '# drawing', other: '# drawings' }),
  remove: 'Delete',
  removeOf: (style: string, date: string) => `Delete ${style}, ${date}`,
  removed: 'Deleted.',
  removeFailed: 'It could not be deleted. It is still here.',
  more: 'Show more',
  empty: 'Nothing here yet',
  emptyText: 'Your drawings are kept here for as long as your account is.',
  begin: 'Draw my selfie',
  signedOut: 'Your drawings are behind your sign-in.',
  noPreview: 'No preview',
};
