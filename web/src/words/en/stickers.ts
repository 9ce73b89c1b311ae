import { plural } from '../plural';
import type { Messenger } from '../messengers';

/** A step of a messenger: words, and the file that it needs. */
const steps: Record<Messenger, { intro: string; steps: string[] }> = {
  whatsapp: {
    intro: 'No web page can put a pack into WhatsApp; an app on your phone can.',
    steps: ['On your phone, save the pack whatsapp.wastickers.', 'Open it with an app that imports sticker packs. It opens in a sticker app, and not in WhatsApp.', 'In that app, choose “Add to WhatsApp”.'],
  },
  telegram: {
    intro: 'Telegram makes packs in a chat with its own robot.',
    steps: ['In Telegram, write /newpack to @Stickers and give the pack a name.', 'Send telegram.webp to it as a file, and then an emoji that fits.', 'Write /publish.'],
  },
  signal: {
    intro: 'Signal makes packs on a computer.',
    steps: ['In Signal on a computer, choose File, then Create sticker pack.', 'Add signal.webp, and an emoji that fits.', 'Give the pack a name and share its link.'],
  },
  imessage: {
    intro: 'An iPhone makes stickers of pictures by itself.',
    steps: ['On your iPhone, save the cut-out drawing to Photos.', 'Open it, and hold your finger on the person until the edge lights up.', 'Choose Add Sticker. It is in the sticker drawer of Messages.'],
  },
  line: {
    intro: 'LINE takes stickers through its shop for creators, and looks at each set.',
    steps: ['Register at the LINE Creators Market.', 'Upload line.zip as a set of stickers.', 'Where it asks how they were made, say how: the bundle’s list has the answer.', 'Wait for their review.'],
  },
  discord: {
    intro: 'Discord keeps stickers in the settings of a server that you may change.',
    steps: ['On a computer, open the settings of your server, then Stickers.', 'Upload discord.png.', 'Give it a name and an emoji.'],
  },
};

export default {
  title: 'Stickers',
  heading: 'Add your stickers',
  steps,
  messengers: 'Messengers',
  save: (name: string) => `Save ${name}`,
  saveCutOut: 'Save the cut-out drawing',
  share: 'Share the sticker',
  sticker: (name: string) => `Sticker for ${name}`,
  whatsappFew: (count: number) => `A pack takes 3 to 30 stickers; here ${plural('en', count, { one: 'is # drawing', other: 'are # drawings' })}. A single one you make in a chat:`,
  whatsappFewSteps: ['Save the cut-out drawing to your phone.', 'In a chat, open the stickers and choose Create.', 'Pick the cut-out drawing.'],
  lineFew: (count: number) => `LINE takes sets of 8 to 40 stickers in steps of 8; here ${plural('en', count, { one: 'is # drawing', other: 'are # drawings' })}. Draw more from the same picture, and a set is made by itself.`,
  drawMore: 'Draw more',
  back: 'Back to the drawing',
  none: 'There are no stickers of this drawing.',
  shareFailed: 'This browser could not share it. Save it instead.',
};
