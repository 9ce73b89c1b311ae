import type en from '../en/reasons';

const reasons: typeof en = {
  'not-accepted': ['写真または言葉が確認を通りませんでした。', '確認は万能ではありません。別の写真なら通るかもしれません。'],
  'picture-empty': ['写真のファイルが空でした。', 'もう一度選ぶか、別の写真を選んでください。'],
  'picture-format-unsupported': ['読み込めない形式の写真です。', 'JPEG、PNG、WebP、HEICを選んでください。'],
  'picture-damaged': ['写真のファイルが壊れています。', '別の写真を選んでください。'],
  'picture-too-large': ['写真の画素数が多すぎます。', 'もっと小さい写真を選んでください。'],
  'picture-animated': ['動く画像です。', '静止画を選んでください。'],
  'picture-blank': ['写真に人が写っていません。', '顔の写った写真を選んでください。'],
  'upload-gone': ['描く前に写真が削除されました。', 'もう一度選んでください。'],
  'timed-out': ['時間がかかりすぎました。', '少ししてから同じ内容でお試しください。'],
  'drawing-refused': ['この内容は描けませんでした。', '別の写真か別のスタイルでお試しください。'],
  'drawing-failed': ['描けませんでした。', '少ししてから同じ内容でお試しください。'],
  'trial-over': ['描く前にお試しが終わりました。', 'ログインして、もう一度描いてください。'],
};
export default reasons;
