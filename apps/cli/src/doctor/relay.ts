/** What a relay has to give: an answer, its key, a proved session, a round trip, and a clock like ours. */
import { formatHex, RelayClient, type Crypto, type RelayClientEvent, type RelayClientInput } from '@kith/protocol'
import { relaySocketUrl, type RelayDialer } from '@kith/peer/node'
import { errorText, fine, trouble, within, type Finding } from './check.ts'

export interface RelayTools {
  readonly crypto: Crypto
  readonly dial: RelayDialer
  readonly fetch: (
    url: string,
    init: { readonly signal: AbortSignal },
  ) => Promise<{ readonly ok: boolean; readonly status: number }>
  now(): number
}

const httpLimitMs = 5000
const socketLimitMs = 10_000
/** Further off than this, others set a message aside until its time has come. */
export const clockLimitMs: number = 2 * 60_000
/** Worth a word long before that. */
const clockWarnMs = 30_000

/** One finding per thing; what cannot be reached because of an earlier one is left out. */
export async function checkRelay(origin: string, tools: RelayTools): Promise<readonly Finding[]> {
  const http = await checkHttp(origin, tools)
  if (!http.ok) return [http]
  const socket = await within(socketLimitMs, meet(origin, tools))
  if (socket === 'late' || !socket.ok) {
    const detail = socket === 'late' ? `no answer within ${socketLimitMs / 1000} s` : socket.detail
    const advice = `If ${origin} is behind a proxy, let it pass WebSocket on /ws; else look at the relay's log.`
    return [http, trouble('session', detail, advice)]
  }
  const { relayKey, offsetMs, rttMs } = socket
  const off = `${Math.abs(Math.round(offsetMs / 1000))} s ${offsetMs > 0 ? 'behind' : 'ahead of'} the relay`
  return [
    http,
    fine('relay key', relayKey),
    fine('session', 'proved on the socket'),
    fine('round trip', `${rttMs} ms`),
    Math.abs(offsetMs) < clockWarnMs
      ? fine('clock', `within ${Math.abs(offsetMs)} ms of the relay`)
      : trouble(
          'clock',
          `this machine is ${off}`,
          'Let the system set its clock (NTP), or messages sort to the wrong place.',
        ),
  ]
}

async function checkHttp(origin: string, tools: RelayTools): Promise<Finding> {
  const start = tools.now()
  const local = /^https?:\/\/(localhost|127\.|\[::1\])/u.test(origin)
  const advice = local
    ? 'Start one with kith relay, or name yours: kith doctor https://chat.example'
    : 'Check the address and the network, or ask whoever runs this relay.'
  try {
    const answer = await tools.fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(httpLimitMs) })
    return answer.ok
      ? fine('relay', `${origin} answers in ${tools.now() - start} ms`)
      : trouble(
          'relay',
          `${origin} answers ${answer.status} to /healthz`,
          'Is this the address of a kith relay? Check it.',
        )
  } catch (error) {
    return trouble('relay', `${origin} cannot be reached: ${errorText(error)}`, advice)
  }
}

type Meeting =
  | { readonly ok: true; readonly relayKey: string; readonly offsetMs: number; readonly rttMs: number }
  | { readonly ok: false; readonly detail: string }

/** Runs the client's half of the relay protocol with a throw-away session until the clock was measured. */
async function meet(origin: string, tools: RelayTools): Promise<Meeting> {
  const { crypto } = tools
  const session = crypto.signKeyPair(crypto.random(32))
  const client = new RelayClient({ crypto, origin, session })
  return new Promise((resolve) => {
    let relayKey = ''
    let over = false
    const timers = new Set<NodeJS.Timeout>()
    const finish = (meeting: Meeting): void => {
      over = true
      for (const timer of timers) clearTimeout(timer)
      resolve(meeting)
      socket.close()
    }
    const hear = (event: RelayClientEvent): void => {
      switch (event.type) {
        case 'ready':
          relayKey = formatHex(event.relayKey)
          // Waking makes the client measure at once.
          return feed({ type: 'woke' })
        case 'clock':
          return finish({ ok: true, relayKey, offsetMs: event.offsetMs, rttMs: event.rttMs })
        case 'silent':
          return finish({
            ok: false,
            detail: 'what answers does not speak as a kith relay does, or cannot prove its key',
          })
        case 'refused':
          return finish({ ok: false, detail: `the relay refused the session: ${event.code}` })
        default:
          return
      }
    }
    const feed = (input: RelayClientInput): void => {
      if (over) return
      for (const output of client.handle(input, tools.now())) {
        if (output.type === 'transmit') socket.send(output.bytes)
        else if (output.type === 'event') hear(output.event)
        else {
          const { name } = output
          timers.add(setTimeout(() => feed({ type: 'timerFired', name }), Math.max(0, output.at - tools.now())))
        }
      }
    }
    const socket = tools.dial(relaySocketUrl(origin), {
      up: () => feed({ type: 'up' }),
      frame: (bytes) => feed({ type: 'frame', bytes }),
      down: () => {
        if (!over) finish({ ok: false, detail: 'the socket was closed' })
      },
    })
  })
}
