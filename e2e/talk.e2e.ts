/**
 * The promise of the first page: two browsers and a terminal in one room, talking through everything that happens to
 * networks. Real Chromium, real WebRTC, the real relay and the real terminal program.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Person } from './harness/browser.ts'
import { conversation } from './harness/conversation.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { sleep, until } from './harness/waiting.ts'

/** Long enough for everybody to have given up its links: it wakes to dead ones. `npm run soak` sleeps ten minutes. */
const sleepMs = Number(process.env['KITH_SLEEP_MS'] ?? 15_000)

describe('two browsers and a terminal', () => {
  const stage = setStage()
  let ana: Person
  let ben: Person
  let cleo: Terminal
  let link: string
  /** Everything that was said, by whoever. */
  const said: string[] = []

  beforeAll(async () => {
    ana = await Person.arrive(stage.browser, 'Ana', { keepsApp: true })
    ben = await Person.arrive(stage.browser, 'Ben', { keepsApp: true })
    link = await ana.makeRoom(stage.relay.origin)
    await ben.join(link)
    cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
    await cleo.link()
  })

  afterAll(async () => {
    await cleo.leave()
  })

  /** The terminal has so many messages, and the pages show all of them, from the first to the last, or the newest. */
  const everybodyHas = async (count: number, which: 'all' | 'newest' = 'newest'): Promise<void> => {
    await until(
      `the terminal to have ${count} messages (it has ${cleo.messages.size})`,
      60_000,
      () => cleo.messages.size >= count,
    )
    const last = cleo.ids().at(-1)
    for (const person of [ana, ben]) {
      const newest = await until(`${person.name} to show message ${count}`, 30_000, async () => {
        const shown = await person.readNewest()
        return shown.at(-1)?.id === last ? shown : undefined
      })
      const shown = which === 'all' ? await person.readAll() : newest
      expect(shown.map(({ id }) => id)).toEqual(cleo.ids().slice(-shown.length))
      expect(shown.map(({ text }) => text)).toEqual(cleo.texts().slice(-shown.length))
      if (which === 'all') expect(shown).toHaveLength(count)
    }
  }

  const sayAll = async (who: 'ana' | 'ben' | 'cleo', texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      said.push(text)
      if (who === 'cleo') cleo.send(text)
      else await (who === 'ana' ? ana : ben).say(text)
    }
  }

  const everythingOnce = (): void => {
    expect(cleo.texts().toSorted()).toEqual(said.toSorted())
  }

  it('send 500 messages that arrive everywhere, in one order, with one id each and valid receipts', async () => {
    await Promise.all([
      // To write one in a page costs what it costs the terminal to say a hundred.
      sayAll('ana', conversation(1, 20, 'ana')),
      sayAll('ben', conversation(2, 20, 'ben')),
      sayAll('cleo', conversation(3, 460, 'cleo')),
    ])
    await everybodyHas(500, 'all')
    everythingOnce()
    await until('every receipt', 20_000, () => [...cleo.messages.values()].every(({ receipt }) => receipt))
    for (const id of cleo.ids()) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })

  it('are directly connected, and say so', async () => {
    await until('direct paths', 20_000, () => {
      const linked = [...cleo.peers.values()].filter(({ state }) => state === 'linked')
      return linked.length === 2 && linked.every(({ path }) => path === 'direct')
    })
    await until('direct paths in the page', 20_000, async () => {
      const paths = await ana.paths()
      return paths.length === 2 && paths.every((path) => path.startsWith('Directly connected'))
    })
  })

  it('go on talking when the relay is killed, and find it when it comes back', async () => {
    await stage.relay.kill('SIGKILL')
    await ana.until(/relay is away/)
    await Promise.all([sayAll('ana', ['is anybody there?']), sayAll('ben', ['still here']), sayAll('cleo', ['me too'])])
    await everybodyHas(503)
    await stage.relay.start()
    await ana.until(/3 people here/, 40_000)
    await ben.until(/3 people here/, 40_000)
    await sayAll('ana', ['the relay is back'])
    await everybodyHas(504)
    everythingOnce()
    await until('receipts for what was said meanwhile', 40_000, () =>
      [...cleo.messages.values()].every(({ receipt }) => receipt),
    )
  })

  it('go on talking over the relay when WebRTC is cut, and directly again afterwards', async () => {
    await Promise.all([ana.pullWebRtc(true), ben.pullWebRtc(true)])
    await until('paths over the relay', 30_000, () => {
      const linked = [...cleo.peers.values()].filter(({ state }) => state === 'linked')
      return linked.length === 2 && linked.every(({ path }) => path === 'relay')
    })
    await Promise.all([sayAll('ana', ['by relay 1']), sayAll('ben', ['by relay 2']), sayAll('cleo', ['by relay 3'])])
    await everybodyHas(507)
    everythingOnce()
    await Promise.all([ana.pullWebRtc(false), ben.pullWebRtc(false)])
    await until('direct paths again', 90_000, () => {
      const linked = [...cleo.peers.values()].filter(({ state }) => state === 'linked')
      return linked.length === 2 && linked.every(({ path }) => path === 'direct')
    })
  })

  it('include a tab that slept: in step within five seconds of waking', { timeout: sleepMs + 120_000 }, async () => {
    await ben.freeze(true)
    await sayAll('ana', ['while ben sleeps 1'])
    await sayAll('cleo', ['while ben sleeps 2'])
    await until('the terminal', 10_000, () => cleo.messages.size === 509)
    await sleep(sleepMs)
    await sayAll('ana', ['while ben sleeps 3'])
    await ben.freeze(false)
    await until('Ben to show what he slept through', 5_000, async () =>
      (await ben.page.getByRole('log').innerText()).includes('while ben sleeps 3'),
    )
    await everybodyHas(510)
    everythingOnce()
  })

  it('let a fourth join late, who gets everything and says so', async () => {
    const dora = new Terminal(['join', link, '--data', `${stage.folder}/dora`, '--name', 'Dora'])
    const synced = await until('Dora to be synced', 30_000, () => dora.last('synced'))
    expect(synced.gaps).toBe(0)
    expect(dora.ids()).toEqual(cleo.ids())
    expect(dora.texts()).toEqual(cleo.texts())
    // Openings are entries too: one per session that has spoken.
    expect(synced.entries).toBeGreaterThanOrEqual(said.length)
    await until('receipts for history', 20_000, () => [...dora.messages.values()].every(({ receipt }) => receipt))
    // All of it stood above the line that says so; only receipts may have come later.
    const before = dora.lines.slice(0, dora.lines.indexOf(synced))
    expect(new Set(before.flatMap((line) => (line.type === 'message' ? [line.id] : []))).size).toBe(said.length)
    expect(await dora.leave()).toBe(0)
  })

  it('find their history after everybody reloads, with the relay gone', async () => {
    await cleo.leave()
    await stage.relay.kill()
    // The offline shell serves the page.
    await Promise.all([ana.page.reload(), ben.page.reload()])
    const [ids, texts] = [cleo.ids(), cleo.texts()]
    for (const person of [ana, ben]) {
      // To scroll through all of it takes seconds: once, when its end is there.
      await until(`${person.name}'s history`, 20_000, async () => {
        if ((await person.readNewest()).at(-1)?.id !== ids.at(-1)) return false
        const shown = await person.readAll()
        return (
          String(shown.map(({ id }) => id)) === String(ids) && String(shown.map(({ text }) => text)) === String(texts)
        )
      })
    }
    cleo = new Terminal(['join', link, '--data', `${stage.folder}/cleo`, '--name', 'Cleo'])
    await until('the history of the terminal', 20_000, () => cleo.messages.size === said.length)
    everythingOnce()
    await stage.relay.start()
    await ana.until(/3 people here/, 60_000)
    await sayAll('ben', ['good morning'])
    await everybodyHas(511)
    everythingOnce()
  })

  it('saw nothing they could not understand', () => {
    expect(ana.complaints).toEqual([])
    expect(ben.complaints).toEqual([])
    expect(cleo.lines.filter(({ type }) => type === 'error')).toEqual([])
    expect(cleo.errors).toBe('')
  })

  it('left no word of what they said with the relay', () => {
    for (const text of said) expect(stage.relay.log).not.toContain(text)
    expect(stage.relay.log).not.toContain(link.split('#')[1])
  })
})
