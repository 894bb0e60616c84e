/**
 * Which STUN and TURN servers help a room's members meet: what the room's own relay offers, and nobody else. Without an
 * offer there is none, so that no third party learns who connects to whom.
 *
 * `GET <origin>/api/relay` → `{ iceServers?: [{ urls, username?, credential? }] }`; TURN credentials expire, so the relay
 * is asked again now and then.
 */
import type { Millis } from '@kith/protocol'
import type { Clock } from '../clock.ts'

export const maxIceServers: number = 8
/** Answers this old are asked for again. */
export const iceServersLifeMs: Millis = 10 * 60_000

const maxUrlLength = 256

/** The web's `RTCIceServer`, as far as a relay hands it out. */
export interface IceServerLike {
  readonly urls: string | readonly string[]
  readonly username?: string | undefined
  readonly credential?: string | undefined
}

export interface IceServersOptions {
  readonly clock: Clock
  /** The JSON under a URL; rejects when there is none. */
  readonly fetchJson: (url: string) => Promise<unknown>
  /** Used for every relay, in place of what relays say. */
  readonly fixed?: readonly IceServerLike[] | undefined
}

export class IceServers {
  readonly #options: IceServersOptions
  readonly #byRelay = new Map<string, { readonly askedAt: Millis; servers: readonly IceServerLike[] }>()

  constructor(options: IceServersOptions) {
    this.#options = options
  }

  /** What is known now. */
  of(relay: string | undefined): readonly IceServerLike[] {
    if (this.#options.fixed !== undefined) return this.#options.fixed
    return relay === undefined ? [] : (this.#byRelay.get(relay)?.servers ?? [])
  }

  /** What is known now, for a connection to be made; what is old is asked for anew in passing. */
  forDial(relay: string | undefined): readonly IceServerLike[] {
    if (relay !== undefined) void this.ask(relay)
    return this.of(relay)
  }

  /** Asks, unless the answer is fresh. Never rejects: without an answer the list stays as it is. */
  async ask(relay: string): Promise<void> {
    if (this.#options.fixed !== undefined) return
    const now = this.#options.clock.now()
    const known = this.#byRelay.get(relay)
    if (known !== undefined && Math.abs(now - known.askedAt) < iceServersLifeMs) return
    const entry = { askedAt: now, servers: known?.servers ?? [] }
    this.#byRelay.set(relay, entry)
    try {
      entry.servers = parseIceServers(await this.#options.fetchJson(`${relay}/api/relay`))
    } catch {
      this.#byRelay.delete(relay)
      if (known !== undefined) this.#byRelay.set(relay, known)
    }
  }
}

/** `fetch` as the options want it. */
export async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), credentials: 'omit' })
  return answer.ok ? answer.json() : undefined
}

/** Everything that is not plainly a server is left out: the list comes from outside. */
export function parseIceServers(answer: unknown): readonly IceServerLike[] {
  const list = isRecord(answer) ? answer['iceServers'] : undefined
  if (!Array.isArray(list)) return []
  const servers: IceServerLike[] = []
  for (const item of list.slice(0, maxIceServers) as readonly unknown[]) {
    if (!isRecord(item)) continue
    const { urls, username, credential } = item
    const all: readonly unknown[] = Array.isArray(urls) ? urls.slice(0, maxIceServers) : [urls]
    const known = all.filter((url): url is string => typeof url === 'string' && isIceUrl(url))
    if (known.length === 0) continue
    const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 512
    if (isText(username) && isText(credential)) servers.push({ urls: known, username, credential })
    else if (known.every((url) => url.startsWith('stun'))) servers.push({ urls: known })
  }
  return servers
}

function isIceUrl(url: string): boolean {
  return url.length <= maxUrlLength && /^(?:stuns?|turns?):[A-Za-z0-9.:[\]-]+(?:\?transport=(?:udp|tcp))?$/.test(url)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
