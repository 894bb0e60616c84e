/**
 * A relay that lies, one lie at a time, to the real programs: each lie is caught or harmless. What is written arrives as
 * it was written, once, in one order; nothing false is believed; nobody sees what they cannot understand. The same
 * attacks run in the simulator: packages/protocol/test/hostile-relay.test.ts.
 */
import { createNativeCrypto } from '@kith/peer/node'
import { decodeRequest, encodeAnswer, makeReceipt, ReceiptIds } from '@kith/protocol'
import type { RelayAnswer } from '@kith/protocol'
import { createSeededRandom } from '@kith/protocol/sim'
import type { Browser } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { conversation } from './harness/conversation.ts'
import { flipOneBit, Liar } from './harness/liar.ts'
import type { Lie, LieRandom, Victim } from './harness/liar.ts'
import { sharedChromium } from './harness/one-browser.ts'
import { freePort, Relay, temporaryFolder, Terminal } from './harness/programs.ts'
import { sleep, until } from './harness/waiting.ts'

const crypto = createNativeCrypto()

/** Another relay's key, and the liar's own. */
const otherRelay = crypto.signKeyPair(new Uint8Array(32).fill(5))

/** Signals of one person in the place of another's, old ones again, and altered ones: never the right one. */
function swapSignals(random: LieRandom): Lie & { readonly seen: Uint8Array[] } {
  const seen: Uint8Array[] = []
  return {
    seen,
    onAnswer: (answer) => {
      if (answer.type !== 'signal') return [encodeAnswer(answer)]
      const others = seen.filter((bytes) => Buffer.compare(bytes, answer.bytes) !== 0)
      seen.push(answer.bytes)
      const bytes = others.length > 0 && random.chance(0.5) ? random.pick(others) : flipOneBit(answer.bytes, random)
      return [encodeAnswer({ ...answer, bytes })]
    },
  }
}

/** Receipts by the liar's own key, altered ones, and genuine ones of another entry. */
function forgeReceipts(random: LieRandom): Lie & { readonly genuine: Uint8Array[] } {
  const genuine: Uint8Array[] = []
  const ids = new ReceiptIds(crypto.random)
  return {
    genuine,
    onAnswer: (answer) => {
      if (answer.type !== 'entry' && answer.type !== 'receipt') return [encodeAnswer(answer)]
      const [first] = genuine
      genuine.push(answer.receipt)
      const digest = answer.type === 'entry' ? crypto.sha256(answer.entry) : answer.receipt.slice(0, 32)
      const about = { id: ids.next(Date.now()), sender: new Uint8Array(32), digest, time: Date.now() }
      const forged = [makeReceipt(crypto, otherRelay, about), flipOneBit(answer.receipt, random)]
      const receipt = random.pick(first === undefined ? forged : [...forged, first])
      return [encodeAnswer({ ...answer, receipt })]
    },
  }
}

function alterEntries(random: LieRandom): Lie & { altered: number } {
  const lie = {
    altered: 0,
    onAnswer: (answer: RelayAnswer): Uint8Array[] => {
      if (answer.type !== 'entry') return [encodeAnswer(answer)]
      lie.altered += 1
      return [encodeAnswer({ ...answer, entry: flipOneBit(answer.entry, random) })]
    },
  }
  return lie
}

