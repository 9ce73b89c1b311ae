import type en from '../en/refund';

const words: typeof en = {
  title: '返金',
  lead: '注文の代金の返金を申請できます。',
  why: '購入に使ったメールアドレスでログインしてください。ご連絡のため、アドレスを控えます。',
  noOrder: 'どの注文でしょうか。注文一覧から選んでください。',
  orders: '注文一覧へ',
  order: '注文',
  bought: (credits, date) => `${credits}（${date}に購入）`,
  beforeTax: '税別',
  withTax: '税込',
  policyHeading: '返金の流れ',
  policy: (days) => [
    days ? `お支払いから${days}日以内で、クレジットが残っている場合は、税を含めてすぐに返金します。` : 'お支払いから日が浅く、クレジットが残っている場合は、税を含めてすぐに返金します。',
    'それ以外の場合は、担当者が確認してご連絡します。',
    '注文のクレジットは差し引かれます。着金まで、金融機関により数日かかることがあります。',
  ],
  reason: '理由',
  reasons: {
    'changed-my-mind': '気が変わった',
    'did-not-work': 'うまく動かなかった',
    'not-as-expected': '期待と違った',
    'bought-twice': '誤って二度購入した',
    other: 'その他',
  },
  reasonFault: '近いものを選んでください。',
  ask: '返金を申請する',
  asking: '申請しています…',
  notPaid: 'この注文は支払われていないため、返金するものがありません。',
  given: (money) => `この注文について${money}を返金しました。`,
  states: {
    begun: ['返金の手続きをしています', 'お支払いに使った方法に返金されます。確認のメールをお送りします。'],
    done: ['返金が完了しました', 'お支払いに使った方法に返金されました。明細に表示されるまで数日かかることがあります。'],
    waiting: ['担当者が確認しています', '結果が決まりましたらご連絡します。お手続きは必要ありません。'],
  },
  asked: (date) => `${date}に申請`,
  again: '最新の状況を見る',
  reference: '注文番号',
};
export default words;
