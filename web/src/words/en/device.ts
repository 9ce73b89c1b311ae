import { plural } from '../plural';
import type { Kept } from '../../device/kept';

/** What it is, what it is for, and until when. */
const kept: Record<Kept, [what: string, why: string, until: string]> = {
  draft: ['The order you are writing', 'So that a reload, a crash or a sign-in loses nothing: your picture and your choices.', 'For a day, or until you order or sign out.'],
  trial: ['Your trial', 'So that you find it again: which one it is, and its picture until that was sent.', 'Until the trial ends, after a day.'],
  selfies: ['Pictures you had drawn', 'To compare them with the drawing, and to draw again.', 'For a day, or until you sign out.'],
  pictures: ['Drawings you looked at', 'So that they show at once, and without a connection. The latest 400.', 'Until you sign out.'],
  pages: ['Empty pages of this site', 'So that it opens without a connection. Nothing of you is in them.', 'Until a newer version takes their place. They come back with your next visit.'],
  'signed-in': ['That you are signed in', 'So that the page asks who you are only when there is somebody.', 'Until you sign out.'],
  device: ['A random name for this browser', 'So that steps are counted once a day and not twice. Nobody knows whose it is.', 'Until you forget it; a new one is made when something is counted.'],
  uncounted: ['That you do not want to be counted', 'So that this browser says nothing of what you do.', 'Until you take it back.'],
  erasure: ['Your request to erase everything', 'Its key, so that you can follow it here, take it back in time and get its receipt. The link that we mailed you has it, too.', 'Until you forget it.'],
  locale: ['Your language', 'So that the page speaks it from the start.', 'Until you choose another.'],
  theme: ['Light or dark', 'So that the page does not flash.', 'Until you choose another.'],
  deleting: ['A drawing you are deleting', 'So that the gallery deletes it after the seconds in which you can undo it.', 'For a moment, or until you close the tab.'],
};

export default {
  title: 'On this device',
  lead: 'All that this site keeps in this browser, read from it just now. Nothing here is sent anywhere.',
  kept,
  here: (count: number) => plural('en', count, { one: '# kept', other: '# kept' }),
  none: 'Nothing kept',
  value: (value: string) => `It is “${value}”.`,
  forget: 'Forget',
  forgetWhat: (what: string) => `Forget: ${what}`,
  forgotten: (what: string) => `Forgotten: ${what}`,
  allHeading: 'Everything at once',
  allText: 'Drafts that were not ordered are lost. If you are signed in, you are signed out everywhere. What is in your account stays.',
  all: 'Forget everything',
  allDone: 'All of it was removed from this device.',
  cookiesHeading: 'Cookies',
  cookiesText: 'This site sets only these. They are closed to scripts, so this page cannot see them: signing out ends the first, and your browser’s settings remove any.',
  cookies: [
    ['session', 'Keeps you signed in.', 'Until you sign out.'],
    ['sign-in', 'Says that it was this browser that asked for a code.', 'As long as the code is good.'],
    ['trial', 'Says that a trial is yours.', 'Until the trial ends.'],
    ['locale', 'Remembers the language of your account.', 'For a year.'],
  ] as [name: string, why: string, until: string][],
  noCookies: 'None at all.',
  countHeading: 'Being counted',
  countText: 'We count steps such as “a picture was chosen”, under the random name above and never with pictures, words or addresses.',
  uncounted: 'Do not count this browser',
  asksAlready: 'Your browser asks every site not to count you (Global Privacy Control or Do Not Track): nothing is counted here.',
  countedOff: 'This browser is not counted any more, and its name is forgotten.',
  countedOn: 'This browser is counted again.',
  account: 'If you are signed in, your account can object for all your browsers, on this page:',
  more: 'What we keep on our side',
};
