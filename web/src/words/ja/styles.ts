import type en from '../en/styles';

const styles: typeof en = {
  'soft-anime': ['やわらかアニメ', '落ち着いた色と細い線'],
  'bold-cel': ['くっきりセル', '鮮やかな面と強い影'],
  'ink-manga': ['墨マンガ', '黒インクとスクリーントーン'],
  watercolour: ['水彩', '紙ににじむ色'],
  'pop-poster': ['ポップポスター', '網点のシルクスクリーン'],
  pixel: ['ドット絵', '16ビットゲームの肖像'],
};
export default styles;
