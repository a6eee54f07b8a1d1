/** A message of the sample: its author, how many minutes before `picturesAt` it was sent, and its text. */
export type Line = {
  readonly from: 'client' | 'olga' | 'dmitri'
  readonly ago: number
  readonly text: string
  readonly files?: readonly SampleFile[]
}

/** A picture of this size, or a text of so many bytes. */
export type SampleFile = { readonly name: string } & ({ width: number; height: number } | { bytes: number })

export type SampleChat = {
  readonly name: string
  readonly email: string
  readonly closed?: boolean
  readonly lines: readonly Line[]
}

/** The time at which the clock of each page starts. */
export const picturesAt = new Date('2026-03-12T10:05:00+01:00')

export const operators = {
  olga: { name: 'Olga Petrova', email: 'olga@lumen.example' },
  dmitri: { name: 'Dmitri Kuznetsov', email: 'dmitri@lumen.example' },
} as const

const day = 24 * 60

/** Chats that are open in pictures, and others for the top of the list. */
export const featured: readonly SampleChat[] = [
  {
    name: 'Mara Lindqvist',
    email: 'mara@example.com',
    lines: [
      { from: 'client', ago: day + 310, text: 'Hello! Do you ship to Gotland?' },
      { from: 'olga', ago: day + 306, text: 'Hi Mara! We do. It takes two working days longer than to the mainland.' },
      { from: 'client', ago: day + 305, text: 'Perfect, I’ll order today then.' },
      {
        from: 'client',
        ago: 21,
        text: 'Hi! I ordered the green lamp last week (order 10-4471). The parcel says “delivered”, but nothing is here.',
      },
      { from: 'client', ago: 20, text: 'I asked my neighbours as well.' },
      { from: 'olga', ago: 12, text: 'Good morning, Mara! I’m looking at it now.' },
      {
        from: 'olga',
        ago: 11,
        text: 'The driver left it at the pick-up point on Main Street 4. Here is the place on the map: https://maps.example.com/p/4',
      },
      { from: 'client', ago: 6, text: 'Thanks! Is the shop open on Sunday as well?' },
    ],
  },
  {
    name: 'Иван Смирнов',
    email: 'ivan@example.com',
    lines: [
      { from: 'client', ago: day + 190, text: 'Добрый день! Можно ли вернуть лампу без коробки?' },
      { from: 'olga', ago: day + 184, text: 'Здравствуйте, Иван! Можно, в течение 14 дней. Коробка не обязательна.' },
      { from: 'client', ago: day + 183, text: 'Отлично, спасибо.' },
      {
        from: 'client',
        ago: 16,
        text: 'Здравствуйте! Где мой заказ 10-4482? На сайте написано «доставлен», но посылки нет.',
      },
      { from: 'olga', ago: 9, text: 'Доброе утро! Сейчас проверю.' },
      {
        from: 'olga',
        ago: 8,
        text: 'Курьер оставил её в пункте выдачи на Садовой, 12. Вот схема проезда: https://maps.example.com/p/12',
      },
      { from: 'client', ago: 4, text: 'Спасибо! А в воскресенье он открыт?' },
    ],
  },
  {
    name: 'Zoë Kowalczyk',
    email: 'zoe@example.com',
    lines: [
      { from: 'client', ago: 20, text: 'Good morning' },
      { from: 'client', ago: 19, text: 'I was charged twice for the same order.' },
      { from: 'client', ago: 18, text: 'Can somebody look at it, please?' },
    ],
  },
  {
    name: 'Lucía Fernández',
    email: 'lucia@example.com',
    lines: [
      { from: 'client', ago: 14, text: '¿Tienen la lámpara de mesa en azul?' },
      { from: 'dmitri', ago: 9, text: 'Un momento, voy a mirar.' },
      { from: 'client', ago: 2, text: 'Gracias, espero.' },
    ],
  },
  {
    name: 'فاطمة الزهراء',
    email: 'fatima@example.com',
    lines: [
      { from: 'client', ago: 44, text: 'هل يمكنني تغيير العنوان؟' },
      { from: 'dmitri', ago: 30, text: 'تم تغيير العنوان.' },
      { from: 'client', ago: 24, text: 'شكرا جزيلا على المساعدة' },
      { from: 'dmitri', ago: 23, text: 'على الرحب والسعة' },
    ],
  },
  {
    name: 'Aiko Tanaka',
    email: 'aiko@example.com',
    lines: [
      { from: 'client', ago: 33, text: 'Could you change the delivery address for order 10-4460?' },
      {
        from: 'olga',
        ago: 17,
        text: 'Done, the address is changed.',
        files: [{ name: 'Order 10-4460.pdf', bytes: 184_320 }],
      },
      {
        from: 'client',
        ago: 15,
        text: 'Thank you! This is the door, it is easy to miss.',
        files: [
          { name: 'door.jpg', width: 1600, height: 1200 },
          { name: 'The way from the station to the house, with every turn.pdf', bytes: 2_400_000 },
        ],
      },
      { from: 'client', ago: 14, text: '', files: [{ name: 'bell.png', width: 300, height: 700 }] },
      {
        from: 'olga',
        ago: 12,
        text: 'Which of these is yours?',
        files: ['left', 'middle', 'right'].map((name) => ({ name: `${name}.jpg`, width: 1200, height: 800 })),
      },
    ],
  },
  {
    name: 'Анна Белова',
    email: 'anna@example.com',
    lines: [
      {
        from: 'client',
        ago: 64,
        text: 'Добрый день! Лампа пришла с трещиной, вот фотографии.',
        files: [
          { name: 'трещина.jpg', width: 1200, height: 900 },
          { name: 'коробка сбоку.jpg', width: 700, height: 1400 },
          { name: 'наклейка.png', width: 64, height: 40 },
        ],
      },
      {
        from: 'olga',
        ago: 58,
        text: '',
        files: [
          { name: 'Заявление на возврат.pdf', bytes: 96_200 },
          { name: 'пример.txt', bytes: 1 },
        ],
      },
      {
        from: 'client',
        ago: 52,
        text: 'Заполнила.',
        files: [{ name: 'Заявление на возврат (Белова А. С.).pdf', bytes: 1_310_000 }],
      },
    ],
  },
  {
    name: 'Emre Yılmaz',
    email: 'emre@example.com',
    closed: true,
    lines: [
      { from: 'client', ago: 121, text: 'I need the invoice for order 10-4420.' },
      { from: 'olga', ago: 112, text: 'It’s on its way to your inbox.' },
      { from: 'client', ago: 110, text: 'Got it, thank you!' },
    ],
  },
  {
    name: 'Марина Соколова',
    email: 'marina@example.com',
    closed: true,
    lines: [
      { from: 'client', ago: 141, text: 'Подскажите, какая лампочка подходит к модели «Луна»?' },
      { from: 'olga', ago: 133, text: 'Цоколь E27, до 60 Вт. Подойдёт любая светодиодная.' },
      { from: 'client', ago: 131, text: 'Спасибо, всё понятно!' },
    ],
  },
]

