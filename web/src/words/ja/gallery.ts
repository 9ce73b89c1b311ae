import type en from '../en/gallery';
import styles from './styles';

const words: typeof en = {
  title: 'ギャラリー',
  heading: 'ギャラリー',
  styles,
  running: '作成中',
  states: { queued: '待機中', screening: '確認中', drawing: '描画中', finishing: '仕上げ中', done: '完成', blocked: '確認を通らず', failed: '描けず' },
  drawings: (count) => `${count}枚`,
  remove: '削除',
  removeOf: (style, date) => `${style}、${date}を削除`,
  removed: '削除しました。',
  removeFailed: '削除できませんでした。まだここにあります。',
  more: 'もっと見る',
  empty: 'まだ何もありません',
  emptyText: '描いたものは、アカウントがある間ここに残ります。',
  begin: '自撮りを絵にする',
  signedOut: 'ギャラリーを見るにはログインしてください。',
  noPreview: 'プレビューなし',
};
export default words;
