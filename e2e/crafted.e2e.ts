/**
 * Signatures that engines are known to disagree about, in one room of a browser and a terminal: whoever signs an entry so
 * parts nobody. Live, and as history, which the browser checks by WebCrypto and the terminal by Node.
 */
import { describe, expect, it } from 'vitest'
import { craftedKinds } from '../packages/protocol/src/crypto/crafted-fixture.ts'
import { Person } from './harness/browser.ts'
import { Crafter } from './harness/crafter.ts'
import { Terminal } from './harness/programs.ts'
import { setStage } from './harness/stage.ts'
import { until } from './harness/waiting.ts'

describe('a room of a browser, a terminal and somebody who signs to part them', () => {
  const stage = setStage()

  const idsIn = async (person: Person): Promise<string[]> => (await person.readAll()).map(({ id }) => id)
  const terminal = (link: string, name: string): Terminal =>
    new Terminal(['join', link, '--name', name, '--data', `${stage.folder}/${name}`])

  it('CRY1 judges each crafted signature alike in Chromium and in Node, and goes on together', async () => {
    const ana = await Person.arrive(stage.browser, 'Ana')
    const link = await ana.makeRoom(stage.relay.origin)
    const ben = terminal(link, 'Ben')
    await ben.link()
    const crafters = await Promise.all(craftedKinds.map((kind) => Crafter.join(kind, link)))
    const read = async (text: string): Promise<void> => {
      await until(`the terminal to read ${text}`, 20_000, () => ben.texts().includes(text))
      await ana.page.getByRole('log').getByText(text, { exact: true }).waitFor()
    }
    for (const crafter of crafters) {
      await until(`${crafter.kind} to be linked`, 20_000, () => crafter.links >= 2)
      await crafter.say(`${crafter.kind} is here`)
    }
    for (const { kind } of crafters) await read(`${kind} is here`)

    for (const crafter of crafters) await crafter.sayCrafted(`${crafter.kind} signed this`)
    await ana.say('the page goes on')
    await read('the page goes on')
    ben.send('the terminal goes on')
    await read('the terminal goes on')
    const inPage = await ana.readAll()
    expect(inPage.map(({ id }) => id)).toEqual(ben.ids())
    // Right under every equation, and the one that counts; whoever signed the others shows them to itself alone.
    expect(ben.texts().filter((text) => text.endsWith('signed this'))).toEqual(['torsionKey signed this'])
    for (const { kind, texts } of crafters) expect(texts).toContain(`${kind} signed this`)

    // Who comes later gets it all as history, from those who judged and from those who crafted, and judges many at once.
    const cleo = terminal(link, 'Cleo')
    const dora = await Person.arrive(stage.browser, 'Dora')
    await dora.join(link)
    await until('the later ones to read it all', 30_000, async () => {
      const seen = [String(cleo.ids()), String(await idsIn(dora))]
      return seen.every((ids) => ids === String(ben.ids()))
    })
    expect(await dora.readAll()).toEqual(inPage)

    // They go on in the same session, honestly: what a later signature of theirs stands on counts or not, everywhere alike.
    for (const crafter of crafters) await crafter.say(`${crafter.kind} goes on`)
    for (const { kind } of crafters) await read(`${kind} goes on`)
    await Promise.all(crafters.map((crafter) => crafter.leave()))
    await until('all four to show the same', 30_000, async () => {
      const [first, ...others] = [ben.ids(), cleo.ids(), ...(await Promise.all([ana, dora].map(idsIn)))].map(String)
      return others.every((ids) => ids === first)
    })
    expect(dora.complaints).toEqual([])
    expect(ana.complaints).toEqual([])
    await Promise.all([ben.kill(), cleo.kill()])
  })
})
