/**
 * A relay that lies: it stands between people and an honest relay, passes HTTP on as it is, and does to every WebSocket
 * frame what a test tells it to. To those who come here it is the relay they were told of.
 */
import { createServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeAnswer } from '@kith/protocol'
import type { RelayAnswer } from '@kith/protocol'
import type { createSeededRandom } from '@kith/protocol/sim'
import { WebSocket, WebSocketServer } from 'ws'

export type LieRandom = ReturnType<typeof createSeededRandom>

/** One member's socket, as the liar has it. */
export interface Victim {
  /** Sends something to this member now, in the name of the relay. */
  tell(bytes: Uint8Array): void
}

/** What it does to a frame: the frames that go on in its place, now. Left out: frames go on as they are. */
export interface Lie {
  readonly onAnswer?: (answer: RelayAnswer, bytes: Uint8Array, victim: Victim) => readonly Uint8Array[]
  readonly onRequest?: (bytes: Uint8Array) => readonly Uint8Array[]
}

export class Liar {
  /** Replace it with `{}` and the relay is honest from then on. */
  lie: Lie
  /** Every HTTP request as it came, upgrades too: line and headers. */
  readonly requests: string[] = []
  readonly #port: number
  readonly #honestPort: number
  #server: Server | undefined
  #sockets: WebSocketServer | undefined

  private constructor(port: number, honestPort: number, lie: Lie) {
    this.#port = port
    this.#honestPort = honestPort
    this.lie = lie
  }

  static async start(honestPort: number, lie: Lie): Promise<Liar> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const liar = new Liar((server.address() as AddressInfo).port, honestPort, lie)
    liar.#server = server
    server.on('request', (request, response) => liar.#pass(request, response))
    liar.#sockets = new WebSocketServer({ server, perMessageDeflate: false })
    liar.#sockets.on('connection', (near, request) => {
      liar.#note(request)
      liar.#stand(near, request.url ?? '/ws')
    })
    return liar
  }

  get origin(): string {
    return `http://localhost:${this.#port}`
  }

  async close(): Promise<void> {
    for (const client of this.#sockets?.clients ?? []) client.terminate()
    this.#sockets?.close()
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  #note({ method, url, rawHeaders }: IncomingMessage): void {
    this.requests.push([`${method} ${url}`, ...rawHeaders].join('\n'))
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request
    this.#note(request)
    const onwards = httpRequest({ port: this.#honestPort, host: 'localhost', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onwards.on('error', () => response.destroy())
    request.pipe(onwards)
  }

  #stand(near: WebSocket, path: string): void {
    // Under the liar's own name, or the relay would refuse proofs made for another host.
    const headers = { host: `localhost:${this.#port}` }
    const far = new WebSocket(`ws://localhost:${this.#honestPort}${path}`, { perMessageDeflate: false, headers })
    const victim: Victim = { tell: (bytes) => near.readyState === WebSocket.OPEN && near.send(bytes) }
    const early: Uint8Array[] = []
    const pass = (bytes: Uint8Array): void => {
      for (const frame of this.lie.onRequest?.(bytes) ?? [bytes]) if (far.readyState === WebSocket.OPEN) far.send(frame)
    }
    near.on('message', (data: Buffer) => (far.readyState === WebSocket.OPEN ? pass(data) : early.push(data)))
    far.on('open', () => early.splice(0).forEach(pass))
    far.on('message', (data: Buffer) => {
      const answer = decodeAnswer(data)
      const frames = answer === undefined ? undefined : this.lie.onAnswer?.(answer, data, victim)
      for (const frame of frames ?? [data]) victim.tell(frame)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {})
      one.on('close', () => other.close())
    }
  }
}

export function flipOneBit(bytes: Uint8Array, random: LieRandom): Uint8Array {
  const copy = bytes.slice()
  const at = random.between(0, copy.length - 1)
  copy[at] = (copy[at] ?? 0) ^ (1 << random.between(0, 7))
  return copy
}
