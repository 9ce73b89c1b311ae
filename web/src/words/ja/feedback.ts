import { plural } from '../plural';
import type en from '../en/feedback';

const words: typeof en = {
  title: 'ご意見',
  lead: 'よかったこと、足りないこと、困ったことをお聞かせください。担当者が読みます。アカウントは不要です。',
  text: 'メッセージ',
  hint: 'パスワードや、ほかの方のお名前は書かないでください。',
  left: (count) => `あと${plural('ja', count, { other: '#' })}文字`,
  over: (count) => `${plural('ja', count, { other: '#' })}文字超えています`,
  empty: 'メッセージを入力してください。',
  contact: 'メールアドレス（返信をご希望の場合）',
  contactFault: 'メールアドレスの形式が正しくありません。',
  kept: (days) => `メッセージは${days}日間保存したあと削除します。ログイン中に送った場合は、アカウントの消去とともに消えます。`,
  send: '送信する',
  sending: '送信しています…',
  thanks: 'ありがとうございます',
  thanksText: 'メッセージを受け取りました。担当者が拝読します。',
  answer: (contact) => `お返事が必要な場合は、${contact} にご連絡します。`,
  another: 'もう一つ書く',
};
export default words;