describe('a hostile relay', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let relay: Relay
  let liar: Liar
  let link = ''
  let people: Terminal[] = []
  let rooms = 0

  beforeAll(async () => {
    folder = await temporaryFolder()
    relay = new Relay(await freePort(), `${folder.path}/relay`)
    await relay.start()
  })

  afterEach(async () => {
    await Promise.all(people.splice(0).map((person) => person.kill()))
    await liar.close()
  })

  afterAll(async () => {
    await relay.kill()
    await folder.remove()
  })

  /** A new room that meets at the liar, with so many terminals in it. */
  const meet = async (lie: Lie, names: readonly string[] = ['Ana', 'Ben']): Promise<void> => {
    liar = await Liar.start(relay.port, lie)
    rooms += 1
    const place = (name: string): string[] => ['--data', `${folder.path}/${rooms}-${name}`, '--name', name]
    const [first = '', ...others] = names
    const maker = new Terminal(['new', '--relay', liar.origin, ...place(first)])
    people = [maker]
    link = await maker.link()
    people.push(...others.map((name) => new Terminal(['join', link, ...place(name)])))
    await Promise.all(people.map((person) => person.link()))
  }

  const linkedBy = (path: 'direct' | 'relay'): boolean =>
    people.every((person) => {
      const linked = [...person.peers.values()].filter((peer) => peer.state === 'linked' && peer.path === path)
      return linked.length === people.length - 1
    })

  const everLinked = (): boolean =>
    people.some(({ lines }) => lines.some((line) => line.type === 'peer' && line.state === 'linked'))

  /** In turn, as people talk. */
  const exchange = async (count = 12): Promise<string[]> => {
    const texts = conversation(rooms, count, `room ${rooms}`)
    for (const [index, text] of texts.entries()) {
      people[index % people.length]?.send(text)
      await sleep(40)
    }
    return texts
  }

  /** Exactly these texts, each once, with the same ids in the same order for everybody, and no text at any time that nobody wrote. */
  const everybodyHas = async (texts: readonly string[], limitMs: number): Promise<void> => {
    const sorted = texts.toSorted()
    await until(
      `everybody to have ${texts.length} messages (${people.map(({ messages }) => messages.size).join(', ')})`,
      limitMs,
      () => people.every((person) => person.messages.size >= texts.length),
    )
    // Whatever comes twice would come now.
    await sleep(500)
    for (const person of people) {
      expect(person.texts().toSorted()).toEqual(sorted)
      expect(person.ids()).toEqual(people[0]?.ids())
      expect(person.texts()).toEqual(people[0]?.texts())
      for (const line of person.lines) if (line.type === 'message') expect(sorted).toContain(line.text)
    }
  }

  /** Everybody is still well, and was told nothing but these, in sentences. */
  const everybodyLeavesWell = async (explained: readonly string[] = []): Promise<void> => {
    const codes = await Promise.all(people.map((person) => person.leave()))
    expect(codes).toEqual(people.map(() => 0))
    for (const person of people) {
      expect(person.errors).toBe('')
      for (const line of person.lines) {
        if (line.type !== 'error') continue
        expect(explained).toContain(line.code)
        expect(line.message).toMatch(/^[A-Z].* .*\.$/)
        expect(line.message).not.toMatch(/undefined|\[object|Error:|[0-9a-f]{32}/)
      }
    }
  }

  const receipts = (): string[] =>
    people.flatMap(({ lines }) => lines.flatMap((line) => (line.type === 'message' && line.receipt ? [line.id] : [])))

  it('honest, for comparison: direct paths, and every receipt counts', async () => {
    await meet({})
    await until('direct paths', 20_000, () => linkedBy('direct'))
    const texts = await exchange()
    await everybodyHas(texts, 20_000)
    await until('receipts', 10_000, () => new Set(receipts()).size === texts.length)
    await everybodyLeavesWell()
  })

  it('that swaps and alters signals gets into no link, and text still arrives', async () => {
    const lie = swapSignals(createSeededRandom(2))
    await meet(lie, ['Ana', 'Ben', 'Cleo'])
    // Over the relay at first; then signals go inside those links, where it can swap nothing, and direct ones may follow.
    await until('links over the relay', 20_000, everLinked)
    const texts = await exchange()
    await everybodyHas(texts, 20_000)
    await until('signals that were swapped', 20_000, () => lie.seen.length > 0)
    await everybodyLeavesWell(['linkRefused'])
  })

  it('that repeats every frame, both ways, doubles nothing', async () => {
    const random = createSeededRandom(3)
    const answers: Uint8Array[] = []
    const requests: Uint8Array[] = []
    await meet({
      onAnswer: (answer, bytes) => {
        // Repeating a greeting only makes a client hang up and call again.
        if (answer.type === 'hello' || answer.type === 'welcome') return [bytes]
        answers.push(bytes)
        return [bytes, bytes, random.pick(answers)]
      },
      onRequest: (bytes) => {
        if (decodeRequest(bytes)?.type === 'authenticate') return [bytes]
        requests.push(bytes)
        return [bytes, bytes]
      },
    })
    await sleep(1_000)
    const texts = await exchange()
    await everybodyHas(texts, 40_000)
    expect(requests.length).toBeGreaterThan(texts.length)
    // Frames of a link that come twice are an attack on it: it may be called broken, and is.
    await everybodyLeavesWell(['linkRefused'])
  })

  it('that holds frames back and lets them go in another order loses nothing', async () => {
    const random = createSeededRandom(4)
    let held: (() => void)[] = []
    let shuffled = 0
    await meet({
      onAnswer: (answer, bytes, victim) => {
        if (answer.type === 'hello' || answer.type === 'welcome') return [bytes]
        held.push(() => victim.tell(bytes))
        if (held.length === 1) {
          setTimeout(() => {
            const batch = held
            held = []
            shuffled += batch.length > 1 ? 1 : 0
            while (batch.length > 0) batch.splice(random.between(0, batch.length - 1), 1)[0]?.()
          }, 120)
        }
        return []
      },
    })
    const texts = await exchange()
    await everybodyHas(texts, 40_000)
    expect(shuffled).toBeGreaterThan(2)
    await everybodyLeavesWell(['linkRefused'])
  })

  it('that drops a third of what it is to hand out loses nothing', async () => {
    // Every third of its kind for each member: by chance alone two people may need minutes to find a link through so much loss.
    const counts = new Map<Victim, Map<string, number>>()
    let dropped = 0
    await meet({
      onAnswer: ({ type }, bytes, victim) => {
        if (type === 'hello' || type === 'welcome') return [bytes]
        const kinds = counts.get(victim) ?? new Map<string, number>()
        counts.set(victim, kinds)
        const count = (kinds.get(type) ?? 0) + 1
        kinds.set(type, count)
        if (count % 3 !== 0) return [bytes]
        dropped += 1
        return []
      },
    })
    const texts = await exchange()
    await everybodyHas(texts, 90_000)
    expect(dropped).toBeGreaterThan(texts.length / 3)
    await everybodyLeavesWell(['linkRefused'])
  })

  it('that forges receipts, or shows those of another entry, has none of them counted', async () => {
    const lie = forgeReceipts(createSeededRandom(6))
    await meet(lie)
    const texts = await exchange()
    await everybodyHas(texts, 20_000)
    await until('receipts to forge', 10_000, () => lie.genuine.length > texts.length)
    await sleep(500)
    // Only the entry whose genuine receipt was shown for all others may hold it.
    const [shown] = lie.genuine
    const id = new Set(receipts())
    expect(shown).toBeDefined()
    expect(id.size).toBeLessThanOrEqual(1)
    await everybodyLeavesWell()
  })

  it('that alters entries shows nobody a word that was not written', async () => {
    const lie = alterEntries(createSeededRandom(7))
    await meet(lie)
    const texts = await exchange()
    await everybodyHas(texts, 40_000)
    expect(lie.altered).toBeGreaterThan(3)
    await everybodyLeavesWell(['linkRefused'])
  })

  it('that hands out the key of another relay is not used at all, and found again when it is honest', async () => {
    let greetings = 0
    await meet({
      onAnswer: (answer, bytes) => {
        if (answer.type !== 'hello') return [bytes]
        greetings += 1
        return [encodeAnswer({ ...answer, relayKey: otherRelay.publicKey })]
      },
    })
    const texts = await exchange(4)
    await until('everybody to have called', 10_000, () => greetings >= 2)
    await sleep(1_000)
    for (const [index, person] of people.entries()) {
      // One's own words, and nothing else: nobody published anything here.
      expect(person.texts()).toEqual(texts.filter((_, turn) => turn % people.length === index))
    }
    expect(everLinked()).toBe(false)
    liar.lie = {}
    await everybodyHas(texts, 60_000)
    await until('receipts', 20_000, () => new Set(receipts()).size === texts.length)
    await everybodyLeavesWell(['relayRefused'])
  })

  it('that hands out other connection ids is caught by the handshake of links, and text still arrives', async () => {
    const random = createSeededRandom(9)
    let altered = 0
    const alter = <T extends { readonly connection: Uint8Array }>(peer: T): T => {
      altered += 1
      return { ...peer, connection: flipOneBit(peer.connection, random) }
    }
    await meet({
      onAnswer: (answer, bytes) => {
        if (answer.type === 'joined') return [encodeAnswer({ ...answer, peer: alter(answer.peer) })]
        if (answer.type === 'peers') return [encodeAnswer({ ...answer, peers: answer.peers.map(alter) })]
        // A direct link would be bound to certificates instead; here all goes by the relay.
        return answer.type === 'signal' ? [] : [bytes]
      },
    })
    // Nobody can catch up here without a link: what is said has to find both in the room.
    await until('everybody to be announced', 20_000, () => people.every(({ peers }) => peers.size === 1))
    const texts = await exchange()
    await everybodyHas(texts, 40_000)
    expect(altered).toBeGreaterThan(0)
    await sleep(1_000)
    expect(everLinked()).toBe(false)
    await everybodyLeavesWell(['linkRefused'])
  })

  describe('before a browser', () => {
    let browser: Browser
    let ana: Person

    beforeAll(async () => {
      browser = await sharedChromium()
    })

    afterAll(() => browser.close())

    it('with several lies at once: what is written arrives as it is', async () => {
      const random = createSeededRandom(10)
      const lies = [swapSignals(random), forgeReceipts(random), alterEntries(random)]
      liar = await Liar.start(relay.port, {
        onAnswer: (answer, bytes, victim) => {
          // Every second entry is altered; the others keep their bytes and lose their receipt.
          const lie =
            answer.type === 'signal' ? lies[0] : answer.type === 'entry' && random.chance(0.5) ? lies[2] : lies[1]
          return lie?.onAnswer?.(answer, bytes, victim) ?? [bytes]
        },
      })
      ana = await Person.arrive(browser, 'Ana')
      link = await ana.makeRoom(liar.origin)
      rooms += 1
      people = [new Terminal(['join', link, '--data', `${folder.path}/${rooms}-ben`, '--name', 'Ben'])]
      await people[0]?.link()
      const texts = conversation(10, 12, 'browser')
      for (const [index, text] of texts.entries()) {
        if (index % 2 === 0) await ana.say(text)
        else people[0]?.send(text)
      }
      await everybodyHas(texts, 40_000)
      let shown: Awaited<ReturnType<Person['readAll']>> = []
      await until('the page to show everything', 20_000, async () => {
        shown = await ana.readAll()
        return shown.length >= texts.length
      })
      expect(shown.map(({ id }) => id)).toEqual(people[0]?.ids())
      expect(shown.map(({ text }) => text)).toEqual(people[0]?.texts())
      expect(ana.complaints).toEqual([])
      await everybodyLeavesWell(['linkRefused'])
    })
  })
})
