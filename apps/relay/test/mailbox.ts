/** A real SMTP server on this machine that keeps the mails it is given. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  readonly to: readonly string[]
  readonly text: string
  /** The six digits in its subject. */
  readonly code: string
}

export class Mailbox {
  readonly mails: Mail[] = []
  readonly #server: SMTPServer

  constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const code = /^Subject: (\d{6}) /mu.exec(text)?.[1] ?? ''
          this.mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text, code })
          callback()
        })
      },
    })
  }

  /** Answers its `smtp://` URL. */
  async listen(): Promise<string> {
    const listening = this.#server.listen(0, '127.0.0.1')
    if (!listening.listening) await once(listening, 'listening')
    return `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}
