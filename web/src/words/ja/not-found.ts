import type en from '../en/not-found';

const words: typeof en = {
  title: 'ページが見つかりません',
  heading: 'このページはありません',
  text: 'アドレスが間違っているか、内容が削除されています。',
};
export default words;
