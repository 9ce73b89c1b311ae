import type en from '../en/picker';

const words: typeof en = {
  camera: '自撮りする',
  library: '写真を選ぶ',
  drop: 'ここにドロップ、または貼り付けもできます',
  dropNow: 'ここにドロップ',
  private: '位置情報やカメラの情報は、この端末の中で取り除かれます。',
  reading: '写真を準備しています',
  cameraTitle: '自撮りする',
  shoot: '撮影する',
  cameraDenied: 'カメラを使えません。アドレスバーから許可するか、写真を選んでください。',
  cameraNone: 'カメラが見つかりません。写真を選んでください。',
};
export default words;
