import type en from '../en/instant';
import consent from './consent';
import picker from './picker';
import styles from './styles';

const words: typeof en = {
  title: 'その場で描く',
  lead: '写真を送ると、すぐに絵が届きます。写真も言葉も保存せず、アカウントも不要です。',
  picker,
  styles,
  pictureHeading: '写真',
  yours: '選んだ写真',
  another: '別の写真を選ぶ',
  styleHeading: 'スタイル',
  promptHeading: 'または、自分の言葉で',
  prompt: 'どんな絵にしたいか',
  promptHint: '1行で入力してください。スタイルの代わりになります。',
  agreeHeading: 'この1枚について',
  consent,
  consentOwn: 'この写真が、このサービスの中だけで確認され、描かれることに同意します。写っているのは自分、または使用を認められた写真です。',
  age: '13歳以上です。',
  missing: { picture: '先に写真を選んでください。', consent: consent.fault, age: '年齢の欄にチェックを入れてください。' },
  draw: '描く',
  stages: { sending: '写真を送っています', screening: '写真を確認しています', drawing: '描いています', finishing: '絵に署名しています' },
  leave: 'このページを開いたままお待ちください。絵はここにしかなく、離れると失われます。',
  cancel: 'やめる',
  cancelled: '取りやめました。何も残っていません。',
  sketch: '描きかけの絵',
  result: 'できあがりました',
  resultText: 'この絵は、このタブの中にしかありません。離れる前に保存してください。',
  drawing: '描いた絵',
  save: '保存',
  share: '共有',
  shareFailed: 'このブラウザでは共有できませんでした。保存してお使いください。',
  again: 'もう1枚描く',
  credentials: 'どう作られたかが、画像に記録されています。',
  verify: '確認する',
};
export default words;