/** A long name, and messages in scripts of both directions, with and without spaces. */
export const scripts: SampleChat = {
  name: 'Wolfeschlegelsteinhausenbergerdorff-Çağlayan María de los Ángeles, M.D.',
  email: 'a.very.long.address.that.nobody.can.read.at.once@subdomain.example.com',
  lines: [
    { from: 'client', ago: 58, text: 'مرحبا، أين طلبي رقم 10-4471؟' },
    { from: 'client', ago: 57, text: 'Order 10-4471\nשלום, איפה ההזמנה שלי?' },
    { from: 'olga', ago: 56, text: 'नमस्ते! आपका पार्सल रास्ते में है।' },
    { from: 'client', ago: 55, text: 'สวัสดีครับ ขอบคุณมากครับ พัสดุจะมาถึงวันไหน' },
    { from: 'client', ago: 54, text: '您好，请问我的包裹在哪里？ありがとうございます。안녕하세요' },
    { from: 'olga', ago: 53, text: 'Averyveryverylongwordwithoutanybreakinside'.repeat(4) },
    { from: 'client', ago: 52, text: '👍🎉' },
    { from: 'olga', ago: 51, text: 'Run `npm start`, then **wait**:\n- one\n- two\n```\nGET /api/health\n```' },
    { from: 'client', ago: 50, text: 'شكرا 🙏' },
  ],
}

const given = [
  'Noah',
  'Chloé',
  'Sofia',
  'Liam',
  'Анна',
  'Пётр',
  'Jonas',
  'Aleksandra',
  'Мария',
  'Priya',
  'Léa',
  'Ольга',
]
const family = ['Brown', 'Martin', 'Rossi', 'O’Connor', 'Schmidt', 'Nowak', 'Dubois', 'Sharma', 'Hansen', 'Novák']
const questions = [
  'When does the new catalogue come out?',
  'Можно ли забрать заказ самому?',
  'The lamp flickers after a week.',
  'How do I change my e-mail address?',
  'Спасибо, посылка пришла!',
  'Is the brass version back in stock?',
]
const answers = ['We have sent a new one by courier.', 'Да, по будням с 10 до 19.', 'It’s back next Tuesday.']

/** Returns the rest of a busy inbox: the same clients in every run, each chat older than the one before. */
export function otherChats(count: number): SampleChat[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${given[index % given.length]} ${family[(index * 7) % family.length]}`
    const ago = 47 + index * 13
    const client: Line = { from: 'client', ago: ago + 4, text: questions[index % questions.length] ?? '' }
    const from = index % 3 === 0 ? 'olga' : 'dmitri'
    const answer: Line = { from, ago, text: answers[index % answers.length] ?? '' }
    return { name, email: `client-${index}@example.com`, lines: index % 5 === 2 ? [client] : [client, answer] }
  })
}
