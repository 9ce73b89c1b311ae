import { plural } from '../plural';

export default {
  title: 'Feedback',
  lead: 'What is good, what is missing, what went wrong? People read it, and you need no account.',
  text: 'Your message',
  hint: 'Please leave out passwords, and names of others.',
  left: (count: number) => plural('en', count, { one: '# character left', other: '# characters left' }),
  over: (count: number) => plural('en', count, { one: '# character too many', other: '# characters too many' }),
  empty: 'Write something first.',
  contact: 'E-mail address, if you want an answer',
  contactFault: 'That is no e-mail address.',
  kept: (days: number) => `Your message is kept for ${days} days and then deleted. If you are signed in, it goes with your account when you erase that.`,
  send: 'Send',
  sending: 'Sending…',
  thanks: 'Thank you',
  thanksText: 'Your message has arrived, and somebody will read it.',
  answer: (contact: string) => `If there is something to answer, we write to ${contact}.`,
  another: 'Write another one',
};
