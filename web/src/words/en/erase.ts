import { plural } from '../plural';

/** What the form that has everything erased says, wherever it is. */
export default {
  lead: 'What happens then:',
  consequences: (hours: number, days: number): string[] => [
    'At once you are signed out everywhere, nobody can sign in, and what is being drawn is cancelled.',
    `For ${plural('en', hours, { one: '# hour', other: '# hours' })} you may take it back, by a link that we mail you.`,
    `Then everything is deleted, looked for again, and gone from backups: all of it within ${plural('en', days, { one: '# day', other: '# days' })}.`,
    'Credits that are left are lost. If you want money back for them, ask for it before.',
    'Of a purchase stays what tax law asks for: its number, date and amount, without your address. Who drew for us keeps what they were sent for as long as they say.',
    'In the end you get a receipt that anybody can check.',
  ],
  email: 'E-mail address',
  emailHint: 'Whatever we hold of this address is erased, with or without an account.',
  emailFault: 'That is no e-mail address.',
  send: 'Mail me a code',
  sent: (email: string) => `We mailed a code of six digits to ${email}. It proves that this is you.`,
  code: 'Code',
  codeHint: (minutes: number) => plural('en', minutes, { one: 'Good for # minute, in this browser.', other: 'Good for # minutes, in this browser.' }),
  codeFault: 'The code has six digits.',
  erase: 'Erase everything',
  erasing: 'Sending…',
  again: 'Mail another code',
  stop: 'Do not erase',
};
