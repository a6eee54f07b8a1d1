import type { MailText } from '../../mail-queue.ts'

/** Plain text, without anything that a stranger has written: nobody can send words of their own by a server's mail. */
export const invitationText: MailText = {
  en: (link) => ({
    subject: 'You are invited to answer chats',
    text: `You can answer chats as an operator. Open this link within seven days to choose a password:\n\n${link}\n\nIt works once. If you did not expect it, ignore this mail.\n`,
  }),
  ru: (link) => ({
    subject: 'Вас приглашают отвечать в чатах',
    text: `Вы можете отвечать в чатах как оператор. Откройте ссылку в течение семи дней и придумайте пароль:\n\n${link}\n\nСсылка сработает один раз. Если вы её не ждали, не обращайте на письмо внимания.\n`,
  }),
}

export const resetText: MailText = {
  en: (link) => ({
    subject: 'Choose a new password',
    text: `Somebody asked for a new password for this address. Open this link within an hour to choose one:\n\n${link}\n\nIt works once. If it was not you, ignore this mail: your password stays as it is.\n`,
  }),
  ru: (link) => ({
    subject: 'Новый пароль',
    text: `Для этого адреса запросили новый пароль. Откройте ссылку в течение часа и придумайте его:\n\n${link}\n\nСсылка сработает один раз. Если это были не вы, не обращайте на письмо внимания: пароль не изменится.\n`,
  }),
}
