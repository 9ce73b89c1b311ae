import type en from '../en/sign-in';

const words: typeof en = {
  title: 'ログイン',
  why: 'コードをメールで送ります。パスワードは不要で、選んだ内容はそのまま残ります。',
  email: 'メールアドレス',
  emailFault: 'メールアドレスの形式が正しくありません。',
  send: 'コードを送る',
  sent: (email) => `${email} に6桁のコードを送りました。`,
  code: 'コード',
  codeHint: (minutes) => `このブラウザで${minutes}分間有効です。`,
  codeFault: 'コードは6桁の数字です。',
  enter: 'ログイン',
  again: 'コードを送り直す',
  againIn: (time) => `${time}後に送り直せます`,
  change: '別のアドレスにする',
  spam: '届かないときは、迷惑メールのフォルダもご確認ください。',
  ageHeading: 'アカウントを作る前に',
  ageText: '年齢を教えてください。お答えの内容だけを保存し、生年月日は保存しません。',
  age16: '16歳以上です',
  age13: '13〜15歳で、欧州経済領域とイギリス以外に住んでいます',
  ageYounger: 'それより年下です',
  ageRefused: 'まだアカウントを作れません。情報は何も保存されません。対象の年齢になったらまたお越しください。',
  open: 'アカウントを作る',
};
export default words;
