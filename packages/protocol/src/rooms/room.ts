/**
 * One room as one member holds it: log, keys, authors and timeline together, without any network.
 *
 * Every call answers with what it leaves to be done: timeline changes to show, records to store (all or none), fork
 * proofs to pass on. Bytes from outside never throw; what was refused is told by outcomes.
 */
import { emptyBytes, equalBytes } from '../codec/bytes.ts'
import type { ReadOnce } from '../codec/read-once.ts'
import { formatBase32, formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import { type Entry, type ExpiryClass, entryKinds, lifeMsOf } from '../log/entry.ts'
import type { LogChange } from '../log/change.ts'
import { Log } from '../log/log.ts'
import type { Page } from '../log/page.ts'
import { type Millis, type Result, type SignatureCheck, type StoredRecord, accept, reject } from '../machine.ts'
import { Authors } from './authors.ts'
import { type Content, type Opening, fitName } from './content.ts'
import type { RoomKeys, RoomName } from './keys.ts'
import { type PostRefusal, refusalOf } from './post-rules.ts'
import type { KnownDevice } from './moved-boxes.ts'
import { type Move, Moves } from './moves.ts'
import { Proofs } from './proofs.ts'
import { Reading } from './reading.ts'
import { RecentDigests } from './recent-digests.ts'
import { Records, decodeFloors, encodeFloors } from './records.ts'
import { References } from './references.ts'
import {
  type Opened,
  type Posted,
  type Received,
  type RoomCounts,
  type RoomPlan,
  type RoomResult,
  mergeChanges,
  nothing,
  unopened,
  unverified,
} from './room-result.ts'
import { type BlindRule, type RoomEpochs, type Sealing, Seals } from './seals.ts'
import { type Me, SessionWriter } from './session-writer.ts'
import { Spreading } from './spreading.ts'
import { Timeline } from './timeline.ts'
import type { Said } from './timeline-nodes.ts'

export type { RoomCounts, RoomPlan, RoomResult }

export interface RoomOptions {
  readonly crypto: Crypto
  readonly keys: RoomName & Partial<RoomKeys>
  /** Of a members room; an open room has the one epoch of its keys. */
  readonly epochs?: RoomEpochs | undefined
  /** Of a members room: whose entries count. */
  readonly rules?: RoomRules | undefined
  /** Of a keeper without any key of the room: what it takes. It opens nothing and shows nothing. */
  readonly blind?: BlindRule | undefined
  /** Of a keeper: so long entries are held at most. */
  readonly windowMs?: Millis | undefined
  /** Undefined for somebody who only reads. */
  readonly me?: Me | undefined
  /** Expiry class of own entries; never when not given. */
  readonly expiry?: ExpiryClass | undefined
  /** False when there is no store: nothing is told to be kept. Default true. */
  readonly keeps?: boolean | undefined
  /** Of a host with many engines in this room. */
  readonly readOnce?: ReadOnce | undefined
}

/** An entry as its header and its session's opening tell of it. Hex but for the number. */
export interface Saying {
  readonly author: string
  readonly device: string
  readonly session: string
  readonly seq: number
  readonly epoch: string
}

/** What members know of each other. */
export interface RoomRules {
  /** Is this said by somebody who was in, by a device of theirs, before they were out? */
  counts(saying: Saying): boolean
  /** May this identity (hex) write here now? */
  mayPost(identity: string): boolean
  /** Do the pins of this identity count now? */
  mayPin(identity: string): boolean
}

export class Room {
  readonly keys: RoomName
  readonly log: Log
  readonly timeline: Timeline
  readonly #crypto: Crypto
  readonly #expiry: ExpiryClass
  readonly #seals: Seals
  readonly #rules: RoomRules | undefined
  readonly #isBlind: boolean
  readonly #reading: Reading
  readonly #authors: Authors
  readonly #records: Records
  readonly #references: References
  readonly #spreading = new Spreading()
  readonly #digests: RecentDigests
  readonly #proofs = new Proofs()
  readonly #moves = new Moves()
  #writer: SessionWriter | undefined
  /** To be told and stored with the next result. */
  #floorsChanged = false
  readonly #dropped: Entry[] = []
  #counted = { version: '', authors: 0 }

  constructor(options: RoomOptions) {
    const { crypto, keys } = options
    this.keys = keys
    this.#crypto = crypto
    this.#expiry = options.expiry ?? 0
    this.#rules = options.rules
    this.#isBlind = options.blind !== undefined
    this.#seals = new Seals(crypto, keys, options.epochs, options.blind)
    this.#reading = new Reading(crypto, this.#seals, options.readOnce)
    this.#digests = new RecentDigests(crypto)
    const { windowMs } = options
    this.log = new Log({ crypto, acceptsEpoch: (entry) => this.#seals.accepts(entry), windowMs })
    this.#authors = new Authors(crypto, options.readOnce)
    const holds = (opening: Entry): boolean => this.#authors.holds(opening.hex)
    this.#records = new Records(crypto, holds, options.keeps ?? true)
    this.#references = new References((key) => this.log.get(key) !== undefined)
    this.timeline = new Timeline({
      authorOf: (session, time) => this.#authors.authorOf(session, time),
      hasReceipt: (entry) => this.#records.receiptsOf(entry.key).length > 0,
      isSent: (entry, session) => this.#isSent(entry, session),
      storedBy: (entry, session) => this.#spreading.storedBy(entry, session),
      keptBy: (entry, session) => this.#spreading.keptBy(entry, session),
      counts: this.#rules && ((entry, session, author) => this.#counts(entry, session, author)),
      mayPin: this.#rules && ((author) => this.#rules?.mayPin(author) === true),
    })
    this.setMe(options.me)
  }

  get counts(): RoomCounts {
    return {
      entries: this.log.size,
      gaps: this.log.gaps,
      missing: this.log.missing,
      withheld: this.#references.missing,
      sessions: this.log.sessions,
      authors: this.#countAuthors(),
    }
  }

  /** Goes on with another session of the same person. */
  setMe(me: Me | undefined): void {
    this.#writer = me && new SessionWriter(this.#crypto, me)
  }

  post(content: Content, now: Millis): Result<Posted, PostRefusal> {
    const writer = this.#writer
    if (writer === undefined) return reject('readOnly')
    if (this.log.chain(writer.hex)?.closedAt !== undefined) return reject('sessionClosed')
    const fitted: Content = content.type === 'profile' ? { ...content, name: fitName(content.name) } : content
    const refusal = refusalOf(fitted, this.timeline, writer.me.author, writer.name)
    if (refusal !== undefined) return reject(refusal)
    const isSilent = this.#rules?.mayPost(writer.me.author) === false
    if (isSilent && fitted.type !== 'profile') return reject('notAllowed')
    if (fitted.type === 'profile') {
      writer.name = fitted.name
      if (!writer.hasBegun) return accept({ ...this.#finish(nothing), entries: [], id: '' })
    }
    const sealing = this.#seals.sending()
    if (sealing === undefined) return reject('noEpoch')
    const entries: Entry[] = []
    if (!writer.hasBegun) {
      const opening = { type: 'opening', chain: writer.me.chain, name: writer.name } as const
      entries.push(this.#write(writer, sealing, opening, this.#expiry, now))
    }
    const entry = this.#write(writer, sealing, fitted, this.#lifeFor(fitted), now)
    entries.push(entry)
    return accept({ ...this.#finish({ ...nothing, added: entries }), entries, id: entry.key })
  }

  /** A live entry, from a link or the relay. `source` (a session or link) is whose budget a new session costs. */
  receive(bytes: Uint8Array, now: Millis, source = ''): Received {
    const held = this.log.held(bytes)
    if (held !== undefined) return { ...nothingToDo, outcome: 'duplicate', entry: held, session: held.hex }
    const decoded = this.#reading.decode(bytes)
    if (!decoded.ok || decoded.value.husk) {
      return { ...this.#finish(nothing), outcome: 'malformed', entry: undefined, session: undefined }
    }
    const entry = decoded.value
    const change = this.log.receive(entry, now, source)
    this.#take(change.added, unopened, unverified)
    for (const added of change.added) this.#digests.note(added)
    const { changes, stores, forks, outcomes, proofs } = this.#finish(change)
    const { outcome } = change
    return { changes, stores, forks, outcomes, proofs, outcome, entry, session: entry.hex }
  }

  /** Which signatures a page of history needs: verify `checks` in bulk, or with `verifyAll`, then `import`. */
  plan(page: Page, now: Millis): RoomPlan {
    const log = this.log.planImport(page.entries, now)
    const opened = new Map<Entry, Opened>()
    const checks = [...log.checks]
    for (const entry of page.entries) {
      if (entry.seq !== 0 || this.log.chain(entry.hex)?.entries.has(0) === true) continue
      const body = this.#reading.open(entry)
      // One that waits for its key is opened when it is taken in: the key may come before that.
      if (body.content?.type !== 'opening') continue
      opened.set(entry, body)
      checks.push(...this.#authors.checksOf(entry.session, body.content.chain, entry.time))
    }
    return { checks, log, opened }
  }

  /** Takes in a planned page; `valid` answers `plan.checks`, and what it leaves out is checked in line. */
  import(plan: RoomPlan, valid: readonly boolean[], now: Millis, source = ''): RoomResult {
    for (let i = plan.log.checks.length; i < plan.checks.length; i++) {
      if (valid[i] === true) this.#authors.remember(plan.checks[i] as SignatureCheck)
    }
    const change = this.log.import(plan.log, valid, now, source)
    this.#take(change.added, plan.opened, unverified)
    return this.#finish(change)
  }

  importFork(proof: Uint8Array): RoomResult {
    return this.#finish(this.log.importFork(proof))
  }

  /**
   * Records read back from the store: f/ first, then o/, then e/ from the end (newest first), r/ at any time. What it
   * wants stored merges small records.
   */
  restore(records: readonly StoredRecord[], now: Millis): RoomResult {
    const changes: LogChange[] = []
    const verified = new Set<Entry>()
    const merge: string[] = []
    for (const record of records) {
      if (record.key === 'f/floors') {
        for (const { session, floor } of decodeFloors(record.value)) this.log.restoreFloor(session, floor)
      } else if (record.key.startsWith('f/')) {
        changes.push(this.log.importFork(record.value))
      } else if (record.key.startsWith('r/')) {
        const key = this.#records.readReceipts(record)
        const entry = key === undefined ? undefined : this.log.get(key)
        if (entry !== undefined) this.timeline.touch(entry)
      } else if ((record.key.startsWith('o/') || record.key.startsWith('e/')) && !this.#records.knows(record.key)) {
        const batch = this.#records.readBatch(record, verified)
        const change = this.log.restore(batch, now)
        changes.push(change)
        this.#records.adopt(record.key, change.added, change.added.length === batch.length)
        merge.push(record.key)
      }
    }
    const change = mergeChanges(changes)
    this.#take(change.added, unopened, verified)
    this.#records.compact(merge)
    return this.#finish({ ...change, added: [], forks: [] })
  }

  /** A chain that a linked peer shows for its own session: names its author before its opening is here. */
  introduce(session: Uint8Array, chain: Uint8Array, name: string, now: Millis): RoomResult {
    const hex = formatHex(session)
    if (this.#authors.learn(session, chain, now, false)) this.#authorLearned(hex)
    this.timeline.introduce(hex, name)
    return this.#finish(nothing)
  }

  /** Who a session (hex) belongs to: author and newest name; the session itself and no name while unknown. */
  personOf(session: string, now: Millis): { readonly author: string; readonly name: string } {
    const own = this.#writer
    if (own?.hex === session) return { author: own.me.author, name: own.name }
    return { author: this.#authors.authorOf(session, now), name: this.timeline.nameOf(session) }
  }

  /** Keeps a receipt, verified elsewhere, beside the entry with this sorting key. */
  addReceipt(key: string, receipt: Uint8Array): RoomResult {
    const entry = this.log.get(key)
    if (entry !== undefined && this.#records.addReceipt(entry, receipt, equalBytes)) this.timeline.touch(entry)
    return this.#finish(nothing)
  }

  receiptsOf(entry: Entry): readonly Uint8Array[] {
    return this.#records.receiptsOf(entry.key)
  }

  /** Sorting key of a recent live or own entry by the SHA-256 of its bytes, which is what a receipt names. */
  keyOfDigest(digest: Uint8Array): string | undefined {
    return this.#digests.keyOf(digest)
  }

  /** Whether a session (hex) is this person's: this one or one of before. */
  isOwn(session: string): boolean {
    const own = this.#writer
    if (own === undefined || own.hex === session) return own !== undefined
    const head = this.log.chain(session)?.head
    return head !== undefined && this.#authors.authorOf(session, head.time) === own.me.author
  }

  /** An own message has left by at least one path. */
  markSent(key: string): RoomResult {
    const entry = this.log.get(key)
    if (entry !== undefined && this.#spreading.sent(entry)) this.timeline.touch(entry)
    return this.#finish(nothing)
  }

  /** A peer of `author` (hex) holds `session` (hex) from its beginning up to and including `upTo`. */
  markHeld(author: string, session: string, upTo: number, isKeeper = false): RoomResult {
    const chain = this.log.chain(session)
    if (chain !== undefined && author !== this.#writer?.me.author && this.isOwn(session)) {
      for (const seq of this.#spreading.held(author, session, Math.min(upTo, chain.top), isKeeper)) {
        const entry = chain.entries.get(seq)
        if (entry !== undefined) this.timeline.touch(entry)
      }
    }
    return this.#finish(nothing)
  }

  /** Another peer says that everything of a session before `floor` has expired. */
  adoptFloor(session: string, floor: number): void {
    const { adopted, removed } = this.log.adoptFloor(session, floor)
    if (adopted) this.#floorsChanged = true
    this.#dropped.push(...removed)
  }

  /** Where the people of this room went on, if somebody said so. */
  get moved(): Move | undefined {
    return this.#moves.newest((session, time) => this.#authors.authorOf(session, time))
  }

  /** Devices of these authors (hex), as their chains have shown them. */
  devicesOf(authors: ReadonlySet<string>): readonly KnownDevice[] {
    return this.#authors.devicesOf(authors)
  }

  /** Newest entry of each session of an author (hex) that is here; with `device`, of those it speaks in. */
  headsOf(author: string, device?: string): readonly { readonly session: string; readonly seq: number }[] {
    const heads: { readonly session: string; readonly seq: number }[] = []
    for (const { hex, head } of this.log.chains()) {
      if (head === undefined || this.#authors.authorOf(hex, head.time) !== author) continue
      if (device === undefined || this.#authors.deviceOf(hex) === device) heads.push({ session: hex, seq: head.seq })
    }
    return heads
  }

  /** The device (hex) that speaks in a session (hex), where its chain is known. */
  deviceOf(session: string): string | undefined {
    return this.#authors.deviceOf(session)
  }

  /** The newest entry of a session (hex) that is here, once it is known whose it is. */
  newestOf(session: string): Saying | undefined {
    const head = this.log.chain(session)?.head
    const device = this.#authors.deviceOf(session)
    if (head === undefined || device === undefined) return undefined
    const author = this.#authors.authorOf(session, head.time)
    return { author, device, session, seq: head.seq, epoch: formatHex(head.epochId) }
  }

  /** Of a members room: the keys of these epochs (hex) are here now, so what waited for them can be read. */
  epochsOpened(epochIds: readonly string[]): RoomResult {
    for (const id of epochIds) {
      const entries = this.#seals.released(id).filter((entry) => this.log.get(entry.key) === entry)
      this.#take(entries, unopened, unverified)
    }
    return this.#finish(nothing)
  }

  /** Of a members room: other entries may count than before. */
  membersChanged(): RoomResult {
    for (const { hex } of this.log.chains()) this.timeline.touchSession(hex)
    return this.#finish(nothing)
  }

  /** Drops what has expired and lets in what was parked; cheap when there is nothing to do. */
  expire(now: Millis): RoomResult {
    const change = this.log.expire(now)
    this.#take(change.added, unopened, unverified)
    const life = lifeMsOf(this.#expiry)
    if (life !== Infinity) this.#references.forgetBefore(now - life)
    return this.#finish(change)
  }

  #countAuthors(): number {
    const version = `${this.log.sessions}/${this.#authors.version}`
    if (this.#counted.version !== version) {
      const authors = new Set<string>()
      for (const chain of this.log.chains()) authors.add(this.#authors.authorOf(chain.hex, chain.head?.time ?? 0))
      this.#counted = { version, authors: authors.size }
    }
    return this.#counted.authors
  }

  /** Without a chain nobody knows who says it, and nobody who may is unknown. */
  #counts(entry: Entry, session: string, author: string): boolean {
    const rules = this.#rules
    if (rules === undefined) return true
    const device = this.#authors.deviceOf(session)
    if (device === undefined) return false
    return rules.counts({ author, device, session, seq: entry.seq, epoch: formatHex(entry.epochId) })
  }

  #isSent(entry: Entry, session: string): boolean {
    return (
      !this.isOwn(session) || this.#records.receiptsOf(entry.key).length > 0 || this.#spreading.hasLeft(entry, session)
    )
  }

  /** What is about an entry has to live as long as it. */
  #lifeFor(content: Content): ExpiryClass {
    if (!('target' in content)) return this.#expiry
    const target = (this.timeline.find(content.target)?.entry.flags ?? 0) as ExpiryClass
    return lifeMsOf(target) > lifeMsOf(this.#expiry) ? target : this.#expiry
  }

  #write(writer: SessionWriter, sealing: Sealing, content: Content | Opening, expiry: ExpiryClass, now: Millis): Entry {
    const refs = this.#references.heads((entry) => entry.isOf(writer.me.session.publicKey))
    const entry = writer.write(sealing, { refs, content }, expiry, this.log.clock.next(now))
    this.log.append(entry)
    this.#digests.note(entry)
    const opened = { refs: refs.map(formatBase32), content }
    this.#take([entry], new Map([[entry, opened]]), unverified)
    return entry
  }

  /** Shows entries that are in the log now. `verified`: openings whose chains were verified before they were stored. */
  #take(entries: readonly Entry[], opened: ReadonlyMap<Entry, Opened>, verified: ReadonlySet<Entry>): void {
    if (this.#isBlind) {
      // Nobody can tell it whether a body was deleted: a husk is all there is to hold.
      for (const entry of entries) if (entry.husk) this.log.strip(entry)
      return
    }
    if (entries.length > 1) this.#references.expect(entries)
    for (const entry of entries) {
      const { refs, content } = (opened.size > 0 ? opened.get(entry) : undefined) ?? this.#reading.open(entry)
      const session = entry.hex
      const before = entry.seq === 0 ? undefined : this.log.chain(session)?.entries.get(entry.seq - 1)
      this.#references.note(entry, before, refs)
      // Its key is still to come; then it is taken again.
      if (content === undefined && entry.kind !== entryKinds.post && this.#seals.isWaiting(entry)) continue
      if (entry.kind === entryKinds.opening) {
        const opening = content?.type === 'opening' ? content : undefined
        const chain = opening?.chain ?? emptyBytes
        if (this.#authors.learn(entry.session, chain, entry.time, true, verified.has(entry))) {
          this.#authorLearned(session)
        }
        if (opening !== undefined) this.timeline.name(session, entry.key, opening.name)
      } else if (entry.kind === entryKinds.profile) {
        if (content?.type === 'profile') this.timeline.name(session, entry.key, content.name)
        if (content?.type === 'moved') this.#moves.add(session, entry.key, entry.time, content)
        if (content?.type === 'proof') this.#proofs.add(session, entry.key, entry.time, content.proof)
      } else if (entry.kind === entryKinds.post) {
        // A name in a post would expire with it, so it does not count.
        const said = isSaid(content) ? content : undefined
        this.timeline.add(entry, session, said)
      }
    }
  }

  #finish(change: LogChange): RoomResult {
    if (this.#dropped.length > 0) for (const entry of this.#dropped.splice(0)) this.#drop(entry)
    for (const entry of change.removed) this.#drop(entry)
    const flush = this.timeline.flush()
    for (const entry of flush.deleted) {
      if (!entry.husk) this.#records.change(entry, false)
      this.log.strip(entry)
    }
    for (const entry of flush.bare) this.log.unstrip(entry)
    if (change.added.length > 0) {
      for (const entry of change.added) if (entry.place !== undefined) this.#records.change(entry, false)
      this.#records.add(change.added.filter((entry) => entry.place === undefined))
    }
    for (const proof of change.forks) this.#storeFork(proof)
    if (this.#floorsChanged || change.removed.length > 0) {
      this.#floorsChanged = false
      this.#records.put('f/floors', encodeFloors(this.log.floors()))
    }
    return {
      changes: flush.changes,
      stores: this.#records.flush(),
      forks: change.forks,
      outcomes: change.outcomes,
      proofs: this.#proofs.flush((session, time) => this.#authors.authorOf(session, time)),
    }
  }

  #authorLearned(session: string): void {
    this.timeline.touchSession(session)
    this.#proofs.touch(session)
  }

  /** It is here no more. */
  #drop(entry: Entry): void {
    if (this.#isBlind) return this.#records.change(entry, true)
    this.timeline.remove(entry)
    this.#seals.forget(entry)
    this.#references.forget(entry)
    this.#records.change(entry, true)
    this.#spreading.forget(entry)
    if (entry.kind === entryKinds.post) return
    const session = entry.hex
    this.timeline.unname(session, entry.key)
    this.#proofs.remove(session, entry.key)
    this.#moves.remove(entry.key)
    if (entry.seq === 0) this.#authors.forget(session)
  }

  #storeFork(proof: Uint8Array): void {
    for (const chain of this.log.chains()) {
      if (chain.proof === proof) this.#records.put(`f/${chain.hex}`, proof)
    }
  }
}

const nothingToDo: RoomResult = {
  changes: [],
  stores: [],
  forks: [],
  outcomes: new Map([['duplicate', 1]]),
  proofs: [],
}

function isSaid(content: Content | Opening | undefined): content is Said {
  return content !== undefined && content.type !== 'opening' && !isAbout(content)
}

/** Said of somebody, or of the room; not a message. */
function isAbout({ type }: Content): boolean {
  return type === 'profile' || type === 'proof' || type === 'moved'
}
