import type en from '../en/consent';

const consent: typeof en = {
  own: 'この写真がポリシーのとおりに確認され、描かれることに同意します。写っているのは自分、または使用を認められた写真です。',
  named: (names) => `この写真が、確認と描画のために${names}にだけ送られることに同意します。写っているのは自分、または使用を認められた写真です。`,
  fault: '先に同意が必要です。',
};
export default consent;
