import type en from '../en/stickers';

const words: typeof en = {
  title: 'スタンプ',
  heading: 'スタンプを追加する',
  steps: {
    whatsapp: {
      intro: 'ウェブページからWhatsAppにパックを入れることはできません。スマートフォンのアプリを使います。',
      steps: ['スマートフォンに whatsapp.wastickers を保存します。', 'スタンプを読み込めるアプリで開きます（WhatsAppではなく、スタンプアプリで開きます）。', 'そのアプリで「WhatsAppに追加」を選びます。'],
    },
    telegram: {
      intro: 'Telegramでは、公式ボットとのチャットでパックを作ります。',
      steps: ['Telegramで @Stickers に /newpack と送り、パックの名前を決めます。', 'telegram.webp をファイルとして送り、続けて合う絵文字を送ります。', '/publish と送ります。'],
    },
    signal: {
      intro: 'Signalでは、パソコンでパックを作ります。',
      steps: ['パソコンのSignalで「ファイル」→「ステッカーパックを作成」を選びます。', 'signal.webp を追加し、合う絵文字を選びます。', 'パックに名前をつけ、リンクを共有します。'],
    },
    imessage: {
      intro: 'iPhoneは、写真からステッカーを作れます。',
      steps: ['iPhoneの「写真」に切り抜きの絵を保存します。', '開いて、ふちが光るまで人物を長押しします。', '「ステッカーに追加」を選びます。メッセージのステッカーに入ります。'],
    },
    line: {
      intro: 'LINEでは、クリエイター向けのショップに登録し、審査を受けます。',
      steps: ['LINE Creators Marketに登録します。', 'line.zip をスタンプのセットとしてアップロードします。', '作り方を聞かれたら、そのとおりに答えます。zipの中の一覧に書かれています。', '審査を待ちます。'],
    },
    discord: {
      intro: 'Discordでは、変更できるサーバーの設定に追加します。',
      steps: ['パソコンでサーバーの設定から「スタンプ」を開きます。', 'discord.png をアップロードします。', '名前と絵文字をつけます。'],
    },
  },
  messengers: 'メッセンジャー',
  save: (name) => `${name}を保存`,
  saveCutOut: '切り抜きの絵を保存',
  share: 'スタンプを共有',
  sticker: (name) => `${name}用のスタンプ`,
  whatsappFew: (count) => `パックには3〜30個必要ですが、絵は${count}枚です。1つだけなら、チャットの中で作れます。`,
  whatsappFewSteps: ['切り抜きの絵をスマートフォンに保存します。', 'チャットでスタンプを開き、「作成」を選びます。', '切り抜きの絵を選びます。'],
  lineFew: (count) => `LINEのセットは8個単位で8〜40個ですが、絵は${count}枚です。同じ写真からもっと描くと、セットが自動でできます。`,
  drawMore: 'もっと描く',
  back: '絵に戻る',
  none: 'この絵にはスタンプがありません。',
  shareFailed: 'このブラウザでは共有できませんでした。保存してください。',
};
export default words;
