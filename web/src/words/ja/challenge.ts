import type en from '../en/challenge';

const words: typeof en = {
  heading: '人であることの確認',
  loading: '確認の準備をしています…',
  done: '確認しました。',
  unreachable: '確認を読み込めませんでした。スクリプトを遮断する設定か、接続が原因かもしれません。challenges.cloudflare.com を許可するか、ログインしてお使いください。',
  failed: '確認がうまくいきませんでした。もう一度、または別のブラウザでお試しください。',
};
export default words;
