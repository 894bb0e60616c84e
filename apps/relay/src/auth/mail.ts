/** The one mail an authentication service sends. */
import { createTransport } from 'nodemailer'

/** Sends a code, or rejects. */
export type SendCode = (to: string, code: string) => Promise<void>

export interface MailOptions {
  /** `smtp://user:password@mail.example:587`, or `smtps://…`. */
  readonly smtpUrl: string
  /** Whom the mail is from. */
  readonly from: string
  /** What people know the service as: the host of its relay. */
  readonly host: string
}

const waitMs = 15_000

export function createMailer({ smtpUrl, from, host }: MailOptions): SendCode {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async (to, code) => {
    await transport.sendMail({
      from,
      // As an object, so that nothing in an address is read as a second one.
      to: { name: '', address: to },
      subject: `${code} is your Kith code`,
      text: mailText(code, host),
      // Out-of-office answers to codes help nobody.
      headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
    })
  }
}

function mailText(code: string, host: string): string {
  return `Your code is ${code}

Enter it in Kith within ten minutes, to show the people you choose that this address is yours.

The service at ${host} then signs that it mailed you. It keeps neither your address nor this code.
If you did not ask for it, somebody typed your address by mistake: without the code nothing happens.
`
}
