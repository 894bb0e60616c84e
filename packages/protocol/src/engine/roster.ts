/** Who is online, as this engine sees it: one line per session, told again whenever something in it changed. */
import type { Platform } from './claims.ts'
import { keeperOf } from './keeper-card.ts'
import type { LiveLink } from './links.ts'
import type { EngineEvent, PeerInfo, PeerState } from './output.ts'

/** A round trip that moved less than this part of itself is not worth telling. */
const rttStepMs = 25

interface Line {
  info: PeerInfo
  /** The relay says it is here. */
  inTopic: boolean
  /** The mesh's registry says it is here. */
  inRegistry: boolean
}

/** An equal one that others hold already. */
export type Share = (info: PeerInfo) => PeerInfo

export class Roster {
  readonly #tell: (event: EngineEvent) => void
  readonly #lines = new Map<string, Line>()

  constructor(tell: (event: EngineEvent) => void) {
    this.#tell = tell
  }

  get(session: string): PeerInfo | undefined {
    return this.#lines.get(session)?.info
  }

  /** Sessions that are here or linked. */
  get size(): number {
    return this.#lines.size
  }

  *all(): Generator<PeerInfo> {
    for (const { info } of this.#lines.values()) yield info
  }

  /** Somebody of this author (hex) is linked, or reached along others. */
  isHere(author: string): boolean {
    for (const { info } of this.#lines.values()) {
      if (info.author === author && info.state !== 'joining') return true
    }
    return false
  }

  /** The relay says it is here. */
  met(session: string, platform: Platform): void {
    const line = this.#lines.get(session)
    const peer = { session, author: session, name: '', platform }
    if (line === undefined) this.#add(peer, 'joining', { inTopic: true, inRegistry: false })
    else line.inTopic = true
  }

  left(session: string): void {
    const line = this.#lines.get(session)
    if (line === undefined) return
    line.inTopic = false
    this.#dropIfGone(session, line)
  }

  /** The mesh's registry says it is here: its messages come, with no link between us. */
  listed(peer: Pick<PeerInfo, 'session' | 'author' | 'name' | 'platform'>, share?: Share): void {
    const { session, name } = peer
    const line = this.#lines.get(session)
    if (line === undefined) return this.#add(peer, 'here', { inTopic: false, inRegistry: true }, share)
    line.inRegistry = true
    const isNamed = line.info.name !== '' || name === ''
    if (line.info.state !== 'joining' && isNamed) return
    const state = line.info.state === 'joining' ? 'here' : line.info.state
    this.#change(line, { state, name: isNamed ? line.info.name : name })
  }

  unlisted(session: string): void {
    const line = this.#lines.get(session)
    if (line === undefined || !line.inRegistry) return
    line.inRegistry = false
    if (line.info.state === 'here' && line.inTopic) this.#change(line, { state: 'joining' })
    this.#dropIfGone(session, line)
  }

  linked(link: LiveLink, author: string): void {
    const { session, claims, path, through } = link
    const keeper = keeperOf(link)
    const line = this.#lines.get(session)
    const before = line?.info
    const name = before !== undefined && before.name !== '' ? before.name : claims.name
    const info: PeerInfo = {
      session,
      author,
      name,
      platform: claims.platform,
      path,
      through,
      state: 'linked',
      rttMs: link.heartbeat.rttMs,
      ...(keeper === undefined ? undefined : { keeper }),
    }
    this.#lines.set(session, { info, inTopic: line?.inTopic ?? false, inRegistry: line?.inRegistry ?? false })
    this.#tell({ type: 'peer', peer: info })
  }

  unlinked(session: string): void {
    const line = this.#lines.get(session)
    if (line === undefined) return
    this.#change(line, {
      path: undefined,
      through: undefined,
      state: line.inRegistry ? 'here' : 'joining',
      rttMs: undefined,
    })
    this.#dropIfGone(session, line)
  }

  /** It said goodbye: the relay's word that it left is not waited for. */
  gone(session: string): void {
    const line = this.#lines.get(session)
    if (line === undefined) return
    line.inTopic = line.inRegistry = false
    line.info = { ...line.info, state: 'gone' }
    this.#dropIfGone(session, line)
  }

  named(session: string, name: string): void {
    const line = this.#lines.get(session)
    if (line !== undefined && name !== line.info.name) this.#change(line, { name })
  }

  measured(session: string, rttMs: number): void {
    const line = this.#lines.get(session)
    if (line === undefined) return
    const before = line.info.rttMs
    if (before === undefined || Math.abs(before - rttMs) > Math.max(rttStepMs, before / 2))
      this.#change(line, { rttMs })
  }

  #add(
    peer: Pick<PeerInfo, 'session' | 'author' | 'name' | 'platform'>,
    state: PeerState,
    flags: Omit<Line, 'info'>,
    share: Share = (info) => info,
  ): void {
    const { session, author, name, platform } = peer
    const { inTopic, inRegistry } = flags
    // Field by field: there are thousands, and a spread of them costs more than all the rest here.
    const info = share({
      session,
      author,
      name,
      platform,
      path: undefined,
      through: undefined,
      state,
      rttMs: undefined,
    })
    this.#lines.set(session, { info, inTopic, inRegistry })
    this.#tell({ type: 'peer', peer: info })
  }

  #change(line: Line, change: Partial<PeerInfo>): void {
    line.info = { ...line.info, ...change }
    this.#tell({ type: 'peer', peer: line.info })
  }

  #dropIfGone(session: string, line: Line): void {
    if (line.inTopic || line.inRegistry || line.info.state === 'linked') return
    this.#lines.delete(session)
    this.#tell({ type: 'peer', peer: { ...line.info, state: 'gone', path: undefined, rttMs: undefined } })
  }
}
