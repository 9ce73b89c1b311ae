import type en from '../en/account';

const words: typeof en = {
  title: 'アカウント',
  why: 'ログインするとアカウントを確認できます。初めての方は、ログインするとアカウントが作られます。',
  email: 'メールアドレス',
  since: '開設日',
  wallet: 'クレジット',
  languageHeading: '言語',
  languageText: 'このサイトと、お送りするメールの言語です。',
  dataHeading: 'あなたのデータ',
  data: '保存内容、使い方の選択、写し、消去',
  policy: '何を、なぜ、いつまで保存するか',
  device: 'この端末に保存されるもの',
  credits: 'クレジット、注文、返金',
  outHeading: 'ログアウト',
  outText: 'すべての端末からログアウトし、この端末の下書きと画像を削除します。',
  out: 'すべての端末からログアウト',
  outDone: 'ログアウトしました',
  outDoneText: 'すべての端末からログアウトし、この端末の下書きと画像を削除しました。',
};
export default words;
